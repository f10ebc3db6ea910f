"""A month of the virtual site, computed once for all tests of this room."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from demo.launch import Launch
from demo.minutes import minute_of
from demo.model.instant import Instant
from demo.model.model import Model
from demo.resume import fresh

ANCHOR = datetime(2026, 11, 24, 20, 17, 42, tzinfo=UTC)


@dataclass
class Month:
    """The instants of every tenth minute of a history, and the model at its end."""

    launch: Launch
    model: Model
    instants: list[Instant] = field(default_factory=list)
    stored_before: float = 0.0

    def days_before_end(self, instant: Instant) -> float:
        """How long before the history's end, in days."""
        return (self.launch.anchor.timestamp() - instant.second) / 86400


def run(anchor: datetime, days: int = 30, step: int = 10) -> Month:
    """A history of so many days, with an instant kept at every `step` minutes."""
    launch = Launch(anchor, days=days)
    month = Month(launch, fresh(launch))
    month.stored_before = month.model.pack.stored()
    last = minute_of(anchor)
    while month.model.minute <= last:
        instant = month.model.step(keep=month.model.minute % step == 0)
        if instant is not None:
            month.instants.append(instant)
    return month


@pytest.fixture(scope="session")
def november() -> Month:
    """Thirty days that end in November at noon."""
    return run(ANCHOR)


@pytest.fixture(scope="session")
def june() -> Month:
    """Twenty days that end on a night in June."""
    return run(datetime(2026, 6, 16, 7, 3, tzinfo=UTC), days=20)
