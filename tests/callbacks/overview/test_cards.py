"""The cards of the overview: the numbers a visitor reads first, from documents in a database."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from callbacks.common.condition import condition
from callbacks.overview import cards
from callbacks.overview.page import KINDS, read_energy
from data import queries
from data.database.models import Device
from data.ingest import batch
from data.ingest.batch import Posted

NOW = datetime(2026, 6, 1, 19, 0, tzinfo=UTC)  # noon at the site
MIDNIGHT = datetime(2026, 6, 1, 7, 0, tzinfo=UTC)
SITE = ZoneInfo("America/Los_Angeles")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LABELS = ("Power in", "Power out", "State of charge", "Battery voltage", "Solar energy today")
Numbers = dict[str, tuple[str, str, str, bool]]


def battery(volts: float = 13.4, amps: float = -5.0, percent: float = 72.0) -> dict[str, Any]:
    return {
        "Battery Charge": {
            "battery charge": {"value": 1_296_000 * percent / 100, "unit": "C"},
            "battery capacity": {"value": 1_296_000, "unit": "C"},
            "state of charge": {"value": percent, "unit": "%"},
        },
        "CurrentAndVoltage": {"total voltage": {"value": volts}, "current": {"value": amps}},
    }


def post(sessions: sessionmaker[Session], device: str, content: Mapping[str, Any], *ages: timedelta) -> None:
    """Store the same document as measured so long ago, once for each age."""
    family = device.partition("-")[0]
    posted = [Posted(family, device, json.dumps(content), NOW - age, "synced") for age in ages]
    with sessions.begin() as session:
        assert {outcome.result for outcome in batch.store(session, posted, NOW)} == {"stored"}


def controller(watts: float) -> dict[str, Any]:
    return {"MPPT Data": {"output power": watts}}


def numbers_of(sessions: sessionmaker[Session]) -> Numbers:
    """Label -> number with unit, what stands under it, age, and whether the card is marked as old."""
    with sessions() as session:
        rows = queries.latest_all(session, KINDS)
        state = condition(rows, queries.spacings(session, rows), NOW)
        today = read_energy(session, state, NOW, SITE)
    shown = {}
    for card in cards.cards(state, today):
        label, number, more, age = (" ".join(texts(part)).replace("\u202f", " ") for part in card.children)
        shown[label] = (" ".join(number.split()), " ".join(more.split()), age, "arb-stale" in card.className)
    assert tuple(shown) == LABELS
    return shown


def texts(node: Any) -> Iterator[str]:
    if isinstance(node, (list, tuple)):
        for child in node:
            yield from texts(child)
    elif isinstance(node, str):
        yield node
    elif node is not None:
        yield from texts(getattr(node, "children", None))


def since_midnight(spacing: timedelta) -> list[timedelta]:
    """The ages of documents at that spacing, the newest one spacing old, back to before midnight."""
    return [spacing * number for number in range(1, (NOW - MIDNIGHT) // spacing + 2)]


def test_every_number_has_its_unit_and_its_age(sessions: sessionmaker[Session]) -> None:
    post(sessions, "tristar-1", controller(200.0), *since_midnight(10 * MINUTE))
    post(sessions, "tristar-2", controller(106.0), *since_midnight(10 * MINUTE))
    post(sessions, "bms", battery(), *since_midnight(10 * MINUTE))
    assert numbers_of(sessions) == {
        "Power in": ("306 W", "String 1 200 W String 2 106 W", "10 min ago", False),
        "Power out": ("373 W", "solar output less what the battery takes", "10 min ago", False),
        "State of charge": ("72 %", "259.2 of 360.0 Ah", "10 min ago", False),
        "Battery voltage": ("13.40 V", "5.0 A out of the battery", "10 min ago", False),
        "Solar energy today": ("3.62 kWh", "since midnight", "10 min ago", False),
    }


def test_before_the_first_document_there_are_no_numbers_and_no_zeros(sessions: sessionmaker[Session]) -> None:
    assert {
        label: (number, age, old) for label, (number, _, age, old) in numbers_of(sessions).items()
    } == dict.fromkeys(LABELS, ("–", "no data yet", True))


def test_what_a_document_lacks_is_missing_and_not_zero(sessions: sessionmaker[Session]) -> None:
    post(sessions, "tristar-1", {"ADC data": {"battery voltage": 13.4}}, MINUTE)
    post(sessions, "bms", {"Battery Charge": {"state of charge": {"value": 72.0, "unit": "%"}}}, MINUTE)
    shown = numbers_of(sessions)
    assert [shown[label][0] for label in LABELS] == ["–", "–", "72 %", "–", "–"]
    assert shown["Power in"][1] == "String 1 no data"


def test_a_silent_controller_is_left_out_of_the_sum_and_named(sessions: sessionmaker[Session]) -> None:
    post(sessions, "tristar-1", controller(200.0), MINUTE)
    post(sessions, "tristar-2", controller(106.0), 3 * HOUR)
    post(sessions, "bms", battery(), MINUTE)
    shown = numbers_of(sessions)
    assert shown["Power in"] == ("200 W", "String 1 200 W String 2 no data", "3 h ago", False)
    assert shown["Power out"][0] == "–"


def test_a_silent_battery_keeps_its_last_numbers_marked_as_old(sessions: sessionmaker[Session]) -> None:
    post(sessions, "bms", battery(), 3 * HOUR)
    shown = numbers_of(sessions)
    assert shown["State of charge"] == ("72 %", "259.2 of 360.0 Ah", "3 h ago", True)
    assert shown["Battery voltage"] == ("13.40 V", "5.0 A out of the battery", "3 h ago", True)
    assert shown["Power out"][0] == "–"


@pytest.mark.parametrize("spacing", [10 * timedelta(seconds=1), MINUTE, 10 * MINUTE, 30 * MINUTE, 2 * HOUR])
def test_the_energy_of_a_day_without_a_gap_is_whole_at_any_spacing(
    sessions: sessionmaker[Session], spacing: timedelta
) -> None:
    post(sessions, "tristar-1", controller(100.0), *since_midnight(spacing))
    number, more, _, _ = numbers_of(sessions)["Solar energy today"]
    assert (number, more) == (f"{(12 * HOUR - spacing) / HOUR / 10:.2f} kWh", "since midnight")


def test_energy_does_not_cross_an_outage_and_says_how_much_was_seen(sessions: sessionmaker[Session]) -> None:
    ages = [age for age in since_midnight(30 * MINUTE) if not 2 * HOUR < age < 5 * HOUR]
    post(sessions, "tristar-1", controller(100.0), *ages)
    assert numbers_of(sessions)["Solar energy today"][:2] == ("0.85 kWh", "74 % of the day so far seen")


def test_a_stated_interval_tells_what_is_late(sessions: sessionmaker[Session]) -> None:
    post(sessions, "bms", battery(), 25 * MINUTE)
    assert numbers_of(sessions)["State of charge"][3]
    with sessions.begin() as session:
        session.execute(update(Device).where(Device.slug == "bms").values(expected_interval_seconds=1800))
    assert not numbers_of(sessions)["State of charge"][3]
