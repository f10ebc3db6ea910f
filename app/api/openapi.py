"""/api/v1/openapi.json: the OpenAPI document, generated from the routes themselves."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from app.http.error_texts import ALL_TEXTS
from app.routes import schemas
from app.routes.parameters import Parameter, Schema
from app.routes.routing import JSON, NDJSON, Body, Route
from app.version import VERSION

OPENAPI = "arboretum_openapi"  # where an application keeps its document
DESCRIPTION = (
    "Everything that an Arboretum stores, for programs. Under `/api/v1` instants are milliseconds since 1970 (UTC) "
    "unless `times=iso` asks for texts; a window holds its start and not its end; null is a value that was not "
    "measured. A sensor's device is named `username/sensor_name`, and has addresses of its own. The routes of the "
    "first site are kept as they were. Addresses are compared without regard to case, and a trailing slash does not "
    "matter; usernames, sensor names and keys of metrics stay as they are written."
)
DATE = {"minLength": 1, "maxLength": 100, "pattern": "^[^/]+$", "examples": ["2019-12-03 19:40:00"]}
DATE_TEXT = "`YYYY-MM-DD HH:MM:SS`, with `T` for the space or without seconds if you like"
NAME = {"minLength": 1, "maxLength": 100, "pattern": "^[^/]+$"}
# What stands in an address: what it means, and its schema.
NAMES: dict[str, tuple[str, Schema]] = {
    "device": ("The device's name.", {**NAME, "examples": ["tristar-1", "bms"]}),
    "username": ("The owner of the sensor.", {**NAME, "examples": ["admin"]}),
    "sensor_name": ("The sensor's name.", {**NAME, "examples": ["VEML7700"]}),
    "sensor_id": ("The sensor's number, as on its page.", {**NAME, "examples": ["2"]}),
    "date": (f"The moment: {DATE_TEXT}.", DATE),
    "start": (f"The first tick: {DATE_TEXT}.", DATE),
    "end": (f"The last tick at the latest: {DATE_TEXT}.", {**DATE, "examples": ["2019-12-03 20:00:00"]}),
    "interval": ("From tick to tick, in whole minutes.", {**NAME, "examples": ["10"]}),
    "parameter": (
        "The key of a metric; `/api/v1/devices/<device>/series` lists what a device has sent.",
        {**NAME, "examples": ["state_of_charge", "bat_voltage"]},
    ),
}
SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A key, as `Authorization: Bearer KEY`."},
    "key": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "The same key in another header."},
}


def openapi(routes: Sequence[Route]) -> dict[str, Any]:
    """The OpenAPI 3.1 document of these routes."""
    paths: dict[str, Any] = {}
    for route in routes:
        for name, rule in route.rules.items():
            path, names = path_of(rule)
            paths.setdefault(path, {})[route.method.lower()] = operation(route, name, names)
    codes = sorted({code for route in routes for code in route.codes})
    return {
        "openapi": "3.1.0",
        "info": {"title": "Arboretum", "version": VERSION, "description": DESCRIPTION},
        "tags": [{"name": group} for group in groups(routes)],
        "paths": paths,
        "components": {
            "schemas": {"Error": schemas.ERROR},
            "responses": {f"Error{code}": failure(code) for code in codes},
            "securitySchemes": SECURITY,
        },
        "security": [{}, *({name: []} for name in SECURITY)],
    }


def groups(routes: Iterable[Route]) -> list[str]:
    """The names of the groups, in the order of their first routes."""
    return list(dict.fromkeys(route.group for route in routes))


def path_of(rule: str) -> tuple[str, list[str]]:
    """The path as OpenAPI writes it, and the names in it."""
    return re.sub(r"<(?:int:)?(\w+)>", r"{\1}", rule), re.findall(r"<(?:int:)?(\w+)>", rule)


def operation(route: Route, name: str, names: Sequence[str]) -> dict[str, Any]:
    """The OpenAPI operation of a route at one of its addresses."""
    described: dict[str, Any] = {
        "operationId": name,
        "tags": [route.group],
        "summary": route.summary,
        "description": route.description,
        "parameters": [*map(path_parameter, names), *map(query_parameter, route.parameters)],
    }
    if route.takes is not None:
        described["requestBody"] = {"required": True, **with_example(body(route.takes), route.takes.example)}
    answers = {
        200: with_example(body(route.answer), route.example.answer),
        **{code: body(answer) for code, answer in route.others.items()},
    }
    failures = {code: error_of(route, code) for code in route.codes}
    described["responses"] = {str(code): answer for code, answer in sorted((answers | failures).items())}
    return described


def body(payload: Body) -> dict[str, Any]:
    """The OpenAPI object of a request body or an answer."""
    return {
        "description": payload.description,
        "content": {media: {"schema": schema} for media, schema in payload.content.items()},
    }


def with_example(described: dict[str, Any], text: str) -> dict[str, Any]:
    """A body with the example at its first media type, when there is an example."""
    if not text:
        return described
    media, form = next(iter(described["content"].items()))
    form["example"] = json.loads(text) if media in (JSON, NDJSON) else text
    return described


def path_parameter(name: str) -> dict[str, Any]:
    """The OpenAPI object of a name in the address."""
    description, schema = NAMES[name]
    text_schema = {"type": "string", **schema}
    return {"name": name, "in": "path", "required": True, "description": description, "schema": text_schema}


def query_parameter(parameter: Parameter) -> dict[str, Any]:
    """The OpenAPI object of a query parameter."""
    several = parameter.many or parameter.listed
    schema = {"type": "array", "items": parameter.schema, "minItems": 1} if several else parameter.schema
    described: dict[str, Any] = {
        "name": parameter.name,
        "in": "query",
        "required": parameter.required,
        "description": parameter.description,
        "schema": schema,
    }
    return described | ({"style": "form", "explode": parameter.many} if several else {})


def error_of(route: Route, code: int) -> dict[str, Any]:
    """The error answer of the route with that status: the common JSON shape, or a page."""
    if route.answers_in == JSON:
        return {"$ref": f"#/components/responses/Error{code}"}
    return {"description": title_of(code), "content": {route.answers_in: {"schema": {"type": "string"}}}}


def title_of(code: int) -> str:
    """The name of that status."""
    return ALL_TEXTS[code].title


def failure(code: int) -> dict[str, Any]:
    """The answer of that status."""
    return {
        "description": f"{title_of(code)}. {ALL_TEXTS[code].to_programs}",
        "content": {JSON: {"schema": {"$ref": "#/components/schemas/Error"}}},
    }
