"""Where the poster finds what the sensors measure now: from the live model's file, which costs nothing, or a model."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from demo.launch import Launch, kept
from demo.live.shared import KEY, Documents, measured

# The live model writes every minute; what is older than this is not the present.
FRESH_SECONDS = 150
PATIENCE_SECONDS, LOOK_SECONDS = 30.0, 0.5

Source = Callable[[datetime], Documents]


def of_live(path: Path, now: datetime) -> Documents | None:
    """What the live model left, if that is of the present."""
    sensors = (kept(path) or {}).get(KEY)
    if not isinstance(sensors, dict) or abs(now.timestamp() - sensors["second"]) > FRESH_SECONDS:
        return None
    documents: Documents = sensors["documents"]
    return documents


def source(launch: Launch, path: Path, patience_seconds: float = PATIENCE_SECONDS) -> Source:
    """The live model's sensors once it is there, and nothing while it is away; a model of our own if it never comes."""
    deadline = time.monotonic() + patience_seconds
    while True:
        if of_live(path, datetime.now(UTC)) is not None:
            return lambda now: of_live(path, now) or {}
        if time.monotonic() >= deadline:
            return of_model(launch)
        time.sleep(LOOK_SECONDS)


def of_model(launch: Launch) -> Source:
    """The sensors of a model of our own."""
    from demo.live.present import Present  # here, because pvlib comes with it: seconds, and 170 MB

    present = Present(launch, None, datetime.now(UTC))
    return lambda now: measured(present.at(now))
