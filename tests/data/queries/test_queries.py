"""What the store answers: frames with stated shapes, the nearest documents, sums that never cross a gap."""

from __future__ import annotations

import itertools
import json
import sys
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session, sessionmaker

from data import queries
from data.database import jobs
from data.database.engine import engine_of
from data.errors import NotFoundError, RangeError
from data.ingest import batch
from data.ingest.batch import Posted
from data.queries.windows.buckets import edges as edges_of
from data.ranges import TimeRange
from data.store.sealed import sealing
from tests.builders import statements_of

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TEN = timedelta(minutes=10)
EXAMPLES = itertools.count()


def watts(value: float | None) -> str:
    return json.dumps({"MPPT Data": {"output power": value}})


def store(sessions: sessionmaker[Session], device: str, values: dict[float, float | None]) -> int:
    """Post p_out in watts under minutes after NOON; returns the device's id."""
    with sessions.begin() as session:
        rows = [Posted("tristar", device, watts(value), NOON + at * MINUTE) for at, value in values.items()]
        assert {outcome.result for outcome in batch.store(session, rows, NOON + timedelta(days=30))} <= {"stored"}
    with sessions() as session:
        return queries.device(session, device).id


def test_a_samples_frame_has_its_shape_also_when_it_is_empty(sessions: sessionmaker[Session]) -> None:
    device = store(sessions, "tristar-1", {0: 1.0})
    with sessions() as session:
        frame = queries.samples(session, device, ["p_out", "V_oc"], TimeRange(NOON - TEN, NOON))
    assert list(frame.columns) == ["p_out", "V_oc"]
    assert (len(frame), frame.index.name, str(frame.index.tz)) == (0, "at", "UTC")
    assert all(dtype == np.float64 for dtype in frame.dtypes)


def test_windows_are_half_open_and_what_was_not_sent_is_nan(sessions: sessionmaker[Session]) -> None:
    device = store(sessions, "tristar-1", {0: 1.0, 1: None, 2: 3.0})
    with sessions() as session:
        frame = queries.samples(session, device, ["p_out"], TimeRange(NOON, NOON + 2 * MINUTE))
    expected = pd.DataFrame(
        {"p_out": [1.0, np.nan]}, index=pd.DatetimeIndex([NOON, NOON + MINUTE], name="at").as_unit("ms")
    )
    pd.testing.assert_frame_equal(frame, expected, check_freq=False)


def test_metrics_of_two_families_stand_side_by_side(sessions: sessionmaker[Session]) -> None:
    device = store(sessions, "tristar-1", {0: 1.0})
    daily = Posted(
        "tristar_daily", "tristar-1", '{"Daily Logger Values":{"Wh_daily":0,"Watt Hours accumulated daily":5}}', NOON
    )
    later = Posted(
        "tristar_daily", "tristar-1", '{"Daily Logger Values":{"Watt Hours accumulated daily":7}}', NOON + TEN
    )
    with sessions.begin() as session:
        batch.store(session, [daily, later], NOON)
    with sessions() as session:
        frame = queries.samples(session, device, ["Wh_daily", "p_out"], TimeRange(NOON, NOON + 2 * TEN))
    assert frame["Wh_daily"].to_list() == [5, 7]
    assert frame["p_out"].to_list()[0] == 1
    assert np.isnan(frame["p_out"].to_list()[1])


def test_buckets_give_mean_extremes_last_and_count_and_keep_the_empty_ones(sessions: sessionmaker[Session]) -> None:
    device = store(sessions, "tristar-1", {0: 1.0, 4: 5.0, 9: 3.0, 25: 7.0})
    with sessions() as session:
        frame = queries.buckets(session, device, ["p_out"], TimeRange(NOON, NOON + 30 * MINUTE), TEN)["p_out"]
    assert frame.loc[NOON].to_dict() == {"mean": 3, "min": 1, "max": 5, "last": 3, "count": 3}
    assert frame["count"].to_list() == [3, 0, 1]
    assert np.isnan(frame["mean"].to_list()[1])


def test_days_begin_at_local_midnight_also_when_the_clocks_change() -> None:
    zone = ZoneInfo("America/Los_Angeles")
    window = TimeRange(datetime(2026, 10, 31, 7, tzinfo=UTC), datetime(2026, 11, 3, 8, tzinfo=UTC))
    edges = edges_of(window, timedelta(days=1), zone)
    assert (np.diff(edges) / 3_600_000).tolist() == [24, 25, 24]


