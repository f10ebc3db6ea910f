"""Means are the same number, to the last digit, before, during and after sealing, whatever the samples are."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from sqlalchemy.orm import Session, sessionmaker

from data import queries
from data.ingest import batch
from data.ingest.batch import Posted
from data.ranges import TimeRange
from data.store.sealed import sealing

START = datetime(2026, 3, 6, 21, 7, 3, tzinfo=UTC)
NOW = datetime(2026, 11, 1, tzinfo=UTC)
WINDOW = TimeRange(START + timedelta(minutes=3), START + timedelta(days=3))
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WIDTHS = (7 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 5 * HOUR, DAY, 7 * DAY)
SENSOR = "admin/VEML7700"

Chance = random.Random
KINDS: dict[str, Callable[[Chance, int], float]] = {
    "noise around zero": lambda chance, _: chance.gauss(0, 50),
    "decimals on one day, all digits on the next": lambda chance, at: (
        chance.gauss(0, 50) if at // 1440 % 2 else round(chance.gauss(0, 50), 2)
    ),
    "numbers of every size": lambda chance, _: chance.gauss(0, 1) * 10.0 ** chance.randrange(-12, 17),
    "a sum that cancels": lambda _, at: (1e17, 0.1, -1e17, 0.3)[at % 4],
}


def means(sessions: sessionmaker[Session]) -> dict[str, pd.DataFrame]:
    with sessions() as session:
        device = queries.device(session, SENSOR).id
        return {
            f"{width} {zone}": queries.buckets(session, device, ["x"], WINDOW, width, zone=zone)
            for width in WIDTHS
            for zone in (UTC, ZoneInfo("America/Los_Angeles"))
        }


def document(minute: int, value: float) -> Posted:
    content = {"x": value, "of": "a longer document than the shortest"}
    return Posted("sensor", SENSOR, json.dumps(content), START + minute * MINUTE)


def post(sessions: sessionmaker[Session], documents: list[Posted]) -> None:
    with sessions.begin() as session:
        for first in range(0, len(documents), 1000):
            batch.store(session, documents[first : first + 1000], NOW)


@pytest.mark.parametrize("kind", KINDS)
def test_a_mean_does_not_depend_on_what_is_sealed(sessions: sessionmaker[Session], kind: str) -> None:
    chance = random.Random(kind)
    documents = [document(minute, KINDS[kind](chance, minute)) for minute in range(5000)]
    late = set(chance.sample(range(5000), 60))
    post(sessions, [one for number, one in enumerate(documents) if number not in late])
    sealing.seal(sessions, NOW)
    post(sessions, [documents[number] for number in sorted(late)])
    during = means(sessions)
    sealing.seal(sessions, NOW)
    after = means(sessions)
    for name in during:
        pd.testing.assert_frame_equal(during[name], after[name], check_exact=True, obj=name)
    assert_within(after)


def assert_within(frames: dict[str, Any]) -> None:
    for name, frame in frames.items():
        one = frame["x"].dropna()
        assert (one["mean"] >= one["min"]).all(), name
        assert (one["mean"] <= one["max"]).all(), name


def test_a_sum_beyond_floats_has_no_mean_and_keeps_its_extremes(sessions: sessionmaker[Session]) -> None:
    post(sessions, [document(minute, 1.7e308) for minute in range(60)])
    for _ in range(2):
        frame = means(sessions)[f"{HOUR} {UTC}"]["x"].iloc[0]
        found = frame[["mean", "min", "max", "last", "count"]].fillna(-1).to_list()
        assert found == [-1, 1.7e308, 1.7e308, 1.7e308, 50]
        sealing.seal(sessions, NOW)
