"""Whatever was posted, late, twice, corrected and sealed: every question is answered as a plain dictionary would.

EXAMPLES says how many histories are tried on each database.
"""

from __future__ import annotations

import itertools
import json
import os
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session, sessionmaker

from data import document, queries
from data.errors import NotFoundError
from data.ingest import batch as ingest
from data.ingest.batch import Posted
from data.queries import corrections
from data.queries.windows.buckets import Months
from data.ranges import TimeRange
from data.store import integrity
from data.store.sealed import sealing
from tests.data import naive
from tests.data.naive import Content, Naive

EXAMPLES = int(os.environ.get("EXAMPLES", "5"))
NUMBERS = itertools.count()  # a device of its own for each history
MILLISECOND, MINUTE, HOUR, DAY = timedelta(milliseconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# Around a change of the clocks in Los Angeles, and around the end of a month.
STARTS = (datetime(2026, 3, 7, 20, tzinfo=UTC), datetime(2026, 10, 31, 5, tzinfo=UTC))
LATER = datetime(2026, 12, 1, tzinfo=UTC)
ZONES = (UTC, ZoneInfo("America/Los_Angeles"), ZoneInfo("Asia/Kathmandu"), ZoneInfo("Australia/Lord_Howe"))
WIDTHS = (7 * timedelta(seconds=1), MINUTE, 10 * MINUTE, 13 * MINUTE, HOUR, 5 * HOUR, 6 * HOUR, DAY, 2 * DAY, 30 * DAY)
MONTHS = (Months(1), Months(3), Months(12))
METRICS = {
    "bms": ("state_of_charge", "charging_stage", "cell_2_voltage"),
    "tristar": ("bat_voltage", "charge_state", "p_out"),
    "tristar_daily": ("Wh_daily", "min_temp_daily"),
}
FLAGS = ("overcurrent", "FETs shorted", "RTS disconnected", "high temperature current limit")


def volts(chance: random.Random) -> Any:
    return chance.choice([round(chance.uniform(10, 16), 2), chance.uniform(10, 16), 12, 13.0, None, "12.7", "high"])


def flags(chance: random.Random) -> Any:
    some = [flag for flag in FLAGS if chance.random() < 0.3]
    return chance.choice([some, ", ".join(some), None, "", f"{', '.join(some)}, " if some else ""])


def controller(chance: random.Random) -> Content:
    content: Content = {"ADC data": {"battery voltage": volts(chance)}, "MPPT Data": {"output power": volts(chance)}}
    state = chance.choice(["BULK", "absorption", "FLOAT", "NIGHT", "unheard of", None])
    content["Status"] = {"faults": flags(chance), "alarms": flags(chance), "Charge State": state}
    content["Charger Data"] = {"Charge State": state}
    return content


def daily(chance: random.Random) -> Content:
    log = {"Watt Hours accumulated daily": chance.randrange(3000), "Minimum temperature daily": volts(chance)}
    return {"Daily Logger Values": log | {"faults daily": flags(chance), "alarms daily": flags(chance)}}


def battery(chance: random.Random) -> Content:
    cells = {f"cell {number}": {"value": round(chance.uniform(3, 3.6), 2), "unit": "V"} for number in (1, 2)}
    group = {"first cell number": 0, "size of group": 2, "individual cell module voltages": cells}
    status = {"Charging Stage": chance.choice(["Charging", "Fully Charged", None])}
    status |= {
        f"{kind} Errors": ", ".join(FLAGS[:2]) if chance.random() < 0.3 else None for kind in ("Status", "Power")
    }
    return {
        "Battery Charge": {"state of charge": {"value": volts(chance), "unit": "%"}},
        "BatteryVoltageDetail": {"cell group 1": group},
        "BMS Status": status | {"Protection Errors": chance.choice([None, "", "undervoltage, leakage"])},
    }


MAKERS = {"bms": battery, "tristar": controller, "tristar_daily": daily}
Stated = tuple[str, datetime, Content]


def history(chance: random.Random, families: Sequence[str], number: int) -> list[Stated]:
    """Documents in time order: steps of seconds to hours, gaps of days, stretches that report the same."""
    at, found = chance.choice(STARTS), []
    step = chance.choice([7 * timedelta(seconds=1), MINUTE, 10 * MINUTE, HOUR])
    content = {family: MAKERS[family](chance) for family in families}
    for _ in range(number):
        family = chance.choice(families)
        if chance.random() < 0.6:
            content[family] = MAKERS[family](chance)
        found.append((family, at, json.loads(json.dumps(content[family]))))
        at += (
            chance.choice([step, step, step, step + MILLISECOND, 3 * HOUR, 30 * HOUR])
            if chance.random() < 0.3
            else step
        )
    return found


@pytest.mark.parametrize("families", [("bms",), ("tristar", "tristar_daily")], ids=["battery", "controller"])
@settings(deadline=None, max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), number=st.integers(1, 120), turns=st.integers(1, 6))
def test_every_question_is_answered_as_counting_by_hand_does(
    sessions: sessionmaker[Session], families: tuple[str, ...], seed: int, number: int, turns: int
) -> None:
    chance = random.Random(seed)
    device = f"{families[0]}-x{next(NUMBERS)}"
    model, waiting = Naive(), history(chance, families, number)
    chance.shuffle(waiting) if chance.random() < 0.7 else None
    for turn in range(turns):
        share = len(waiting) if turn == turns - 1 else chance.randrange(len(waiting) + 1)
        batch, waiting = waiting[:share], waiting[share:]
        again = [(family, at, content) for (family, at), content in model.documents.items() if chance.random() < 0.2]
        other = [(family, at, {"x": 1}) for (family, at), _ in model.documents.items() if chance.random() < 0.1]
        post(sessions, model, device, [*batch, *again, *other])
        if turn and chance.random() < 0.4:
            correct(sessions, model, device, chance)
        check(sessions, model, device, families, chance)
        if chance.random() < 0.7:
            now = chance.choice([LATER, max(at for _, at in model.documents)]) if model.documents else LATER
            count = sealing.seal(sessions, now, everything=chance.random() < 0.5)
            assert (count.damaged, count.postponed) == ([], 0)
            check(sessions, model, device, families, chance)
    assert integrity.check(sessions, repair=False).problems == []


