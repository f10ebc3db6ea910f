"""The one process of a site that works behind the pages: a table of jobs, each with its pace."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Engine

from app.config import Config
from app.installation import open_database
from data import housekeeping
from data.engine import migrate

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Duty:
    """What the worker does again and again, and how often."""

    name: str
    every: timedelta
    run: Callable[[Engine], None]


# The sealer, the alarms and the mail take their rows here.
DUTIES = (
    Duty("checkpoint", timedelta(minutes=5), housekeeping.checkpoint),
    Duty("statistics", timedelta(hours=6), housekeeping.optimize),
)


class Rota:
    """When each duty is due next, by a clock that only goes forward."""

    def __init__(self, duties: Sequence[Duty], now: float) -> None:
        self.due = {duty: now + duty.every.total_seconds() for duty in duties}

    def wait_seconds(self, now: float) -> float:
        """How long nothing is due; 0 when something is."""
        return max(0.0, min(self.due.values()) - now)

    def turn(self, engine: Engine, now: float) -> list[str]:
        """Do what is due, and return the names of what failed: a failed duty waits for its next time."""
        failed = []
        for duty, due in self.due.items():
            if due > now:
                continue
            self.due[duty] = now + duty.every.total_seconds()
            try:
                duty.run(engine)
            except Exception:
                log.exception("%s failed, and is tried again in %s", duty.name, duty.every)
                failed.append(duty.name)
        return failed


def run(config: Config) -> int:
    """Do the duties until SIGTERM or SIGINT."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    engine, _ = open_database(config)
    migrate(engine)
    rota = Rota(DUTIES, time.monotonic())
    log.info("working: %s", ", ".join(duty.name for duty in DUTIES))
    while not stopping.wait(rota.wait_seconds(time.monotonic())):
        rota.turn(engine, time.monotonic())
    engine.dispose()
    log.info("stopped")
    return 0
