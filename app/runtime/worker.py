"""The background process of a site: a table of tasks, each with the time between two runs."""

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
class Task:
    """A function that the worker calls regularly, and how often."""

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
    report = integrity.check(session_factory(engine), repair=True)
    for problem in report.problems:
        log.error("%s", problem)
    if report.problems:
        log.error("%s of %s rows damaged, %s built again", len(report.problems), report.checked, report.repaired)


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
        expired = retention.expire(session, keep, datetime.now(UTC))
        if expired != NOTHING:
            days = f"originals of {expired.documents} days, samples of {expired.samples}"
            audit.record(
                session, audit.WORKER, "thrown away", "with age", f"{days}, {expired.level_rows} rows of levels"
            )
        session.commit()
    log.info("thrown away with age: %s", expired)


# The alarms and the mail take their rows here.
TASKS = (
    Task("checkpoint", timedelta(minutes=5), housekeeping.checkpoint),
    Task("old counts and log entries", timedelta(hours=1), sweep),
    Task("statistics", timedelta(hours=6), housekeeping.optimize),
    Task("seal", timedelta(minutes=1), seal),
    Task("check of what is sealed", timedelta(days=1), check_integrity),
)


class Schedule:
    """The time at which each task is due next, by a clock that only goes forward."""

    def __init__(self, tasks: Sequence[Task], now: float) -> None:
        self.due = {task: now + task.every.total_seconds() for task in tasks}

    def wait_seconds(self, now: float) -> float:
        """How long nothing is due; 0 when something is."""
        return max(0.0, min(self.due.values()) - now)

    def turn(self, engine: Engine, now: float) -> list[str]:
        """Run the tasks that are due; the names of those that failed, which wait for their next time."""
        failed = []
        for task, due in self.due.items():
            if due > now:
                continue
            self.due[task] = now + task.every.total_seconds()
            try:
                task.run(engine)
            except Exception:
                log.exception("%s failed, and is tried again in %s", task.name, task.every)
                failed.append(task.name)
        return failed


def run(config: Config) -> int:
    """Run the tasks until SIGTERM or SIGINT."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    engine, _ = open_database(config)
    migrate(engine)
    if problem := housekeeping.check(engine):
        log.error("the database is damaged: %s; restore a backup (docs/operations.md)", problem)
    tasks = (
        *TASKS,
        Task("mail", timedelta(seconds=5), partial(delivery.deliver, config)),
        Task("retention", timedelta(hours=6), partial(expire, config)),
    )
    schedule = Schedule(tasks, time.monotonic())
    log.info("working: %s", ", ".join(task.name for task in tasks))
    while not stopping.wait(schedule.wait_seconds(time.monotonic())):
        schedule.turn(engine, time.monotonic())
    engine.dispose()
    log.info("stopped")
    return 0
