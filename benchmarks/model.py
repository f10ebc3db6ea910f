"""The virtual site: how fast a month of it is computed, and its documents made."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

from benchmarks.figures import Figure

STEPS = 30 * 1440
DOCUMENT_STEPS = 500


def figures() -> Iterator[Figure]:
    """A month of minutes, a week of weather, and the documents of some hundred instants."""
    began = time.perf_counter()
    from demo.devices.recorder import Recorder
    from demo.environment.forcing import week
    from demo.launch import Launch
    from demo.minutes import week_of
    from demo.resume import fresh

    yield Figure("import the model with pvlib", time.perf_counter() - began, "s")
    launch = Launch(datetime(2026, 11, 24, 20, tzinfo=UTC))
    model = fresh(launch)
    began = time.perf_counter()
    week(week_of(launch.start) + 10, 1, model.anchor_day)
    yield Figure("weather, sun and panels of a week", time.perf_counter() - began, "s")
    began = time.perf_counter()
    model.advance(launch.start + STEPS)
    yield Figure("thirty days of the site in minutes", time.perf_counter() - began, "s")
    instants = [model.step(keep=True) for _ in range(DOCUMENT_STEPS)]
    recorder = Recorder(model.anchor_day)
    began = time.perf_counter()
    made = sum(len(recorder.documents(instant)) for instant in instants if instant is not None)
    yield Figure("documents through the devices' own bytes", made / (time.perf_counter() - began), "documents/s")
