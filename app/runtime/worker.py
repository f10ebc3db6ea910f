"""The one process of a site that works behind the pages: a table of jobs, each with its pace."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import Engine

from app.config import Config
from app.mail import delivery
from app.runtime.installation import open_database
from data.accounts import audit, rate_limits
from data.database import housekeeping
from data.database.engine import migrate, session_factory
from data.store import integrity, levels, retention
from data.store.sealed import sealing

log = logging.getLogger(__name__)

NOTHING = retention.Expired(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Duty:
    """What the worker does again and again, and how often."""

    name: str
    every: timedelta
    run: Callable[[Engine], object]


def sweep(engine: Engine) -> None:
    """Delete counts of attempts that are over, and entries of the audit log that are older than it is kept."""
    now = datetime.now(UTC)
    with session_factory(engine)() as session:
        rate_limits.sweep(session, now)
        audit.sweep(session, now)
        session.commit()


def seal(engine: Engine) -> None:
    """Move what is old enough from entries to sealed blocks."""
    count = sealing.seal(session_factory(engine), datetime.now(UTC))
    if count.days or count.postponed:
        log.info("sealed %s documents of %s days; %s days postponed", count.documents, count.days, count.postponed)


def check_integrity(engine: Engine) -> None:
    """Read all that is sealed again: what has changed is isolated, and built again where that can be."""
    found = integrity.check(session_factory(engine), repair=True)
    for problem in found.problems:
        log.error("%s", problem)
    if found.problems:
        log.error("%s of %s rows damaged, %s built again", len(found.problems), found.checked, found.repaired)


def expire(config: Config, engine: Engine) -> None:
    """Throw away what is older than the settings keep it."""

    def age(days: int) -> timedelta | None:
        return timedelta(days=days) if days else None

    by_width = {10 * levels.MINUTE: age(config.keep_ten_minutes_days), levels.HOUR: age(config.keep_hours_days)}
    keep = retention.Keep(
        age(config.keep_originals_days),
        age(config.keep_samples_days),
        {width: kept for width, kept in by_width.items() if kept is not None},
    )
    if keep.everything:
        return
    with session_factory(engine)() as session:
        found = retention.expire(session, keep, datetime.now(UTC))
        if found != NOTHING:
            said = f"originals of {found.originals} days, samples of {found.samples}, {found.level_rows} rows of levels"
            audit.record(session, audit.WORKER, "thrown away", "with age", said)
        session.commit()
    log.info("thrown away with age: %s", found)


# The alarms and the mail take their rows here.
DUTIES = (
    Duty("checkpoint", timedelta(minutes=5), housekeeping.checkpoint),
    Duty("old counts and log entries", timedelta(hours=1), sweep),
    Duty("statistics", timedelta(hours=6), housekeeping.optimize),
    Duty("seal", timedelta(minutes=1), seal),
    Duty("check of what is sealed", timedelta(days=1), check_integrity),
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
    if problem := housekeeping.check(engine):
        log.error("the database is damaged: %s; restore a backup (docs/operations.md)", problem)
    duties = (
        *DUTIES,
        Duty("mail", timedelta(seconds=5), partial(delivery.deliver, config)),
        Duty("retention", timedelta(hours=6), partial(expire, config)),
    )
    rota = Rota(duties, time.monotonic())
    log.info("working: %s", ", ".join(duty.name for duty in duties))
    while not stopping.wait(rota.wait_seconds(time.monotonic())):
        rota.turn(engine, time.monotonic())
    engine.dispose()
    log.info("stopped")
    return 0
