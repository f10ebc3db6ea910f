"""The sensors' page in the browser: drawn at once, its state in the address, trouble and ended sessions in words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import text
from sqlalchemy.orm import Session

from app import create_app
from app.config import Config
from app.services import parts_of
from data.accounts import users
from data.ingest.batch import Posted, store
from tests.browser.conftest import Opener, listening
from tests.browser.looking import OVERFLOW, changed, graph, overlaps, ready
from tests.browser.test_account import PASSWORD, log_in

AIR, SOIL = 4, 5
AWAY = ("ERR_INTERNET_DISCONNECTED", "Failed to fetch", "the server did not respond")  # what the console says


@pytest.fixture(scope="module")
def greenhouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Flask]]:
    """A site where ada's sensors `air` and `soil` have posted for a day, with a gap: its address, its application."""
    server = create_app(Config(data_dir=tmp_path_factory.mktemp("greenhouse"), secret_key="a secret key of the tests"))
    with parts_of(server).sessions() as session:
        grow(session, datetime.now(UTC))
    for address in listening(server):
        yield address, server


def grow(session: Session, now: datetime) -> None:
    """Who there is, and what was posted."""
    for name in ("ada", "bob"):
        user = users.create_user(session, name, f"{name}@example.org", PASSWORD)
        if name == "ada":
            for sensor in ("air", "soil", "fresh"):
                users.register_sensor(session, user, sensor)
    documents = []
    for n in range(150):
        at = now - timedelta(minutes=10 * (149 - n))
        air = {
            "temperature": {"value": round(20 + n / 37, 2), "unit": "C"},
            "humidity": {"value": round(60 - n / 9, 1), "unit": "%"},
        }
        if not 40 < n < 60:
            for name, content in (("ada/air", air), ("ada/soil", {"wet": 30 + n / 10})):
                documents.append(Posted("sensor", name, json.dumps(content), at, "synced", at))
    assert {one.result for one in store(session, documents, now)} == {"stored"}
    session.commit()


def entered(opened: Opener, address: str, name: str, size: str = "wide", theme: str = "light") -> Any:
    """A window where that user is logged in."""
    window = opened(size, theme, address)
    window.go("/sensors/users/login")
    log_in(window.page, name)
    return window


def test_the_login_leads_to_a_graph_with_a_trace_for_each_number(opened: Opener, greenhouse: tuple[str, Flask]) -> None:
    page = entered(opened, greenhouse[0], "ada").page
    ready(page)
    seen = graph(page)
    assert [line[0] for line in seen["lines"]] == ["Temperature", "Humidity"]
    assert [axis[1] for axis in seen["axes"]] == ["Time", "Temperature (°C)", "Humidity (%)"]
    assert page.evaluate("location.pathname + location.search") == f"/sensors?sensor={AIR}"
    expect(page.get_by_role("heading", name="Your sensors")).to_be_visible()
    expect(page.locator("#sensors-list")).to_contain_text("never posted")


def test_the_controls_change_the_graph_and_the_address_brings_it_back(
    opened: Opener, greenhouse: tuple[str, Flask]
) -> None:
    window = entered(opened, greenhouse[0], "ada")
    page: Page = window.page
    ready(page)
    seen = graph(page)
    page.locator("#sensors-controller").select_option(str(SOIL))
    seen = changed(page, seen)
    assert [line[0] for line in seen["lines"]] == ["Wet"]
    page.locator("#sensors-controller").select_option(str(AIR))
    seen = changed(page, seen)
    page.locator("#sensors-units").click()
    page.locator(".dash-dropdown-option").first.click()
    page.keyboard.press("Escape")
    seen = changed(page, seen)
    assert [line[0] for line in seen["lines"]] == ["Humidity"]
    for act in (
        lambda: page.locator("#sensors-interval").fill("60"),
        lambda: page.locator("#sensors-title").fill("Air of a day"),
        lambda: page.locator("#sensors-ylabel").fill("Wetness"),
        lambda: page.locator("#sensors-style").select_option("ggplot"),
        lambda: page.locator("#sensors-marker").select_option("^"),
        lambda: page.locator("#sensors-tight_layout").click(),
        lambda: page.locator("#sensors-logarithmic_scale").click(),
        lambda: page.locator(".arb-segments label:has-text('7 d')").click(),
    ):
        act()
        seen = changed(page, seen)
    page.wait_for_function("location.search.includes('range=7d')")
    address = page.evaluate("location.pathname + location.search")
    assert "fields=humidity" in address
    ready(window.go(address))
    assert [line[:5] for line in graph(page)["lines"]] == [line[:5] for line in seen["lines"]]
    assert graph(page)["title"] == "Air of a day"
    assert page.evaluate("location.pathname + location.search") == address
    page.locator("#sensors-interval").fill("1010")
    expect(page.locator("#sensors-interval-error")).to_have_text("At most 1000 minutes.")


