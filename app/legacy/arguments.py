"""Arguments of the reading routes of the first site: dates, grids, controllers, sensors; and the format of dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from flask import request
from sqlalchemy.orm import Session

from app.security.identity import may_see, unauthorized
from data import queries
from data.catalogue import ALIASES, Metric, metric
from data.errors import NotFoundError, RangeError
from data.families import KINDS
from data.queries import DeviceRow
from data.ranges import parse_instant

MOST_TICKS = 10_000
FIRST_YEAR, LAST_YEAR = 1900, 9000
LONGEST_INTERVAL = timedelta(days=3660)


def metric_of_kind(kind: str, parameter: str) -> Metric | None:
    """The metric of that key; None when the routes of that kind have no such metric."""
    try:
        row = metric(ALIASES.get(parameter, parameter))
    except NotFoundError:
        return None
    return row if row.family in KINDS[kind] else None


def readable_devices(session: Session, kind: str, string: int | None) -> Sequence[int]:
    """The ids of the readable devices of that kind; with a string, only the controller of that string."""
    rows = queries.devices(session, kind=kind)
    if kind != "tristar" and request.args.get("string"):
        raise RangeError("string was given: only charge controllers have one, leave it out")
    if string is not None:
        rows = [device for device in rows if device.string == string]
    return [device.id for device in rows if may_see(device)]


def parsed_instant(text: str, zone: tzinfo) -> datetime:
    """The requested instant.  Raises RangeError when it is no date, or so far off that its surroundings are none."""
    at = parse_instant(text, zone)
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise RangeError(f"{text!r} lies outside the years {FIRST_YEAR} to {LAST_YEAR}")
    return at


def parsed_grid(start: str, end: str, interval: str, zone: tzinfo) -> tuple[datetime, datetime, timedelta]:
    """The requested ticks: first, last possible, step.  Raises RangeError when there are none or too many."""
    if not interval.isdecimal() or not int(interval[:12]) >= 1 or len(interval) > 12:
        raise RangeError(f"interval is {interval!r}: write whole minutes, 1 or more")
    step = timedelta(minutes=int(interval))
    if step > LONGEST_INTERVAL:
        raise RangeError(f"interval is {interval} minutes: the longest is {LONGEST_INTERVAL // timedelta(minutes=1)}")
    start_at, end_at = parsed_instant(start, zone), parsed_instant(end, zone)
    if end_at < start_at:
        raise RangeError(f"the end ({end}) is before the start ({start}): change them round")
    count = (end_at - start_at) // step + 1
    if count > MOST_TICKS:
        raise RangeError(
            f"{count:,} values were asked for, the most is {MOST_TICKS:,}: take a longer interval or a shorter window"
        )
    return start_at, end_at, step


def readable_sensor(session: Session, sensor_id: str) -> DeviceRow:
    """The device of that sensor: 404 when there is none, 401 when it is private and not the viewer's."""
    if not sensor_id.isdecimal() or len(sensor_id) > 15:
        raise NotFoundError(f"no sensor with the id {sensor_id!r}: ids are whole numbers")
    device = queries.sensor_device(session, int(sensor_id))
    if not may_see(device):
        unauthorized("This sensor's data is private: log in as its owner, or send the owner's key.")
    return device


def written(at: datetime, zone: tzinfo) -> str:
    """The date in the format of these routes; the second of two equal local hours in autumn carries its offset."""
    local = at.astimezone(zone)
    return local.isoformat(" ", "seconds") if local.fold else local.strftime("%Y-%m-%d %H:%M:%S")
