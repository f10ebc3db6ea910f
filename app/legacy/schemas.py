"""Schemas of the parameters and answers of the first site's reading routes."""

from __future__ import annotations

from app.routes import schemas
from app.routes.parameters import TZ as ANY_TZ
from app.routes.parameters import Parameter, choice_schema, whole
from app.routes.routing import JSON, Body

DATE = schemas.of("string", "When it was measured, in UTC or in the zone of `tz`.", examples=["2019-12-03 19:39:31"])
DOCUMENT = schemas.of("object", "The document as it was posted.")
KEY = schemas.of("string", "The parameter that was asked for.", examples=["state_of_charge"])
VALUE = schemas.maybe("number", "In the unit of the catalogue; null when the document lacks it.")

POINT = schemas.thing(date=DATE, parameter=KEY, value=VALUE)
NOTHING = schemas.thing(
    data=schemas.thing("Always empty."),
    date=schemas.of("string", "The date as it was asked for."),
    parameter=KEY,
    value=schemas.of("null"),
)
UNKNOWN = schemas.thing(
    error=schemas.of("string", enum=["unknown parameter"]),
    parameter=schemas.of("string", enum=["error"]),
    value=schemas.of("null"),
)
GRID = schemas.thing(
    parameter=KEY,
    data={
        "type": "object",
        "description": "Value by tick; a tick without one is left out.",
        "additionalProperties": schemas.of("number"),
    },
)
SENSOR_POINT = schemas.thing(data=DOCUMENT, date=DATE)
SENSOR_GRID = schemas.thing(
    sensor_id=schemas.of("integer"),
    data={"type": "object", "description": "Document by the time it is filed under.", "additionalProperties": DOCUMENT},
)
WRONG_QUESTION = Body(
    "A date, an interval or a zone that cannot be read, or a parameter that is not known.",
    {JSON: {"anyOf": [{"$ref": "#/components/schemas/Error"}, UNKNOWN]}},
)
NOT_NEAR = Body("Nothing was measured near enough to that moment.", {JSON: NOTHING})

TZ = Parameter(
    "tz",
    "The time zone in which dates without an offset are read, and those of the answer written; UTC when left out.",
    ANY_TZ.schema,
    ANY_TZ.read,
    default=ANY_TZ.default,
)
STRING = Parameter(
    "string",
    "The controller of that string of panels; the nearest of either when left out, the first when equally near.",
    choice_schema("1", "2"),
    whole,
)