def test_a_stranger_comes_back_to_the_graph_that_was_asked_for(opened: Opener, greenhouse: tuple[str, Flask]) -> None:
    window = opened("wide", "light", greenhouse[0])
    page = window.go(f"/sensors?sensor={SOIL}&range=6h")
    assert "/sensors/users/login" in page.url
    log_in(page, "ada")
    ready(page)
    expect(page.locator("h1")).to_contain_text("soil: Wet")
    assert page.evaluate("location.search") == f"?sensor={SOIL}&range=6h"


def test_a_sensor_of_somebody_else_is_not_drawn(opened: Opener, greenhouse: tuple[str, Flask]) -> None:
    window = entered(opened, greenhouse[0], "bob")
    page = window.go(f"/sensors?sensor={AIR}")
    expect(page.locator("#sensors-controller-error")).to_contain_text("There is no such sensor")
    expect(page.locator(".arb-skeleton")).to_have_count(0)
    expect(page.get_by_text("No sensor of yours yet.")).to_be_visible()
    assert page.locator(".scatterlayer .trace").count() == 0


@pytest.mark.parametrize("size", ["wide", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_holds_together(opened: Opener, greenhouse: tuple[str, Flask], size: str, theme: str) -> None:
    window = entered(opened, greenhouse[0], "ada", size, theme)
    for path in (
        "/sensors",
        f"/sensors?sensor={AIR + 2}",
        "/sensors?sensor=99",
        f"/sensors/{AIR}",
        f"/sensors/{AIR + 2}",
    ):
        page = window.go(path)
        page.wait_for_selector(".scatterlayer .trace, .arb-empty:not([hidden]), .arb-sensor")
        expect(page.locator(".arb-skeleton")).to_have_count(0)
        assert page.evaluate(OVERFLOW) <= 0, path
        assert overlaps(page) == [], path


def rename(server: Flask, table: str, name: str) -> None:
    with parts_of(server).engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {table} RENAME TO {name}"))


def test_a_failing_callback_says_so_with_a_reference_and_takes_it_back(
    opened: Opener, greenhouse: tuple[str, Flask], caplog: pytest.LogCaptureFixture
) -> None:
    address, server = greenhouse
    window = entered(opened, address, "ada")
    page: Page = window.page
    ready(page)
    seen = graph(page)
    rename(server, "series", "series_elsewhere")
    try:
        page.locator("#sensors-interval").fill("20")
        notice = page.locator("[data-arb-trouble]")
        expect(notice).to_contain_text("Part of this page could not be brought up to date.")
        for words in ("technical difficulties", "The last answer stays on the page", "Load the page again"):
            expect(notice).to_contain_text(words)
        reference = notice.locator("[data-arb-reference]").inner_text()
        assert f"reference {reference}" in caplog.text
        assert graph(page)["lines"] == seen["lines"]
        assert page.evaluate(OVERFLOW) <= 0
        assert overlaps(page) == []
    finally:
        rename(server, "series_elsewhere", "series")
    page.locator("#sensors-interval").fill("30")
    expect(page.locator("[data-arb-trouble]")).to_have_count(0)
    assert {"Temperature", "Humidity"} < {line[0] for line in changed(page, seen)["lines"]}
    window.wrong[:] = [one for one in window.wrong if "500" not in one and "Callback error" not in one]


def test_a_site_that_is_away_says_so(opened: Opener, greenhouse: tuple[str, Flask]) -> None:
    window = entered(opened, greenhouse[0], "ada")
    page: Page = window.page
    ready(page)
    page.context.set_offline(True)
    page.locator("#sensors-interval").fill("20")
    expect(page.locator("[data-arb-trouble]")).to_contain_text("The site cannot be reached.")
    page.context.set_offline(False)
    page.locator("#sensors-interval").fill("40")
    expect(page.locator("[data-arb-trouble]")).to_have_count(0)
    window.wrong[:] = [one for one in window.wrong if not any(word in one for word in AWAY)]


@pytest.mark.parametrize("path", [f"/sensors?sensor={AIR}", f"/sensors/{AIR}", "/BMS"])
def test_a_page_left_open_over_an_ended_session_says_so(
    opened: Opener, greenhouse: tuple[str, Flask], path: str
) -> None:
    window, elsewhere = (entered(opened, greenhouse[0], "ada") for _ in range(2))
    page: Page = window.go(path)
    page.wait_for_selector(".scatterlayer .trace, .arb-empty:not([hidden]), .arb-sensor")
    elsewhere.go("/logout")
    if page.locator("select").count():
        page.locator("select[id$=marker]").select_option("^")
    expect(page.get_by_role("alert").filter(has_text="Your session has ended")).to_be_visible()
    page.get_by_role("link", name="Log in again").click()
    log_in(page, "ada")
    assert page.evaluate("location.pathname + location.search").startswith(path)
