"""The value pages as a browser fires them, on a real database: ages, silence, who sees what."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from callbacks.values.pages import VALUE_PAGES
from data.database.models import Device
from data.ingest.batch import Posted, store
from pages import ids
from pages.ids import ValueIds
from tests.builders import fire

DOCUMENTS = Path(__file__).parents[2] / "captures" / "documents"
PAGES = [page.ids for page in VALUE_PAGES]


def posted(
    sessions: sessionmaker[Session], family: str, device: str, name: str, old: timedelta = timedelta(seconds=8)
) -> None:
    """Store a sample as measured so long ago and received two seconds later."""
    at = datetime.now(UTC) - old
    text = (DOCUMENTS / f"{name}.json").read_text(encoding="utf-8") if "{" not in name else name
    with sessions() as session:
        store(session, [Posted(family, device, text, at, "synced", at + timedelta(seconds=2))], datetime.now(UTC))
        session.commit()


def ask(client: FlaskClient, page: ValueIds, before: str | None = None) -> Any:
    """Fire the callback of a page."""
    parts = ("say.children", "heard.children", "notices.children", "body.children", "seen.data")
    output = f"..{'...'.join(f'{page.prefix}-{part}' for part in parts)}.."
    clock = [{"id": page.clock, "property": "n_intervals", "value": 0}]
    return fire(client, output, clock, [{"id": page.seen, "property": "data", "value": before}])


def shown(client: FlaskClient, page: ValueIds) -> dict[str, str]:
    """What each part of the page says, as text."""
    answer = ask(client, page)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    response = answer.json["response"]
    parts = ("say", "heard", "notices", "body")
    return {part: " ".join(texts(response[f"{page.prefix}-{part}"]["children"])) for part in parts}


def texts(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from texts(node.get("props", {}).get("children"))
    elif isinstance(node, list):
        for child in node:
            yield from texts(child)
    elif isinstance(node, str) and node.strip():
        yield node.replace("\u202f", " ").strip()


@pytest.fixture
def filled(sessions: sessionmaker[Session]) -> sessionmaker[Session]:
    """The site's samples: a battery manager, and two controllers with their day."""
    posted(sessions, "bms", "bms", "bms")
    for string in (1, 2):
        posted(sessions, "tristar", f"tristar-{string}", "tristar_instantaneous")
        posted(sessions, "tristar_daily", f"tristar-{string}", "tristar_daily", timedelta(hours=11))
    return sessions


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.prefix)
def test_before_the_first_document_a_page_says_what_will_be_there(client: FlaskClient, page: ValueIds) -> None:
    found = shown(client, page)
    assert found["say"] == "Nothing has been sent yet."
    assert found["body"].startswith("Here will be ")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.prefix)
def test_a_page_tells_when_it_was_received_and_answers_only_what_is_new(
    filled: sessionmaker[Session], client: FlaskClient, page: ValueIds
) -> None:
    found = shown(client, page)
    assert "received" in found["heard"]
    assert "ago" in found["heard"]
    assert found["notices"] == ""
    seen = ask(client, page).json["response"][page.seen]["data"]
    assert ask(client, page, seen).status_code == 204
    posted(filled, "bms", "bms", "bms", timedelta(seconds=1))
    posted(filled, "tristar", "tristar-1", "tristar_instantaneous", timedelta(seconds=1))
    posted(filled, "tristar_daily", "tristar-2", "tristar_daily", timedelta(hours=1))
    assert ask(client, page, seen).status_code == 200


def test_each_page_opens_with_what_it_comes_to(filled: sessionmaker[Session], client: FlaskClient) -> None:
    assert [shown(client, page)["say"].split(" on ")[0] for page in PAGES] == [
        "72 %, 13.39 V, 32.3 A into the battery; no errors reported.",
        "5 pins are active.",
        "String\u00a01 is in bulk charge, 249 W; string\u00a02 is in bulk charge, 249 W.",
        "Both controllers have the same charge settings, as they must.",
        "1.40 kWh from string\u00a01 and 1.40 kWh from string\u00a02",
    ]


def test_the_pins_say_what_they_do(filled: sessionmaker[Session], client: FlaskClient) -> None:
    body = shown(client, ids.BMS_PINS)["body"]
    assert "Battery contactor battery_contactor Holds the main contactor closed" in body