@pytest.mark.parametrize(
    ("width", "points"), [(timedelta(milliseconds=1), None), (None, 0), (timedelta(seconds=1), None)]
)
def test_too_narrow_buckets_are_refused_in_words(
    sessions: sessionmaker[Session], width: timedelta | None, points: int | None
) -> None:
    device = store(sessions, "tristar-1", {0: 1.0})
    with sessions() as session, pytest.raises(RangeError):
        queries.buckets(session, device, ["p_out"], TimeRange(NOON, NOON + timedelta(days=30)), width, points or -1)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=st.lists(st.integers(0, 300), max_size=20, unique=True),
    second=st.lists(st.integers(0, 300), max_size=20, unique=True),
    interval=st.integers(1, 40),
    tolerance=st.integers(0, 30),
)
def test_ticks_take_the_nearest_document_as_counting_by_hand_does(
    sessions: sessionmaker[Session], first: list[int], second: list[int], interval: int, tolerance: int
) -> None:
    # A device pair of its own for each example: names decide the string, so these have none and tie by id.
    name = f"-{next(EXAMPLES)}"
    ids = [
        store(sessions, f"a{name}", {at: 1000.0 + at for at in first} | {9999: 0.0}),
        store(sessions, f"b{name}", {at: 2000.0 + at for at in second} | {9999: 0.0}),
    ]
    with sessions() as session:
        found = queries.ticks(
            session, "tristar", ids, "p_out", NOON, NOON + 300 * MINUTE, interval * MINUTE, tolerance * MINUTE
        )
    expected = {}
    rows = [(at, 0, 1000.0 + at) for at in first] + [(at, 1, 2000.0 + at) for at in second]
    for tick in range(0, 301, interval):
        near = [(abs(at - tick), at, device, value) for at, device, value in rows if abs(at - tick) <= tolerance]
        if near:
            expected[NOON + tick * MINUTE] = min(near)[3]
    assert {at.to_pydatetime(): value for at, value in found.items()} == expected


def test_ticks_include_the_end_and_leave_out_what_a_document_lacks(sessions: sessionmaker[Session]) -> None:
    device = store(sessions, "tristar-1", {0: 1.0, 10: None, 20: 3.0})
    with sessions() as session:
        found = queries.ticks(session, "tristar", [device], "p_out", NOON, NOON + 2 * TEN, TEN, 4 * MINUTE)
    assert {at.to_pydatetime(): value for at, value in found.items()} == {NOON: 1.0, NOON + 2 * TEN: 3.0}


def test_the_number_of_statements_does_not_grow_with_the_ticks(sessions: sessionmaker[Session]) -> None:
    device = store(sessions, "tristar-1", {at: float(at) for at in range(0, 6000, 2)})
    counts = []
    for ticks in (10, 2000):
        with statements_of(engine_of(sessions)) as statements, sessions() as session:
            end_at = NOON + ticks * 2 * MINUTE
            found = queries.ticks(session, "tristar", [device], "p_out", NOON, end_at, 2 * MINUTE, MINUTE)
        assert len(found) == ticks + 1
        counts.append(len(statements))
    assert counts[1] <= counts[0] + 4


def test_nearest_ties_go_to_the_earlier_then_to_string_1(sessions: sessionmaker[Session]) -> None:
    two = store(sessions, "tristar-2", {0: 20.0, 10: 21.0})
    one = store(sessions, "tristar-1", {10: 11.0})
    with sessions() as session:
        earlier = queries.nearest(session, "tristar", [one, two], NOON + 5 * MINUTE, TEN)
        same = queries.nearest(session, "tristar", [two, one], NOON + 10 * MINUTE, TEN)
        far = queries.nearest(session, "tristar", [one, two], NOON + 21 * MINUTE, TEN)
    assert earlier is not None
    assert earlier.readings == {"p_out": 20.0}
    assert same is not None
    assert same.readings == {"p_out": 11.0}
    assert far is None


def test_energy_is_the_integral_and_never_crosses_a_gap(sessions: sessionmaker[Session]) -> None:
    device = store(sessions, "tristar-1", {-10: 60.0, 10: 60.0, 20: 120.0, 80: 120.0, 90: 120.0})
    with sessions() as session:
        window = TimeRange(NOON, NOON + timedelta(hours=2))
        found = queries.energy(session, [device], "p_out", window, NOON + 92 * MINUTE, 25 * MINUTE)[0]
    assert found.watt_hours == pytest.approx(60 * 10 / 60 + 90 * 10 / 60 + 120 * 10 / 60)
    assert found.coverage == pytest.approx(30 / 90)


