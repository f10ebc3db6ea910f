"""The reading routes of the first site, in JSON: a value at a moment, values on a grid, a sensor's documents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from flask import Blueprint, Response, jsonify, request
from sqlalchemy.orm import Session

from app.auth import may_see, unauthorized
from app.parts import parts
from data import queries
from data.catalogue import ALIASES, Metric, metric
from data.errors import NotFoundError, RangeError
from data.queries import DeviceRow
from data.ranges import parse_instant, zone_named

reading = Blueprint("reading", __name__)

MOST_TICKS = 10_000
FIRST_YEAR, LAST_YEAR = 1900, 9000
LONGEST_INTERVAL = timedelta(days=3660)
FAMILIES = {"bms": ("bms",), "tristar": ("tristar", "tristar_daily")}


@reading.get("/BMS/api/single_point/<date>/<parameter>")
@reading.get("/BMS/api/single_data_point/<date>/<parameter>")
def bms_point(date: str, parameter: str) -> Response:
    """The battery's value nearest to that moment."""
    return point("bms", date, parameter)


@reading.get("/Tristar/api/single_data_point/<date>/<parameter>")
@reading.get("/Tristar/api/single_point/<date>/<parameter>")
def tristar_point(date: str, parameter: str) -> Response:
    """A controller's value nearest to that moment."""
    return point("tristar", date, parameter)


@reading.get("/BMS/api/<start>/<end>/<interval>/<parameter>")
def bms_range(start: str, end: str, interval: str, parameter: str) -> Response:
    """The battery's values nearest to each tick."""
    return grid("bms", start, end, interval, parameter)


@reading.get("/Tristar/api/<start>/<end>/<interval>/<parameter>")
def tristar_range(start: str, end: str, interval: str, parameter: str) -> Response:
    """A controller's values nearest to each tick."""
    return grid("tristar", start, end, interval, parameter)


@reading.get("/sensors/get-sensor-json-data-by-id/<sensor_id>/<date>")
def sensor_point(sensor_id: str, date: str) -> Response:
    """The sensor's document nearest to that moment."""
    zone = asked_zone()
    with parts().sessions() as session:
        device = readable_sensor(session, sensor_id)
        found = queries.nearest(
            session, "sensor", [device.id], asked_instant(date, zone), parts().config.tolerance_sensor
        )
    if found is None:
        return jsonify(data={}, date=date)
    return jsonify(data=found.content, date=written(found.recorded_at, zone))


@reading.get("/sensors/get-sensor-json-data-range/<sensor_id>/<start>/<end>/<interval>")
def sensor_range(sensor_id: str, start: str, end: str, interval: str) -> Response:
    """The sensor's documents nearest to each tick, under their own times."""
    zone = asked_zone()
    with parts().sessions() as session:
        device = readable_sensor(session, sensor_id)
        start_at, end_at, step = asked_grid(start, end, interval, zone)
        rows = queries.sensor_rows(session, device.id, start_at, end_at, step, step)
    return jsonify(
        sensor_id=device.sensor_id, data={written(recorded_at, zone): content for recorded_at, content in rows}
    )


def point(kind: str, date: str, parameter: str) -> Response:
    """One value of a device of that kind; 404 in the same shape when nothing is near enough."""
    found = known_metric(kind, parameter)
    if found is None:
        return unknown_parameter()
    zone = asked_zone()
    at = asked_instant(date, zone)
    with parts().sessions() as session:
        row = queries.nearest(session, found.family, asked_devices(session, kind), at, tolerance(found.family))
    if row is None:
        return answer(404, data={}, date=date, parameter=parameter, value=None)
    value = row.readings.get(found.key)
    return jsonify(
        date=written(row.recorded_at, zone), parameter=parameter, value=None if value is None else plain(found, value)
    )


def grid(kind: str, start: str, end: str, interval: str, parameter: str) -> Response:
    """The values at each tick from start to end, both included; a tick without a value is left out."""
    found = known_metric(kind, parameter)
    if found is None:
        return unknown_parameter()
    zone = asked_zone()
    start_at, end_at, step = asked_grid(start, end, interval, zone)
    with parts().sessions() as session:
        ticks = queries.ticks(
            session,
            found.family,
            asked_devices(session, kind),
            found.key,
            start_at,
            end_at,
            step,
            tolerance(found.family),
        )
    values = {written(at.to_pydatetime(), zone): plain(found, value) for at, value in ticks.items()}
    return jsonify(parameter=parameter, data=values)


def known_metric(kind: str, parameter: str) -> Metric | None:
    """The metric of that key, when the routes of that kind answer for it."""
    try:
        found = metric(ALIASES.get(parameter, parameter))
    except NotFoundError:
        return None
    return found if found.family in FAMILIES[kind] else None


def unknown_parameter() -> Response:
    """The answer for a key that is in no catalogue."""
    return answer(400, error="unknown parameter", parameter="error", value=None)


def asked_devices(session: Session, kind: str) -> Sequence[int]:
    """The devices of that kind; `?string=1` or `2` leaves the controller of that string."""
    found = queries.devices(session, kind=kind)
    stated = request.args.get("string", "")
    if stated:
        if kind != "tristar" or stated not in ("1", "2"):
            raise RangeError(f"string is {stated!r}: it is 1 or 2, and only controllers have one")
        found = [device for device in found if device.string == int(stated)]
    return [device.id for device in found if may_see(device)]


def asked_zone() -> tzinfo:
    """The zone that `?tz=` names, else UTC."""
    name = request.args.get("tz", "")
    return zone_named(name) if name else UTC


def asked_instant(text: str, zone: tzinfo) -> datetime:
    """The instant asked for.  Raises RangeError when it is no date, or so far off that its surroundings are none."""
    at = parse_instant(text, zone)
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise RangeError(f"{text!r} lies outside the years {FIRST_YEAR} to {LAST_YEAR}")
    return at


def asked_grid(start: str, end: str, interval: str, zone: tzinfo) -> tuple[datetime, datetime, timedelta]:
    """The ticks asked for: first, last possible, step.  Raises RangeError when there are none or too many."""
    if not interval.isdecimal() or not int(interval[:12]) >= 1 or len(interval) > 12:
        raise RangeError(f"interval is {interval!r}: write whole minutes, 1 or more")
    step = timedelta(minutes=int(interval))
    if step > LONGEST_INTERVAL:
        raise RangeError(f"interval is {interval} minutes: the longest is {LONGEST_INTERVAL // timedelta(minutes=1)}")
    start_at, end_at = asked_instant(start, zone), asked_instant(end, zone)
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


def tolerance(family: str) -> timedelta:
    """How far from the asked moment a row of that family may lie."""
    config = parts().config
    return config.tolerance_daily if family == "tristar_daily" else config.tolerance


def written(at: datetime, zone: tzinfo) -> str:
    """The instant as the routes write dates; the second of two equal local hours in autumn carries its offset."""
    local = at.astimezone(zone)
    return local.isoformat(" ", "seconds") if local.fold else local.strftime("%Y-%m-%d %H:%M:%S")


def plain(found: Metric, value: float) -> int | float:
    """The value as a JSON number, without a fraction where the metric has none."""
    number = float(value)
    return int(number) if found.decimals == 0 and number.is_integer() else number


def answer(code: int, **content: Any) -> Response:
    """A JSON answer with that status."""
    response = jsonify(**content)
    response.status_code = code
    return response