def post(sessions: sessionmaker[Session], model: Naive, device: str, stated: Sequence[Stated]) -> None:
    expected = [model.post(*one) for one in stated]
    posted = [Posted(family, device, json.dumps(content), at, "synced") for family, at, content in stated]
    with sessions() as session:
        outcomes = ingest.store(session, posted, LATER)
        session.commit()
    assert [outcome.result for outcome in outcomes] == expected
    assert all((outcome.reason or "").startswith("conflict") for outcome in outcomes if outcome.result == "refused")


def correct(sessions: sessionmaker[Session], model: Naive, device: str, chance: random.Random) -> None:
    """Replace one document, or take it out; one at least stays."""
    if len(model.documents) < 2:
        return
    family, at = chance.choice(sorted(model.documents))
    after = None if chance.random() < 0.5 else MAKERS[family](chance)
    text = None if after is None else json.dumps(after)
    corrections.correct(sessions, device, family, at, text, "admin", "the sensor was loose")
    if after is None:
        del model.documents[family, at]
    else:
        model.documents[family, at] = after


def check(
    sessions: sessionmaker[Session], model: Naive, device: str, families: Sequence[str], chance: random.Random
) -> None:
    """Every question about windows that begin and end anywhere."""
    with sessions() as session:
        try:
            number = queries.device(session, device).id
        except NotFoundError:
            assert not model.documents
            return
        times = sorted({at for _, at in model.documents}) or [STARTS[0]]
        for _ in range(3):
            ends = [chance.choice(times) + chance.choice([0, 0, 1, -1]) * MILLISECOND for _ in range(2)]
            ends += [chance.choice(times) + timedelta(seconds=chance.randrange(-90_000, 90_000)) for _ in range(2)]
            start, end = sorted(chance.sample(ends, 2))
            check_window(session, model, number, families, chance, TimeRange(start, end))
        for family in families:
            check_documents(session, model, number, family, chance, times)


