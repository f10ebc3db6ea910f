"""The graph pages: every control changes the graph as it says, the address holds the state, the keyboard is enough."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener, Watched
from tests.browser.looking import changed, graph, ready
from tests.browser.sunny_day import SITE

# A tick would draw a graph of its own between two steps: what comes every ten seconds or less often does not come.
NO_TICKS = "const every = window.setInterval; window.setInterval = (f, ms) => (ms >= 10000 ? 0 : every(f, ms));"

Seen = dict[str, Any]
Step = tuple[str, Callable[[Page], object], Callable[[Seen, Seen], bool]]


@pytest.fixture
def opened(opened: Opener) -> Opener:
    """Open a window in which no clock ticks."""

    def make() -> Watched:
        window = opened()
        window.page.add_init_script(NO_TICKS)
        return window

    return make


def field(hours_ago: int) -> str:
    return (datetime.now(UTC) - timedelta(hours=hours_ago)).astimezone(SITE).strftime("%Y-%m-%dT%H:00")


def choose_units(prefix: str, search: str) -> Callable[[Page], object]:
    def act(page: Page) -> None:
        page.locator(f"#{prefix}-units").click()
        page.locator(".dash-dropdown-search").fill(search)
        page.locator(".dash-dropdown-option").first.click()
        page.keyboard.press("Escape")

    return act


def steps(prefix: str, second: bool) -> list[Step]:
    """Every control once, with what it must change; the second time to other values."""
    search = ("temp_h", "Heatsink") if prefix == "tristar" else ("soc", "State of Charge")
    other = ("p", "Output Power") if prefix == "tristar" else ("v", "Total Voltage")

    def fill(name: str, first: str, then: str) -> Callable[[Page], object]:
        return lambda page: page.locator(f"#{prefix}-{name}").fill(then if second else first)

    def select(name: str, first: str, then: str) -> Callable[[Page], object]:
        return lambda page: page.locator(f"#{prefix}-{name}").select_option(then if second else first)

    def click(name: str) -> Callable[[Page], object]:
        return lambda page: page.locator(f"#{prefix}-{name}").click()

    def differs(key: str) -> Callable[[Seen, Seen], bool]:
        return lambda before, after: before[key] != after[key]

    def lengths(seen: Seen) -> list[int]:
        return [line[2] for line in seen["lines"]]

    def axis(place: int, part: int, ending: str) -> Callable[[Seen, Seen], bool]:
        return lambda _before, after: str(after["axes"][place][part]).startswith(ending)

    quick = "6 h" if second else "All"
    made: list[Step] = [
        ("units", choose_units(prefix, (other if second else search)[1]), lambda b, a: len(a["axes"]) > len(b["axes"])),
        ("range", lambda page: page.locator(f".arb-segments label:has-text('{quick}')").click(), differs("range")),
        ("start", fill("start", field(30), field(20)), differs("range")),
        ("end", fill("end", field(2), field(3)), differs("range")),
        ("interval", fill("interval", "60", "20"), lambda b, a: lengths(b) != lengths(a)),
        (
            "title",
            fill("title", "A day", "Another day"),
            lambda _b, a: a["title"] == ("Another day" if second else "A day"),
        ),
        ("xlabel", fill("xlabel", "When", "Clock"), axis(0, 1, "Clock" if second else "When")),
        ("ylabel", fill("ylabel", "How much", "Reading"), axis(1, 1, "Reading" if second else "How much")),
        ("date_format", fill("date_format", "%d/%m %H:%M", "%A"), axis(0, 3, "%A" if second else "%d/%m %H:%M")),
        ("style", select("style", "ggplot", "dark_background"), differs("paper" if second else "grid")),
        (
            "marker",
            select("marker", "^", "."),
            lambda b, a: [x[1:4] for x in b["lines"]] != [x[1:4] for x in a["lines"]],
        ),
        ("tight_layout", click("tight_layout"), differs("left")),
        ("logarithmic_scale", click("logarithmic_scale"), lambda b, a: b["axes"][1][2] != a["axes"][1][2]),
    ]
    if prefix == "tristar":
        made.insert(1, ("controller", select("controller", "tristar-1", "tristar-2"), differs("lines")))
    return made


@pytest.mark.parametrize(("path", "prefix"), [("/BMS", "bms"), ("/Tristar", "tristar")])
def test_two_passes_through_all_controls_change_the_graph_as_they_say(opened: Opener, path: str, prefix: str) -> None:
    window = opened()
    page = window.go(path)
    ready(page)
    seen = graph(page)
    for second in (False, True):
        for name, act, holds in steps(prefix, second):
            address = page.evaluate("location.search")
            act(page)
            after = changed(page, seen)
            assert holds(seen, after), (name, second, seen, after)
            page.wait_for_function("before => location.search !== before", arg=address)
            seen = after
    address = page.evaluate("window.location.pathname + window.location.search")
    assert "?" in address
    again = window.go(address)
    ready(again)
    assert graph(again) == seen
    assert again.evaluate("window.location.pathname + window.location.search") == address


def test_a_reader_in_another_zone_sees_the_hours_of_the_site(opened: Opener) -> None:
    start, end = field(12), field(2)
    page = opened().go(f"/BMS?start={start}&end={end}")
    ready(page)
    assert page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone") == "Asia/Tokyo"
    assert [str(at).replace(" ", "T")[:16] for at in graph(page)["range"]] == [start, end]
    first = page.evaluate("document.querySelector('.js-plotly-plot')._fullData.at(-1).x[0]")
    assert start[:13] == str(first).replace(" ", "T")[:13]


def test_back_and_forward_go_through_the_states(opened: Opener) -> None:
    page = opened().go("/Tristar")
    ready(page)
    first = graph(page)
    page.locator("#tristar-style").select_option("ggplot")
    second = changed(page, first)
    page.wait_for_url("**style=ggplot")
    page.locator("#tristar-marker").select_option("o")
    third = changed(page, second)
    page.wait_for_url("**marker=o*")
    page.go_back()
    expect(page.locator("#tristar-marker")).to_have_value("None")
    assert [line[:2] for line in changed(page, third)["lines"]] == [line[:2] for line in second["lines"]]
    page.go_back()
    expect(page.locator("#tristar-style")).to_have_value("arboretum")
    assert page.evaluate("window.location.search") == ""
    page.go_forward()
    expect(page.locator("#tristar-style")).to_have_value("ggplot")


def test_a_wrong_field_says_so_in_words_and_the_graph_stays(opened: Opener) -> None:
    page = opened().go("/BMS")
    ready(page)
    seen = graph(page)
    page.locator("#bms-interval").fill("25")
    expect(page.locator("#bms-interval-error")).to_have_text("Must be a multiple of 10, above 0: try 20 or 30.")
    page.locator("#bms-date_format").fill("%Q")
    expect(page.locator("#bms-date_format-error")).to_contain_text("%Q is not a code")
    assert graph(page) == seen
    page.locator("#bms-interval").fill("30")
    expect(page.locator("#bms-interval-error")).to_have_text("")


def test_an_empty_window_says_where_data_is_and_goes_there(opened: Opener) -> None:
    page = opened().go("/Tristar?controller=tristar-msview")
    expect(page.locator(".arb-empty")).to_contain_text("10 Sep 2018 to 22 Mar 2019")
    page.get_by_role("button", name="Show what there is").click()
    page.wait_for_selector(".scatterlayer .trace")
    expect(page.locator("h1")).to_contain_text("Daily")
    seen = graph(page)
    page.get_by_label("Re-timed").click()
    assert changed(page, seen)["range"] == seen["range"]


def test_the_keyboard_alone_is_enough(opened: Opener) -> None:
    page = opened().go("/BMS")
    ready(page)
    seen = graph(page)
    reached: list[str] = []
    for _ in range(90):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.id || document.activeElement.name || ''")
        reached.append(name)
        outlined = page.evaluate(
            """() => { const at = document.activeElement;
                 const boxes = [at, at.closest('.dash-input-container'), at.closest('.dash-options-list-option')];
                 return boxes.some(box => box && getComputedStyle(box).outlineStyle !== 'none'); }"""
        )
        assert outlined or name == "", name
        if name == "bms-logarithmic_scale":
            break
    assert reached[-1] == "bms-logarithmic_scale"
    for name in ("units", "range", "start", "end", "interval", "title", "xlabel", "ylabel", "date_format", "style"):
        assert f"bms-{name}" in reached
    page.keyboard.press("Space")
    assert changed(page, seen)["axes"][1][2] == "log"
