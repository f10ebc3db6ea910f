"""GET /api/v1: the reference of all API routes, one page generated from the routes themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from flask import Blueprint, Flask, current_app, render_template
from markupsafe import Markup, escape

from app.api.openapi import NAMES, OPENAPI, groups, openapi, path_of, title_of
from app.audience import Audience, audience
from app.http.answers import site_address
from app.http.error_texts import ALL_TEXTS
from app.http.spelling import API_PAGE
from app.routes.parameters import Schema
from app.routes.routing import NDJSON, Route

api_page = Blueprint("api_page", __name__)

ROUTES = "arboretum_routes"  # where an application keeps what the page shows
KEY = "-H 'Authorization: Bearer KEY'"


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """A parameter as the page shows it."""

    name: str
    where: str
    required: bool
    words: str
    values: str


@dataclass(frozen=True, slots=True)
class RouteRow:
    """A route as the page shows it."""

    route: Route
    paths: Sequence[str]
    parameters: Sequence[ParameterRow]
    curl: str
    answer: str


@api_page.get(API_PAGE)
@audience(Audience.VISITORS)
def page() -> str:
    """The page; it needs no script."""
    host, routes = site_address(), current_app.extensions[ROUTES]
    shown = [(group, [show(route, host) for route in routes if route.group == group]) for group in groups(routes)]
    codes = sorted({code for route in routes for code in route.codes})
    words = [(code, title_of(code), ALL_TEXTS[code].to_programs) for code in codes]
    return render_template("api.html", groups=shown, errors=words)


def install_reference(server: Flask, routes: Sequence[Route]) -> None:
    """Describe these routes on the reference page and in the OpenAPI document."""
    server.extensions[ROUTES] = routes
    server.extensions[OPENAPI] = openapi(routes)
    server.jinja_env.filters["with_code"] = with_code


def show(route: Route, host: str) -> RouteRow:
    """The row of one route on the page."""
    paths = [path_of(rule)[0] for rule in route.rules.values()]
    return RouteRow(route, paths, list(parameter_rows(route)), curl(route, host), route.example.answer)


def parameter_rows(route: Route) -> Iterator[ParameterRow]:
    """The parameters of a route: the names in the address, then the query."""
    names = dict.fromkeys(name for rule in route.rules.values() for name in path_of(rule)[1])
    for name in names:
        words, schema = NAMES[name]
        yield ParameterRow(name, "in the address", True, words, values_of(schema))
    for parameter in route.parameters:
        words, schema = parameter.description, parameter.schema
        yield ParameterRow(parameter.name, "in the query", parameter.required, words, values_of(schema))


def values_of(schema: Schema) -> str:
    """A text that says which values a parameter takes."""
    if "enum" in schema:
        return "one of " + ", ".join(f"`{value}`" for value in schema["enum"])
    if schema.get("type") == "integer":
        return f"a whole number from {schema['minimum']:,} to {schema['maximum']:,}"
    return "such as " + " or ".join(f"`{value}`" for value in schema["examples"])


def example_address(route: Route) -> str:
    """The address of the example, with its query."""
    example = route.example
    rule = next(iter(route.rules.values()))
    path = re.sub(r"<(?:int:)?(\w+)>", lambda match: value_of(match[1], example.names), rule)
    return f"{path}?{example.query}" if example.query else path


def value_of(name: str, names: Mapping[str, str]) -> str:
    """The value of that name in the example's address, percent-encoded."""
    return quote(names.get(name) or str(NAMES[name][1]["examples"][0]), safe=":")


def curl(route: Route, host: str) -> str:
    """The curl command of the example."""
    address = f"'{host}{example_address(route)}'"
    if route.takes is None:
        return f"curl {address}"
    media = next(iter(route.takes.content))
    sending = "--data-binary" if media == NDJSON else "--data"
    return f"curl {KEY} -H 'Content-Type: {media}' \\\n  {sending} '{route.takes.example}' \\\n  {address}"


def with_code(text: str) -> Markup:
    """The text in HTML, with everything between `backquotes` as code."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))