@pytest.mark.parametrize("name", ["variants/bms_reader_dialect", "variants/bms_warnings_numeric_strings"])
def test_the_pins_are_read_in_every_dialect(sessions: sessionmaker[Session], client: FlaskClient, name: str) -> None:
    posted(sessions, "bms", "bms", name)
    assert shown(client, ids.BMS_PINS)["say"] == "5 pins are active."


def test_a_controller_that_has_fallen_silent_has_no_data_and_its_values_are_marked_old(
    sessions: sessionmaker[Session], client: FlaskClient
) -> None:
    posted(sessions, "tristar", "tristar-1", "variants/tristar_reader_dialect")
    posted(sessions, "tristar", "tristar-2", "tristar_instantaneous", timedelta(hours=5))
    found = shown(client, ids.TRISTAR_INSTANTANEOUS)
    assert found["say"].endswith("; no data from string\u00a02 for 5 h.")
    assert found["notices"] == "No data from string 2 for 5 h: what it shows is that old."
    assert "String 2 no data for 5 h" in found["body"]
    assert "String 1 no data" not in found["body"]


def test_a_silent_battery_manager_is_no_data_and_never_zero(
    sessions: sessionmaker[Session], client: FlaskClient
) -> None:
    posted(sessions, "bms", "bms", "bms", timedelta(hours=3))
    found = shown(client, ids.BMS_INSTANTANEOUS)
    assert found["say"].startswith("No data from the battery for 3 h; it last said: 72 %")
    assert shown(client, ids.BMS_PINS)["say"] == "5 pins were active when it was last heard."


def test_a_controller_without_a_daily_document_has_its_column(
    sessions: sessionmaker[Session], client: FlaskClient
) -> None:
    posted(sessions, "tristar", "tristar-2", "tristar_instantaneous")
    posted(sessions, "tristar_daily", "tristar-1", "tristar_daily", timedelta(hours=11))
    found = shown(client, ids.CHARGE_SETTINGS)
    assert found["say"] == "Only string 1 has sent its charge settings."
    assert found["notices"] == "No daily record from string 2 yet."
    assert "String 2 no data" in found["body"]


def test_an_old_daily_record_says_so(sessions: sessionmaker[Session], client: FlaskClient) -> None:
    posted(sessions, "tristar_daily", "tristar-1", "tristar_daily", timedelta(days=5))
    found = shown(client, ids.DAILY_VALUES)
    assert found["notices"] == "No record of a later day from string 1: its newest record is 5 days old."


def test_strangers_see_public_devices_only(
    filled: sessionmaker[Session], client: FlaskClient, signed_in: FlaskClient
) -> None:
    with filled() as session:
        session.execute(update(Device).where(Device.slug.in_(["tristar-2", "bms"])).values(public=False))
        session.commit()
    assert "tring 2" not in json.dumps(ask(client, ids.TRISTAR_INSTANTANEOUS).json["response"])
    assert shown(client, ids.BMS_INSTANTANEOUS)["say"] == "Nothing has been sent yet."
    assert "String 2" in shown(signed_in, ids.TRISTAR_INSTANTANEOUS)["heard"]


def test_broken_documents_and_markup_never_break_a_page(sessions: sessionmaker[Session], client: FlaskClient) -> None:
    broken = {
        "/BMS/post-json": {"BMS Status": 7, "<b>x</b>": {"<script>": "<img src=x>"}, "BatteryVoltageDetail": [1, {}]},
        "/Tristar/post-json": {"Status": {"alarms": {"odd": 5}, "faults": ["a", None]}, "ADC data": "no answer"},
        "/Tristar/post-json/daily": {"Charge Settings": "unreadable", "Daily Logger Values": [None, [[]]]},
    }
    for address, body in broken.items():
        assert client.post(address, json=body).status_code == 200
    found = {page.prefix: shown(client, page) for page in PAGES}
    assert "<img src=x>" in found["bms-instantaneous"]["body"]
    assert found["bms-pins"]["say"] == "No pin is active."
    assert "no answer" in found["tristar-instantaneous"]["body"]
    assert "has no charge settings in its newest daily document: unreadable." in found["charge-settings"]["body"]
    assert found["daily-values"]["say"].startswith("No energy reported from the\u00a0controller on ")


def test_an_empty_document_is_a_page(sessions: sessionmaker[Session], client: FlaskClient) -> None:
    for address in ("/BMS/post-json", "/Tristar/post-json", "/Tristar/post-json/daily"):
        client.post(address, json={})
    for page in PAGES:
        assert shown(client, page)["say"].endswith(".")
