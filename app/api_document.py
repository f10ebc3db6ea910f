"""/api/v1/openapi.json: the routes of /api/v1, described from what serves them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from app import api_schemas as schemas
from app.api_parameters import Parameter
from app.api_routes import JSON, Body, Route
from app.error_words import ERROR_WORDS
from app.version import VERSION

DESCRIPTION = (
    "Everything that an Arboretum stores, for programs. Instants are milliseconds since 1970 (UTC) unless `times=iso` "
    "asks for texts; a window holds its start and not its end; null is a value that was not measured. A sensor's "
    "device is named `username/sensor_name`, and has addresses of its own."
)
PATH_PARAMETERS = {
    "device": ("The device's name.", ["bms", "tristar-1"]),
    "username": ("The owner of the sensor.", ["admin"]),
    "sensor_name": ("The sensor's name.", ["VEML7700"]),
}
SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A key, as `Authorization: Bearer KEY`."},
    "key": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "The same key in another header."},
}


def openapi(routes: Sequence[Route]) -> dict[str, Any]:
    """The OpenAPI 3.1 document of these routes."""
    paths: dict[str, Any] = {}
    for route in routes:
        for rule in route.rules:
            path, names = path_of(rule)
            paths.setdefault(path, {})[route.method.lower()] = operation(route, names)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Arboretum", "version": VERSION, "description": DESCRIPTION},
        "paths": paths,
        "components": {
            "schemas": {"Error": schemas.ERROR},
            "responses": {f"Error{code}": failure(code) for code in sorted(ERROR_WORDS)},
            "securitySchemes": SECURITY,
        },
        "security": [{}, *({name: []} for name in SECURITY)],
    }


def path_of(rule: str) -> tuple[str, list[str]]:
    """The path as OpenAPI writes it, and the names in it."""
    return re.sub(r"<(\w+)>", r"{\1}", rule), re.findall(r"<(\w+)>", rule)


def operation(route: Route, names: Sequence[str]) -> dict[str, Any]:
    """One route under one of its addresses."""
    described: dict[str, Any] = {
        "operationId": f"{route.name}_of_sensor" if "sensor_name" in names else route.name,
        "summary": route.summary,
        "description": route.description,
        "parameters": [*map(path_parameter, names), *map(query_parameter, route.parameters)],
    }
    if route.takes is not None:
        described["requestBody"] = {"required": True, **body(route.takes)}
    failures = {str(code): {"$ref": f"#/components/responses/Error{code}"} for code in route.failures}
    described["responses"] = {"200": body(route.answer), **failures}
    return described


def body(found: Body) -> dict[str, Any]:
    """A request body, or an answer."""
    return {
        "description": found.description,
        "content": {media: {"schema": schema} for media, schema in found.content.items()},
    }


def path_parameter(name: str) -> dict[str, Any]:
    """A name in the address."""
    description, examples = PATH_PARAMETERS[name]
    schema = {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[^/]+$", "examples": examples}
    return {"name": name, "in": "path", "required": True, "description": description, "schema": schema}


def query_parameter(parameter: Parameter) -> dict[str, Any]:
    """A parameter of the query."""
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


def failure(code: int) -> dict[str, Any]:
    """The answer of that status."""
    return {
        "description": ERROR_WORDS[code].said,
        "content": {JSON: {"schema": {"$ref": "#/components/schemas/Error"}}},
    }
