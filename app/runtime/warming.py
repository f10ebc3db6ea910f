"""Warming after a start: every kind of query runs once, so that the first reader waits no longer than the next.

What the first query builds stays in the process and in the workers that are forked from it: the statements, the
templates of each device's documents, and the pages of the database that every answer begins with.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from app.services import parts_of
from data import queries
from data.families import KINDS
from data.queries import DeviceRow
from data.ranges import TimeRange, to_milliseconds

log = logging.getLogger(__name__)

MOST_SECONDS = 1.0
MOST_WORKER_SECONDS = 0.5
DAY = timedelta(days=1)
WIDTH = timedelta(minutes=10)


def warm(sessions: sessionmaker[Session], most_seconds: float = MOST_SECONDS) -> int:
    """Query one device after the other until the time is over; the number of devices queried.

    A store that cannot be read now is logged, and keeps no site from starting.
    """
    until = time.monotonic() + most_seconds
    count = 0
    try:
        with sessions() as session:
            for device in (device for kind in KINDS for device in queries.devices(session, kind)):
                if time.monotonic() > until:
                    break
                ask(session, device)
                count += 1
    except SQLAlchemyError as problem:
        log.warning("the store could not be read at the start: %s", problem)
    return count


def warm_process(server: Flask, most_seconds: float = MOST_WORKER_SECONDS) -> int:
    """Answer some requests in a process that was just forked; their number.

    What parent and child share is copied page by page when it is first touched: the first answers took five times as
    long as the next.
    """
    until = time.monotonic() + most_seconds
    sessions = parts_of(server).sessions
    if not warm(sessions, most_seconds / 2):
        return 0
    addresses = list(_addresses(sessions))
    count = 0
    with server.test_client(use_cookies=False) as client:
        for address in addresses:
            if time.monotonic() > until:
                break
            client.get(address)
            count += 1
    return count


def _addresses(sessions: sessionmaker[Session]) -> Iterator[str]:
    """The most frequent requests for a device: its newest values, its last day, its whole history."""
    with sessions() as session:
        for device in (device for kind in KINDS for device in queries.devices(session, kind)):
            newest = queries.latest(session, device.id, KINDS[device.kind][0])
            if newest is None or not newest.readings:
                continue
            start = to_milliseconds(newest.recorded_at - DAY)
            address = f"/api/v1/devices/{quote(device.slug)}"
            of_one = f"{address}/range?metric={quote(next(iter(newest.readings)), safe='')}"
            yield from (f"{address}/latest", f"{of_one}&from={start}", f"{of_one}&interval=600&from={start}")


def ask(session: Session, device: DeviceRow) -> None:
    """Run each kind of query once, for the device's last day and its whole history."""
    queries.series(session, device.id)
    for family in KINDS[device.kind]:
        newest = queries.latest(session, device.id, family)
        span = queries.span(session, device.id, family)
        if newest is None or span is None:
            continue
        end = span.end_at + timedelta(milliseconds=1)
        last_day, whole = TimeRange(end - DAY, end), TimeRange(span.start_at, end)
        keys = list(newest.readings)[:1]
        queries.sample_arrays(session, device.id, keys, last_day, family)
        queries.bucket_arrays(session, device.id, keys, last_day, width=WIDTH)
        queries.bucket_arrays(session, device.id, keys, whole, points=100)
        queries.events(session, device.id, last_day)
