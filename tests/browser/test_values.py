"""The value pages in a browser, with warnings, a silent controller and settings that differ: looks and links."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from app import create_app
from app.config import Config
from app.services import parts_of
from data.ingest.batch import Posted, store
from tests.browser.conftest import Opener, listening
from tests.browser.looking import OVERFLOW, UNREADABLE, overlaps, ready

DOCUMENTS = Path(__file__).parents[1] / "captures" / "documents"
VALUES = (
    "/BMS/Instantaneous",
    "/BMS/pins",
    "/Tristar/Instantaneous",
    "/Tristar/ChargeSettings",
    "/Tristar/DailyValues",
)


@pytest.fixture(scope="module")
def troubled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site whose newest documents have much to tell."""
    server = create_app(Config(data_dir=tmp_path_factory.mktemp("troubled"), secret_key="a secret key of the tests"))
    now = datetime.now(UTC)
    other = json.loads((DOCUMENTS / "tristar_daily.json").read_text(encoding="utf-8"))
    other["Charge Settings"] |= {"EV_hvd": 14.6, "a key <b>nobody</b> knows" + "x" * 90: "y" * 300}
    samples = (
        ("bms", "bms", "variants/bms_warnings_numeric_strings", timedelta(seconds=5)),
        ("tristar", "tristar-1", "variants/tristar_reader_dialect", timedelta(seconds=5)),
        ("tristar", "tristar-2", "variants/tristar_underscore_list_alarms", timedelta(hours=5)),
        ("tristar_daily", "tristar-1", "variants/tristar_daily_duplicate_key", timedelta(hours=9)),
    )
    with parts_of(server).sessions() as session:
        documents = [
            Posted(family, device, (DOCUMENTS / f"{name}.json").read_text(encoding="utf-8"), now - old, "synced", now)
            for family, device, name, old in samples
        ]
        documents.append(
            Posted("tristar_daily", "tristar-2", json.dumps(other), now - timedelta(days=4), "synced", now)
        )
        store(session, documents, now)
        session.commit()
    yield from listening(server)


@pytest.mark.parametrize("size", ["wide", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_values_are_readable_and_keep_to_the_page(opened: Opener, troubled: str, size: str, theme: str) -> None:
    window = opened(size, theme, troubled)
    for path in VALUES:
        page = window.go(path)
        ready(page)
        assert page.evaluate(OVERFLOW) <= 0, path
        assert overlaps(page) == [], path
        assert page.evaluate(UNREADABLE) == [], path


def test_the_links_in_the_head_lead_from_page_to_page_by_keyboard_too(opened: Opener, troubled: str) -> None:
    page = opened("wide", "light", troubled).go("/Tristar/DailyValues")
    ready(page)
    row = page.get_by_role("navigation", name="Pages of this device")
    expect(row.locator("[aria-current=page]")).to_have_text("Daily values")
    row.get_by_role("link", name="Settings").click()
    page.wait_for_url("**/Tristar/ChargeSettings")
    expect(page.locator("h1")).to_contain_text("1 setting differs between the controllers")
    row.get_by_role("link", name="All values").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/Tristar/Instantaneous")
    expect(page.locator("h1")).to_contain_text("no data from string 2 for 5")
    row.get_by_role("link", name="Graph").click()
    page.wait_for_url("**/Tristar")
    expect(row.locator("[aria-current=page]")).to_have_text("Graph")


def test_on_a_phone_each_value_says_whose_it_is_and_links_are_wide_enough_for_a_thumb(
    opened: Opener, troubled: str
) -> None:
    page = opened("phone", "light", troubled).go("/tristar/instantaneous/")
    ready(page)
    assert page.evaluate("window.location.pathname") == "/Tristar/Instantaneous"
    cell = page.locator("td[data-of]").first
    assert page.evaluate("cell => getComputedStyle(cell, '::before').content", cell.element_handle()).startswith(
        '"String 1'
    )
    heights = page.locator(".arb-kin-way").evaluate_all("all => all.map(one => one.getBoundingClientRect().height)")
    assert min(heights) >= 40


def test_a_newer_document_comes_by_itself(opened: Opener, troubled: str) -> None:
    window = opened("wide", "light", troubled)
    page = window.go("/BMS/pins")
    expect(page.locator("h1")).to_have_text("5 pins are active.")
    body = json.dumps({"BMS Status": {"Pins Connected": "battery_contactor"}})
    answer = page.request.post(f"{troubled}/BMS/post-json", data=body, headers={"Content-Type": "application/json"})
    assert answer.ok
    expect(page.locator("h1")).to_have_text("One pin is active.")
