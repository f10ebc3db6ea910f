"""Graph, card, /energy and export tell the same gaps and the same coverage of the same data, at every width."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session, sessionmaker

from app.api.streaming import read_stretches
from callbacks.common.lines import line, segments, wall_milliseconds
from callbacks.graph.series import read_charts
from data import catalogue, gaps, queries
from data.ingest import batch
from data.ingest.batch import Posted
from data.queries.windows.coverage import of_times
from data.ranges import TimeRange, from_milliseconds, to_milliseconds
from data.store.sealed import sealing

START = datetime(2024, 3, 1, tzinfo=UTC)
LATER = datetime(2026, 12, 1, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SECOND = timedelta(seconds=1)
WIDTHS = (10 * MINUTE, 20 * MINUTE, HOUR, 2 * HOUR, 5 * HOUR, DAY)
SPACINGS = (10 * SECOND, MINUTE, 10 * MINUTE, 30 * MINUTE, 5 * HOUR, DAY)
ZONE = ZoneInfo("America/Los_Angeles")
P_OUT = catalogue.metric("p_out")
NUMBERS = itertools.count()  # a device of its own for each history


def unbroken(times: Sequence[int], longest: int) -> list[gaps.Stretch]:
    """Stretches without a gap, time by time."""
    stretches: list[gaps.Stretch] = []
    for at in times:
        if stretches and at - stretches[-1][1] <= longest:
            stretches[-1] = (stretches[-1][0], at)
        else:
            stretches.append((at, at))
    return stretches


def post(sessions: sessionmaker[Session], slug: str, watts: Sequence[tuple[int, float | None]]) -> queries.DeviceRow:
    """Store p_out at these milliseconds; None is a document without it."""
    posted = [
        Posted("tristar", slug, json.dumps({"MPPT Data": {"output power": value}}), from_milliseconds(at), "synced")
        for at, value in watts
    ]
    with sessions.begin() as session:
        assert {outcome.result for outcome in batch.store(session, posted, LATER)} == {"stored"}
    with sessions() as session:
        return queries.device(session, slug)


def history(chance: random.Random, spacing: timedelta, jitter: float, outages: int) -> list[tuple[int, float | None]]:
    """Some hundred documents at about that spacing with holes of every length, and stretches without the metric."""
    lengths = [chance.uniform(0, 40) * max(spacing, 2 * MINUTE) for _ in range(outages)]
    holes = dict(zip(chance.sample(range(200), outages), lengths, strict=True))
    at, watts = START + chance.random() * DAY, []
    missing = 0
    for number in range(200):
        at += spacing + holes.get(number, timedelta(0))
        missing = chance.choice((1, 5, 30)) if chance.random() < 0.02 else missing - 1
        late = chance.uniform(-jitter, jitter) * spacing
        watts.append((to_milliseconds(at + late), None if missing > 0 else float(chance.randrange(400))))
    return watts


@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    seed=st.integers(0, 2**32),
    spacing=st.sampled_from(SPACINGS),
    jitter=st.sampled_from((0.0, 0.1, 0.45)),
    outages=st.integers(0, 6),
    width=st.sampled_from(WIDTHS),
    sealed=st.sampled_from((None, False, True)),
)
def test_every_page_and_route_tells_the_same_gaps(
    sessions: sessionmaker[Session],
    seed: int,
    spacing: timedelta,
    jitter: float,
    outages: int,
    width: timedelta,
    sealed: bool | None,
) -> None:
    chance = random.Random(seed)
    watts = history(chance, spacing, jitter, outages)
    device = post(sessions, f"tristar-{next(NUMBERS) + 10}", watts)
    if sealed is not None:
        sealing.seal(sessions, LATER, everything=sealed)
    begin, finish = (from_milliseconds(watts[place][0]) for place in (0, -1))
    length = finish - begin
    now = begin + chance.uniform(0.5, 1.3) * length
    cuts = sorted(begin + chance.uniform(-0.1, 1.2) * length for _ in range(3))
    cuts = [from_milliseconds(to_milliseconds(cut)) for cut in cuts]
    now = from_milliseconds(to_milliseconds(now))
    whole, *parts = [TimeRange(cuts[0], cuts[2]), TimeRange(cuts[0], cuts[1]), TimeRange(cuts[1], cuts[2])]
    with sessions() as session:
        usual = queries.spacing(session, device, "tristar")
        assert usual is not None
        assert (1 - 2 * jitter) * spacing - SECOND <= usual <= (1 + 2 * jitter) * spacing + SECOND
        longest = gaps.longest_join(usual)
        times = [at for at, value in watts if value is not None and at <= to_milliseconds(now)]
        stretches = unbroken(times, longest // timedelta(milliseconds=1))
        # The graph
        [chart] = read_charts(session, [device], [P_OUT], whole, width, False, now, ZONE)
        drawn = line(chart.frame["p_out"], P_OUT, ("", "", 1), chart.coverages["p_out"], ZONE)
        expected = gaps.coverage(stretches, whole, now, longest)
        assert drawn.statistics.coverage == expected
        # The card and /energy ask this
        energies = [queries.energy(session, [device.id], "p_out", window, now)[0] for window in (whole, *parts)]
    assert energies[0].coverage == expected
    until = gaps.measured_until(stretches, now, longest)
    elapsed = [
        max(0, min(to_milliseconds(one.end_at), until) - to_milliseconds(one.start_at)) for one in (whole, *parts)
    ]
    measured = [one.coverage * milliseconds for one, milliseconds in zip(energies, elapsed, strict=True)]
    assert measured[0] == pytest.approx(measured[1] + measured[2], abs=1)
    assert energies[0].watt_hours == pytest.approx(energies[1].watt_hours + energies[2].watt_hours, abs=1e-6)
    # The export
    around = TimeRange(whole.start_at - longest, whole.end_at + longest)
    exported = np.concatenate(
        [
            np.empty(0),
            *(
                columns.at[~np.isnan(columns.values[0])]
                for columns in read_stretches(sessions, device.id, ["p_out"], around)
            ),
        ]
    ).astype("int64")
    assert of_times(exported, whole, now, usual).part == expected
    # The line breaks where a gap lies between the readings of two buckets
    edges = wall_milliseconds(pd.DatetimeIndex(chart.frame.index), ZoneInfo("UTC"))
    inside = exported[
        (exported >= to_milliseconds(whole.start_at))
        & (exported < min(to_milliseconds(whole.end_at), to_milliseconds(now) + 1))
    ]
    buckets = np.searchsorted(edges, inside, "right")
    breaks = np.count_nonzero((np.diff(inside) > longest / timedelta(milliseconds=1)) & (np.diff(buckets) > 0))
    if now >= whole.end_at:
        assert len(segments(drawn.value)) == (breaks + 1 if len(inside) else 0)
