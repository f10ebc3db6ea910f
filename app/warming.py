"""The first reader after a start waits no longer than the next: every kind of question is asked once before.

What is built at the first asking stays in the process and in the workers that are forked from it: the statements, the
skeletons of each device's documents, and the pages of the database that every answer begins with.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from data import queries
from data.queries import FAMILIES, DeviceRow
from data.ranges import TimeRange

log = logging.getLogger(__name__)

MOST_SECONDS = 1.0
DAY = timedelta(days=1)
WIDTH = timedelta(minutes=10)


def warm(sessions: sessionmaker[Session], most_seconds: float = MOST_SECONDS) -> int:
    """Ask of one device after the other, as long as the time lasts; the number of devices that were asked of.

    A store that cannot be read now is logged, and keeps no site from starting.
    """
    until = time.monotonic() + most_seconds
    asked = 0
    try:
        with sessions() as session:
            for device in (found for kind in FAMILIES for found in queries.devices(session, kind)):
                if time.monotonic() > until:
                    break
                ask(session, device)
                asked += 1
    except SQLAlchemyError as problem:
        log.warning("the store could not be read at the start: %s", problem)
    return asked


def ask(session: Session, device: DeviceRow) -> None:
    """Each kind of question once, of the device's last day and of all its time."""
    queries.series(session, device.id)
    for family in FAMILIES[device.kind]:
        newest = queries.latest(session, device.id, family)
        known = queries.span(session, device.id, family)
        if newest is None or known is None:
            continue
        end = known.end_at + timedelta(milliseconds=1)
        last_day, whole = TimeRange(end - DAY, end), TimeRange(known.start_at, end)
        keys = list(newest.readings)[:1]
        queries.sample_arrays(session, device.id, keys, last_day, family)
        queries.bucket_arrays(session, device.id, keys, last_day, width=WIDTH)
        queries.bucket_arrays(session, device.id, keys, whole, points=100)
        queries.events(session, device.id, last_day)
