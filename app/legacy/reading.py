"""The reading routes of the first site, in JSON: a value at a moment, values on a grid, a sensor's documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, jsonify

from app.audience import Audience
from app.legacy import schemas
from app.legacy.arguments import metric_of_kind, parsed_grid, parsed_instant, readable_devices, readable_sensor, written
from app.legacy.schemas import NOT_NEAR, STRING, TZ, WRONG_QUESTION
from app.routes.parameters import Parameter, Schema
from app.routes.routing import Arguments, Body, Example, Route, View, route, serve_routes
from app.services import parts
from data import queries
from data.catalogue import Metric

VOLTAGE = {"parameter": "bat_voltage"}
WRONG = {400: WRONG_QUESTION}
NOT_THERE = {**WRONG, 404: NOT_NEAR}


def read_at(
    rules: Mapping[str, str],
    summary: str,
    answer: Schema,
    parameters: tuple[Parameter, ...],
    others: Mapping[int, Body],
    failures: tuple[int, ...] = (),
    *,
    example: Example,
) -> Callable[[View], Route]:
    """A decorator that makes a function the view of one of these routes."""
    group = "Reading as on the first site"
    return route(
        rules,
        summary,
        answer,
        parameters,
        failures,
        example=example,
        audience=Audience.READERS,
        others=others,
        group=group,
        strict=False,
    )


@read_at(
    {
        "bms_single_point": "/BMS/api/single_point/<date>/<parameter>",
        "bms_single_data_point": "/BMS/api/single_data_point/<date>/<parameter>",
    },
    "The battery's value nearest to a moment",
    schemas.POINT,
    (TZ,),
    NOT_THERE,
    example=Example('{"date": "2019-12-03 19:40:00", "parameter": "state_of_charge", "value": 72.4}'),
)
def bms_point(arguments: Arguments) -> Response:
    """The value of the document nearest to the moment, within ten minutes unless the site is set otherwise."""
    return point("bms", arguments)


@read_at(
    {
        "tristar_single_data_point": "/Tristar/api/single_data_point/<date>/<parameter>",
        "tristar_single_point": "/Tristar/api/single_point/<date>/<parameter>",
    },
    "A charge controller's value nearest to a moment",
    schemas.POINT,
    (STRING, TZ),
    NOT_THERE,
    example=Example('{"date": "2019-12-03 19:40:00", "parameter": "bat_voltage", "value": 13.41}', "string=1", VOLTAGE),
)
def tristar_point(arguments: Arguments) -> Response:
    """The nearest value within ten minutes (of the daily log, eleven hours), unless the site is set otherwise."""
    return point("tristar", arguments)


@read_at(
    {"bms_range": "/BMS/api/<start>/<end>/<interval>/<parameter>"},
    "The battery's values on a grid",
    schemas.GRID,
    (TZ,),
    WRONG,
    example=Example(
        '{"parameter": "state_of_charge", "data": {\n'
        '  "2019-12-03 19:40:00": 72.4, "2019-12-03 19:50:00": 72.4, "2019-12-03 20:00:00": 72.4\n}}'
    ),
)
def bms_range(arguments: Arguments) -> Response:
    """The value nearest to each tick, from the start up to and including the end; at most 10,000 ticks."""
    return grid("bms", arguments)


@read_at(
    {"tristar_range": "/Tristar/api/<start>/<end>/<interval>/<parameter>"},
    "A charge controller's values on a grid",
    schemas.GRID,
    (STRING, TZ),
    WRONG,
    example=Example(
        '{"parameter": "bat_voltage", "data": {"2019-12-03 19:40:00": 13.41, "2019-12-03 19:50:00": 13.43}}',
        names=VOLTAGE,
    ),
)
def tristar_range(arguments: Arguments) -> Response:
    """The value nearest to each tick, from the start up to and including the end; at most 10,000 ticks."""
    return grid("tristar", arguments)


@read_at(
    {"sensor_point": "/sensors/get-sensor-json-data-by-id/<sensor_id>/<date>"},
    "The sensor's document nearest to a moment",
    schemas.SENSOR_POINT,
    (TZ,),
    {},
    (404,),
    example=Example('{"data": {"lux": 812.5}, "date": "2019-12-03 19:40:00"}'),
)
def sensor_point(arguments: Arguments) -> Response:
    """The document as it was posted; when there is none within ten minutes `data` is empty, `date` as it was asked."""
    with parts().sessions() as session:
        device = readable_sensor(session, arguments["sensor_id"])
        at = parsed_instant(arguments["date"], arguments["tz"])
        document = queries.nearest(session, "sensor", [device.id], at, parts().config.tolerance_of("sensor"))
    if document is None:
        return jsonify(data={}, date=arguments["date"])
    return jsonify(data=document.content, date=written(document.recorded_at, arguments["tz"]))


@read_at(
    {"sensor_range": "/sensors/get-sensor-json-data-range/<sensor_id>/<start>/<end>/<interval>"},
    "The sensor's documents on a grid",
    schemas.SENSOR_GRID,
    (TZ,),
    {},
    (404,),
    example=Example('{"sensor_id": 2, "data": {"2019-12-03 19:40:00": {"lux": 812.5}}}'),
)
def sensor_range(arguments: Arguments) -> Response:
    """The document nearest to each tick, within one interval of it, under its own time; at most 10,000 ticks."""
    with parts().sessions() as session:
        device = readable_sensor(session, arguments["sensor_id"])
        start_at, end_at, step = parsed_grid(
            arguments["start"], arguments["end"], arguments["interval"], arguments["tz"]
        )
        rows = queries.sensor_rows(session, device.id, start_at, end_at, step, step)
    documents = {written(recorded_at, arguments["tz"]): content for recorded_at, content in rows}
    return jsonify(sensor_id=device.sensor_id, data=documents)


ROUTES = (bms_point, tristar_point, bms_range, tristar_range, sensor_point, sensor_range)
reading = Blueprint("reading", __name__)
serve_routes(reading, ROUTES)


def point(kind: str, arguments: Arguments) -> Response:
    """One value of a device of that kind; 404 in the same shape when nothing is near enough."""
    parameter, date = arguments["parameter"], arguments["date"]
    row = metric_of_kind(kind, parameter)
    if row is None:
        return unknown_parameter()
    at = parsed_instant(date, arguments["tz"])
    with parts().sessions() as session:
        devices = readable_devices(session, kind, arguments.get("string"))
        document = queries.nearest(session, row.family, devices, at, parts().config.tolerance_of(row.family))
    if document is None:
        return answer(404, data={}, date=date, parameter=parameter, value=None)
    value = document.readings.get(row.key)
    shown = None if value is None else plain(row, value)
    return jsonify(date=written(document.recorded_at, arguments["tz"]), parameter=parameter, value=shown)


def grid(kind: str, arguments: Arguments) -> Response:
    """The values at each tick from start to end, both included; a tick without a value is left out."""
    row = metric_of_kind(kind, arguments["parameter"])
    if row is None:
        return unknown_parameter()
    start_at, end_at, step = parsed_grid(arguments["start"], arguments["end"], arguments["interval"], arguments["tz"])
    with parts().sessions() as session:
        devices = readable_devices(session, kind, arguments.get("string"))
        within = parts().config.tolerance_of(row.family)
        ticks = queries.ticks(session, row.family, devices, row.key, start_at, end_at, step, within)
    times = ticks.index.to_pydatetime()  # type: ignore[attr-defined]  # an index of instants
    values = {written(at, arguments["tz"]): plain(row, value) for at, value in zip(times, ticks, strict=True)}
    return jsonify(parameter=arguments["parameter"], data=values)


def unknown_parameter() -> Response:
    """The answer for a key that is in no catalogue."""
    return answer(400, error="unknown parameter", parameter="error", value=None)


def plain(row: Metric, value: float) -> int | float:
    """The value as a JSON number, without a fraction where the metric has none."""
    number = float(value)
    return int(number) if row.decimals == 0 and number.is_integer() else number


def answer(code: int, **content: Any) -> Response:
    """A JSON answer with that status."""
    response = jsonify(**content)
    response.status_code = code
    return response
