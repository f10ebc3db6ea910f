"""The page of a device in the browser: by a link and by its address, its graph, its state in the address bar."""

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
from tests.browser.looking import OVERFLOW, UNREADABLE, changed, graph, overlaps, ready


@pytest.fixture(scope="module")
def hut(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site to which a device without a family of its own posts."""
    folder: Path = tmp_path_factory.mktemp("hut")
    server = create_app(Config(data_dir=folder, secret_key="a secret key of the tests"))
    now = datetime.now(UTC)
    contents = [{"bat_voltage": 12 + n / 100, "<i>load/hour": n, "alarms": ["low"]} for n in range(100)]
    times = [now - timedelta(minutes=10 * n) for n in range(100)][::-1]
    with parts_of(server).sessions.begin() as session:
        rows = [
            Posted("device", "victron-1", json.dumps(content), at, "synced", at)
            for content, at in zip(contents, times, strict=True)
        ]
        assert {outcome.result for outcome in store(session, rows, now)} == {"stored"}
    yield from listening(server)


def test_a_link_of_the_overview_leads_to_the_page_and_its_address_holds_what_is_chosen(
    opened: Opener, hut: str
) -> None:
    page = opened(address=hut).go("/")
    page.get_by_role("link", name="victron-1").click()
    ready(page)
    expect(page).to_have_title("victron-1 · Arboretum")
    before = graph(page)
    assert [line[0] for line in before["lines"]] == ["Battery Voltage", "‹i›load/hour"]
    page.get_by_text("7 d", exact=True).click()
    changed(page, before)
    expect(page).to_have_url(f"{hut}/devices/victron-1?range=7d")


@pytest.mark.parametrize(("size", "theme"), [("phone", "dark"), ("wide", "light")])
def test_the_page_opens_in_another_spelling_and_can_be_read(opened: Opener, hut: str, size: str, theme: str) -> None:
    page = opened(size, theme, hut).go("/Devices/victron-1/?fields=bat_voltage")
    ready(page)
    expect(page.locator("#devices-newest")).to_contain_text("12.99")
    expect(page.locator("#devices-controller")).to_be_hidden()
    assert [line[0] for line in graph(page)["lines"]] == ["Battery Voltage"]
    assert page.url == f"{hut}/devices/victron-1?fields=bat_voltage"
    assert (page.evaluate(OVERFLOW) <= 0, overlaps(page), page.evaluate(UNREADABLE)) == (True, [], [])
    page.locator("#devices-newest .arb-scroll").focus()
    expect(page.locator("#devices-newest .arb-scroll")).to_be_focused()
