"""The present state of the site, once a second, for the virtual devices."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from demo.devices.registers import tristar
from demo.devices.sentences import emus
from demo.launch import Launch, keep
from demo.live.shared import KEY, shared
from demo.minutes import EPOCH, instant_of, minute_of
from demo.model.instant import Instant, between
from demo.model.model import Model
from demo.model.saved import save
from demo.resume import model_at

LINES = ("tristar_1", "tristar_2", "emus")
STRINGS = ("1", "2")


class Present:
    """The model kept at the present: a minute before and a minute after are known, and what lies between is mixed."""

    def __init__(self, launch: Launch, path: Path | None, now: datetime) -> None:
        self._launch, self._path = launch, path
        self._begin(now)

    def at(self, now: datetime) -> Instant:
        """The site at an instant; a clock that is put back makes the model begin again."""
        second = (now - EPOCH).total_seconds()
        if second < self._before.second:
            self._begin(now)
        while second >= self._after.second:
            self._roll()
        return between(self._before, self._after, second)

    def _begin(self, now: datetime) -> None:
        self._model: Model = model_at(self._launch, self._path, minute_of(now))
        self._saved = [save(self._model)]
        self._before = self._next()
        self._after = self._next()
        self._keep()

    def _roll(self) -> None:
        self._before, self._after = self._after, self._next()
        self._keep()

    def _next(self) -> Instant:
        instant = self._model.step(keep=True)
        assert instant is not None
        self._saved.append(save(self._model))
        return instant

    def _keep(self) -> None:
        """Keep the state from which the present minute begins: a restart at once must not find the model ahead."""
        self._saved = self._saved[-3:]
        if self._path is not None:
            keep(self._path, {**self._saved[0], KEY: shared(self._before)})


def state(instant: Instant) -> dict[str, Any]:
    """The site at an instant as `collector simulate` takes it; silent while the site is dark."""
    return {
        "at": instant_of(instant.second / 60).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "tristar": {name: tristar(instant, each) for each, name in enumerate(STRINGS)},
        "emus": emus(instant),
        "silent": [] if instant.loads_on else list(LINES),
    }


def lines(present: Present, instants: Iterator[datetime]) -> Iterator[str]:
    """A line of JSON for each of the instants."""
    for now in instants:
        yield json.dumps(state(present.at(now)))
