"""docs/store.md holds: its reader, given a database that the sealer made, says what the queries say."""

from __future__ import annotations

import json
import random
import re
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from app.config import Config
from app.runtime.installation import open_database
from data import queries
from data.database.models import ENTRIES, Device, SealedBlock, SealedColumns, Series
from data.ingest import batch
from data.ingest.batch import Posted
from data.ranges import TimeRange, to_milliseconds
from data.store import levels
from data.store.sealed import sealing
from tests.builders import bms_document, tristar_document

DOCUMENT = Path(__file__).parents[3] / "docs" / "store.md"
START = datetime(2026, 3, 7, 22, tzinfo=UTC)
NOW = datetime(2026, 11, 1, tzinfo=UTC)
WINDOW = TimeRange(START - timedelta(days=2), START + timedelta(days=2))
SENSOR = "admin/VEML7700"


def posts() -> list[Posted]:
    """Every family, and every way in which a number, a time or a text is kept."""
    chance, found = random.Random(5), []
    for place in range(400):
        at = START + timedelta(minutes=place)
        noise = {f"noise {number}": chance.random() for number in range(40)}
        more: dict[str, Any] = {"timestamp": at.isoformat()} if place % 2 else {}
        if place % 5 == 0:
            more["sometimes"] = place / 8
        contents = {
            "bms": bms_document(state_of_charge=place % 90 + 0.5, **more),
            "tristar": tristar_document(battery_voltage=12.25 if place % 3 else 12, date=f"{at:%Y-%m-%d %H:%M}"),
            "device": {"battery_voltage": 24 + place / 100, "note": "a device without a family"},
            "sensor": {"lux": place % 7, "day": f"{at:%Y-%m-%d}", "at": f"{at:%Y-%m-%dT%H:%M:%S}.250Z", **noise},
        }
        if place % 100 == 0:
            contents["tristar_daily"] = {"Daily Logger Values": {"Battery Voltage Maximum Daily": 14 + place / 1000}}
            contents["sensor"] = {"lux": place + 0.25, f"only once {place}": "a text that is long enough to be split"}
        devices = {
            "bms": "bms",
            "tristar": "tristar-1",
            "tristar_daily": "tristar-1",
            "device": "mppt",
            "sensor": SENSOR,
        }
        found += [
            Posted(family, devices[family], json.dumps(content), at, "synced") for family, content in contents.items()
        ]
    return found


@pytest.fixture
def filled(sqlite_config: Config) -> sessionmaker[Session]:
    _, sessions = open_database(sqlite_config)
    posted = posts()
    for first in range(0, len(posted), 100):
        with sessions() as session:
            outcomes = batch.store(session, posted[first : first + 100], NOW)
            session.commit()
        assert {outcome.result for outcome in outcomes} == {"stored"}
    sealing.seal(sessions, NOW, everything=True)
    return sessions


@pytest.fixture
def reader() -> dict[str, Any]:
    code = DOCUMENT.read_text(encoding="utf-8").partition("```python\n")[2].partition("```")[0]
    names: dict[str, Any] = {"__name__": "reader"}
    exec(compile(code, str(DOCUMENT), "exec"), names)
    return names


def test_the_reader_of_the_document_reads_every_document(
    sqlite_config: Config, filled: sessionmaker[Session], reader: dict[str, Any]
) -> None:
    with sqlite3.connect(sqlite_config.data_dir / "arboretum.db") as raw:
        read = {(device, family, at): json.loads(text) for device, family, at, text in reader["documents"](raw)}
    with filled() as session:
        assert session.scalars(select(SealedColumns.part).where(SealedColumns.level == 0, SealedColumns.part > 0)).all()
        asked = {
            (device, one.family, to_milliseconds(one.recorded_at)): one.content
            for device in session.scalars(select(Device.id)).all()
            for one in queries.documents(session, device, WINDOW, 10_000)
        }
        assert {family for _, family, _ in asked} == set(ENTRIES) == set(reader["FAMILIES"])
    assert read == asked
    assert len(asked) == len(posts())


def test_the_reader_of_the_document_passes_over_days_whose_documents_have_expired(
    sqlite_config: Config, filled: sessionmaker[Session], reader: dict[str, Any]
) -> None:
    with filled.begin() as session:
        session.execute(update(SealedBlock).values(originals=None))
    with sqlite3.connect(sqlite_config.data_dir / "arboretum.db") as raw:
        assert 0 < len(list(reader["documents"](raw))) < len(posts())


def test_the_reader_of_the_document_reads_columns_and_levels(
    sqlite_config: Config, filled: sessionmaker[Session], reader: dict[str, Any]
) -> None:
    kinds: set[int] = set()
    with sqlite3.connect(sqlite_config.data_dir / "arboretum.db") as raw, filled() as session:
        keys = {one.id: one.key for one in session.scalars(select(Series))}
        for block in session.scalars(select(SealedBlock)).all():
            window = TimeRange(block.start_at, block.last_at + timedelta(seconds=1))
            start = to_milliseconds(block.start_at)
            for series, kind, packed in reader["columns"](raw, block.device_id, block.family, 0, start):
                values = reader["column"](kind, packed, block.documents)
                samples = queries.samples(session, block.device_id, [keys[series]], window, family=block.family)
                kinds.add(kind)
                np.testing.assert_array_equal(values[~np.isnan(values)], samples[keys[series]].dropna().to_numpy())
        midnight = START.replace(hour=0)
        window = TimeRange(midnight, midnight + timedelta(days=3))
        query = select(SealedColumns.device_id, SealedColumns.family, SealedColumns.level, SealedColumns.start_at)
        for device, family, number, period in session.execute(query.where(SealedColumns.level > 0).distinct()).all():
            width = next(level.width for level in levels.LEVELS if level.number == number)
            read = reader["level"](raw, device, family, number, width, to_milliseconds(period))
            for series, (starts, count, total, low, high, _last) in read:
                key = keys[series]
                table = queries.buckets(session, device, [key], window, timedelta(milliseconds=width))[key]
                table = table[np.isin(to_numbers(table.index), starts)]
                complete = table["count"].to_numpy() == count  # the newest document is in no level
                assert complete.sum() >= len(starts) - 1
                np.testing.assert_array_equal(table["min"].to_numpy()[complete], low[complete])
                np.testing.assert_array_equal(table["max"].to_numpy()[complete], high[complete])
                means = (total / count)[complete]
                np.testing.assert_allclose(table["mean"].to_numpy()[complete], means, rtol=1e-11)
    assert kinds >= {1, 9, 66}  # the same throughout, one decimal, floats with gaps


@pytest.mark.parametrize("level", levels.LEVELS, ids=lambda level: f"level {level.number}")
def test_every_level_has_its_row(level: levels.Level) -> None:
    row = rf"^\| {level.number} \| {level.width:,} ms \([a-z ]+\) \| {level.months} months? \|$"
    assert re.search(row, DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)


def to_numbers(index: Any) -> list[int]:
    return [to_milliseconds(at) for at in index]