def test_energy_of_a_long_window_is_the_sum_of_its_parts(
    sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    powers = {minute: float(minute % 97) for minute in range(0, 6_000, 7) if not 1_000 < minute < 2_000}
    device = store(sessions, "tristar-1", powers)
    window = TimeRange(NOON + 33 * MINUTE, NOON + 5_555 * MINUTE)
    with sessions() as session:
        whole = queries.energy(session, [device], "p_out", window, window.end_at, 25 * MINUTE)[0]
    monkeypatch.setattr(sys.modules["data.queries.windows.energy"], "LONGEST_STRETCH", timedelta(hours=4))
    with statements_of(engine_of(sessions)) as asked, sessions() as session:
        parts = queries.energy(session, [device], "p_out", window, window.end_at, 25 * MINUTE)[0]
    assert len(asked) > 20
    assert (parts.watt_hours, parts.coverage) == (pytest.approx(whole.watt_hours), pytest.approx(whole.coverage))
    assert 0.7 < whole.coverage < 0.9


def test_no_samples_is_no_energy_and_no_coverage(sessions: sessionmaker[Session]) -> None:
    device = store(sessions, "tristar-1", {0: 1.0})
    with sessions() as session:
        window = TimeRange(NOON + TEN, NOON + 2 * TEN)
        found = queries.energy(session, [device], "p_out", window, NOON + 2 * TEN, MINUTE)
    assert [(one.watt_hours, one.coverage) for one in found] == [(0.0, 0.0)]


def test_cadence_span_and_documents_speak_of_the_newest(sessions: sessionmaker[Session]) -> None:
    device = store(sessions, "tristar-1", {0: 1.0, 1: 2.0, 2: 3.0, 30: 4.0})
    with sessions() as session:
        assert queries.cadence(session, device, "tristar") == MINUTE
        assert queries.span(session, device, "tristar") == TimeRange(NOON, NOON + 30 * MINUTE)
        assert queries.span(session, device, "tristar_daily") is None
        newest = queries.documents(session, device, TimeRange(NOON, NOON + TEN), 2)
        assert [row.recorded_at for row in newest] == [NOON + 2 * MINUTE, NOON + MINUTE]
        older = queries.documents(session, device, TimeRange(NOON, NOON + TEN), 2, before=newest[-1].recorded_at)
        assert [row.content for row in older] == [{"MPPT Data": {"output power": 1.0}}]
        assert [row.key for row in queries.series(session, device)] == ["p_out"]


def test_a_sensor_with_a_thousand_keys_answers_for_all_of_them_sealed_or_not(sessions: sessionmaker[Session]) -> None:
    # A document has 500 at most; two kinds of documents have a thousand.
    rows = [
        Posted(
            "sensor", "admin/VEML7700", json.dumps({f"{at % 2} {key}": at + key for key in range(500)}), NOON + at * TEN
        )
        for at in range(60)
    ]
    with sessions.begin() as session:
        batch.store(session, rows, NOON + timedelta(days=1))
    with sessions() as session:
        device = queries.device(session, "admin/VEML7700").id
        keys = [row.key for row in queries.series(session, device)]
    window = TimeRange(NOON, NOON + timedelta(days=1))

    def answers() -> tuple[pd.DataFrame, pd.DataFrame]:
        with sessions() as session:
            return queries.samples(session, device, keys, window), queries.buckets(
                session, device, keys, window, 6 * TEN
            )

    before = answers()
    assert len(keys) == 1_000
    sealing.seal(sessions, NOON + timedelta(days=3))
    for one, other in zip(before, answers(), strict=True):
        pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_unknown_devices_are_not_found(sessions: sessionmaker[Session]) -> None:
    with sessions() as session:
        with pytest.raises(NotFoundError, match="no device named"):
            queries.device(session, "nothing")
        with pytest.raises(NotFoundError, match="no sensor with the id 77"):
            queries.sensor_device(session, 77)


def test_a_job_tells_how_far_it_is(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        jobs.start(session, "history", "Loading history", 30)
        jobs.advance(session, "history", 12, "12 of 30 days")
        jobs.advance(session, "nobody", 1)
    with sessions() as session:
        (row,) = queries.jobs(session)
    assert (row.done, row.total, row.message, row.finished_at) == (12, 30, "12 of 30 days", None)
    with sessions.begin() as session:
        jobs.finish(session, "history")
    with sessions() as session:
        (row,) = queries.jobs(session)
    assert (row.done, row.finished_at is None) == (30, False)