def check_window(
    session: Session,
    model: Naive,
    number: int,
    families: Sequence[str],
    chance: random.Random,
    window: TimeRange,
) -> None:
    start, end = window.start_at, window.end_at
    for family in families:
        metric = chance.choice(METRICS[family])
        frame = queries.samples(session, number, [metric], window)
        stated = model.samples(family, metric, start, end)
        assert frame.index.to_list() == [at for at, _ in stated]
        np.testing.assert_array_equal(frame[metric].to_numpy(), [value for _, value in stated])
        zone, width = chance.choice(ZONES), chance.choice([*WIDTHS, *MONTHS])
        if isinstance(width, Months) or window.seconds / width.total_seconds() < 3_000:
            found = queries.buckets(session, number, [metric], window, width, zone=zone)
            edges = naive.edges(start, end, width, zone)
            same_buckets(found, metric, edges, model.buckets(family, metric, start, end, edges))
        points = chance.choice([1, 2, 50, 1_000])
        coarse = queries.bucket_arrays(session, number, [metric], window, points=points, zone=zone)
        edges = naive.edges(start, end, coarse.width, zone)
        assert len(edges) - 1 <= max(points, 2)
        found = queries.buckets(session, number, [metric], window, points=points, zone=zone)
        same_buckets(found, metric, edges, model.buckets(family, metric, start, end, edges))
    events = queries.events(session, number, window)
    said = [(one.kind, one.name, one.started_at, one.last_seen_at, one.ended_at) for one in events]
    assert len(said) == len(set(said))
    assert set(said) == set().union(*(model.events(family, start, end) for family in families))
    assert [one.started_at for one in events] == sorted(one.started_at for one in events)
    documents = queries.documents(session, number, window, 1_000)
    assert sorted((one.family, one.recorded_at, json.dumps(one.content)) for one in documents) == sorted(
        (family, at, json.dumps(content)) for family in families for at, content in model.of(family, start, end)
    )
    assert [one.recorded_at for one in documents] == sorted((one.recorded_at for one in documents), reverse=True)


def same_buckets(found: Any, metric: str, edges: list[datetime], expected: list[dict[str, float]]) -> None:
    assert found.index.to_list() == edges[:-1]
    for measure in ("min", "max", "last", "count"):
        np.testing.assert_array_equal(found[metric, measure].to_numpy(), [one[measure] for one in expected], measure)
    np.testing.assert_allclose(found[metric, "mean"].to_numpy(), [one["mean"] for one in expected], rtol=1e-11)


def check_documents(
    session: Session,
    model: Naive,
    number: int,
    family: str,
    chance: random.Random,
    times: Sequence[datetime],
) -> None:
    newest, expected = queries.latest(session, number, family), model.latest(family)
    assert (newest and (newest.recorded_at, newest.content)) == expected
    for _ in range(3):
        at = chance.choice(times) + chance.choice([0, 1, 400_000, -9_000_000]) * MILLISECOND
        tolerance = chance.choice([timedelta(0), MINUTE, 11 * HOUR])
        found, near = queries.nearest(session, family, [number], at, tolerance), model.nearest(family, at, tolerance)
        assert (found and (found.recorded_at, found.content)) == near
        if found is not None:
            assert found.readings == document.readings(family, found.content)
    there = queries.span(session, number, family)
    ats = [at for of, at in model.documents if of == family]
    assert there == (TimeRange(min(ats), max(ats)) if ats else None)


def test_what_was_reported_before_a_long_gap_lasts_through_it(sessions: sessionmaker[Session]) -> None:
    start = datetime(2026, 5, 1, tzinfo=UTC)
    contents = [{"Status": {"faults": "overcurrent"}}, {"Status": {"faults": ""}}]
    posted = [
        Posted("tristar", "tristar-1", json.dumps(content), start + number * 30 * DAY)
        for number, content in enumerate(contents)
    ]
    with sessions() as session:
        ingest.store(session, posted, LATER)
        session.commit()
        device = queries.device(session, "tristar-1").id
    for _ in range(2):
        with sessions() as session:
            (one,) = queries.events(session, device, TimeRange(start + 12 * DAY, start + 13 * DAY))
        assert (one.started_at, one.last_seen_at, one.ended_at) == (start, start, start + 30 * DAY)
        sealing.seal(sessions, LATER)
