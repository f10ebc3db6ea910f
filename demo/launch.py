"""What a demonstration keeps between starts: when its history ends, its seed, its pauses, and where the model was.

The state file is small and written seldom; the model's own state lies beside it and is written every minute by `live`.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from data.errors import ConfigError
from data.ranges import TimeRange
from demo.minutes import day_of, minute_of, start_of_day

FORMAT = 1
SEED = 1
DAYS = 365
# The model of the present begins so many days before the anchor; what lies before has models of its own
# (demo/history/eras.py).
MODEL_DAYS = 30
# The model begins before the history, so that nothing of its first state is left when the history begins.
WARM_UP_DAYS = 2
# The site was away: what it would have measured is loaded later, at most so many days of it.
SHORTEST_PAUSE, LONGEST_PAUSE = timedelta(minutes=15), timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Launch:
    """A demonstration: its history ends at `anchor`; `pauses` are the times after it when nothing ran."""

    anchor: datetime
    seed: int = SEED
    days: int = DAYS
    pauses: tuple[TimeRange, ...] = field(default=())

    @property
    def start(self) -> int:
        """The first minute of the model that runs into the present."""
        return start_of_day(day_of(minute_of(self.anchor)) - min(self.days, MODEL_DAYS) - WARM_UP_DAYS)

    @property
    def history(self) -> TimeRange:
        """The history proper."""
        return TimeRange(self.anchor - timedelta(days=self.days), self.anchor)


def enter(path: Path, now: datetime, days: int | None = None, anchor: datetime | None = None) -> Launch:
    """The demonstration of a state file, which is made when it is missing: the history then ends at `anchor`, or now.

    Notes a pause when the model was last heard of a while ago.  Raises ConfigError for a file that is no state.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _locked(path):
        before = _read(path)
        launch = before or Launch(anchor or now)
        if days is not None and (before is None or days > launch.days):
            launch = replace(launch, days=days)
        launch = _with_pause(launch, path, now)
        if launch != before:
            _write(path, _as_json(launch))
    return launch


def keep(path: Path, saved: dict[str, Any]) -> None:
    """Keep what the live model left, beside the state file."""
    _write(_model_path(path), saved)


def kept(path: Path) -> dict[str, Any] | None:
    """What the live model left last; None when there is nothing that can be read."""
    try:
        saved = json.loads(_model_path(path).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return saved if isinstance(saved, dict) and isinstance(saved.get("minute"), int) else None


def _with_pause(launch: Launch, path: Path, now: datetime) -> Launch:
    saved = kept(path)
    if not saved or saved.get("anchor") != launch.anchor.isoformat():
        return launch
    last = launch.pauses[-1].end_at if launch.pauses else launch.anchor
    alive = datetime.fromtimestamp(saved["minute"] * 60, UTC)
    since = max(alive, last, now - LONGEST_PAUSE)
    if now - since < SHORTEST_PAUSE:
        return launch
    return replace(launch, pauses=(*launch.pauses, TimeRange(since, now)))


def _model_path(path: Path) -> Path:
    return path.with_name(f"{path.stem}.model.json")


def _read(path: Path) -> Launch | None:
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
        if state["format"] != FORMAT:
            raise ValueError(f"its format is {state['format']}, expected {FORMAT}")
        return Launch(
            datetime.fromisoformat(state["anchor"]).astimezone(UTC),
            int(state["seed"]),
            int(state["days"]),
            tuple(TimeRange(*(datetime.fromisoformat(end) for end in ends)) for ends in state["pauses"]),
        )
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as cause:
        raise ConfigError(
            f"{path} is not the state of a demonstration ({cause}); remove it to begin a new history"
        ) from cause


def _as_json(launch: Launch) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "seed": launch.seed,
        "anchor": launch.anchor.isoformat(),
        "days": launch.days,
        "pauses": [[pause.start_at.isoformat(), pause.end_at.isoformat()] for pause in launch.pauses],
    }


def _write(path: Path, content: dict[str, Any]) -> None:
    """All or nothing, so that a reader never finds half a file."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.draft")
    draft.write_text(json.dumps(content), encoding="utf-8")
    os.replace(draft, path)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.with_name(f"{path.name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
