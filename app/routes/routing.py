"""Declarations of JSON routes: addresses, parameters, answer, and the view.

Every route for programs is one of these, those of the first site too: it is served from here, and described from here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from flask import Blueprint, Response, request

from app.audience import Audience, audience
from app.routes.parameters import Parameter, Schema, argument_values

Arguments = dict[str, Any]
View = Callable[[Arguments], Response]
PREFIX = "/api/v1"
# The name of a registered sensor's device has a slash in it, so every address of a device has two forms.
DEVICE, SENSOR = "<device>", "<username>/<sensor_name>"
JSON = "application/json"
HTML = "text/html"
NDJSON = "application/x-ndjson"
WRITING = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z
# What any of them may answer: a wrong question, a private site, a long address, another site's name, our own trouble.
ALWAYS = (400, 401, 414, 421, 500, 503)
TWENTY_MINUTES = "from=2019-12-03T19:40&to=2019-12-03T20:00"  # the window of the examples
ALL_OF_IT = "All that is stored"


@dataclass(frozen=True, slots=True)
class Body:
    """The content of an answer or a request, by media type; `example` is a valid request."""

    description: str
    content: Mapping[str, Schema]
    example: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """The answer to a question, empty for a page; its address is made of the examples of its parts but for `names`."""

    answer: str
    query: str = ""
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One route.

    `rules` are its addresses, each under the name that its operation is known by; `others` are answers of a status of
    their own that are no error, or no error alone; `strict` refuses a query that it does not know; `answers_in` is the
    form of its errors.
    """

    name: str
    rules: Mapping[str, str]
    summary: str
    answer: Body
    example: Example
    audience: Audience
    view: View
    description: str = ""
    parameters: tuple[Parameter, ...] = ()
    failures: tuple[int, ...] = ()
    others: Mapping[int, Body] = field(default_factory=dict)
    method: str = "GET"
    takes: Body | None = None
    group: str = ALL_OF_IT
    strict: bool = True
    answers_in: str = JSON

    @property
    def operation(self) -> str:
        """The operation id of the first address."""
        return next(iter(self.rules))

    @property
    def codes(self) -> tuple[int, ...]:
        """The status codes of its errors."""
        return tuple(sorted({*ALWAYS, *self.failures} - set(self.others)))

    def serve(self, **names: Any) -> Response:
        """Parse the query, and call the view."""
        # A post without parameters does not even read its query.
        arguments = (
            argument_values(self.parameters, request.args, self.strict) if self.parameters or self.strict else {}
        )
        if any(DEVICE in rule for rule in self.rules.values()):
            names = {"device": "/".join(names.values())}
        return self.view({**names, **arguments})


def route(
    address: str | Mapping[str, str],
    summary: str,
    answer: Schema | Body,
    parameters: tuple[Parameter, ...] = (),
    failures: tuple[int, ...] = (404,),
    *,
    example: Example,
    audience: Audience,
    **more: Any,
) -> Callable[[View], Route]:
    """A decorator that makes a function the view of a route; its docstring is the description.

    `address` is a path under /api/v1, or all the route's rules; `more` are further fields of Route.
    """
    body = answer if isinstance(answer, Body) else Body("The answer.", {JSON: answer})

    def make(view: View) -> Route:
        name = view.__name__.rstrip("_")
        return Route(
            name=name,
            rules=own_rules(name, address) if isinstance(address, str) else address,
            summary=summary,
            answer=body,
            example=example,
            audience=audience,
            view=view,
            description=" ".join((view.__doc__ or "").split()),
            parameters=parameters,
            failures=failures,
            **more,
        )

    return make


def own_rules(name: str, path: str) -> dict[str, str]:
    """The rules of a path under /api/v1; a `<device>` in it stands for either form of a device's name."""
    if DEVICE not in path:
        return {name: PREFIX + path}
    return {name: PREFIX + path, f"{name}_of_sensor": PREFIX + path.replace(DEVICE, SENSOR)}


def serve_routes(blueprint: Blueprint, routes: Iterable[Route]) -> None:
    """Let the blueprint answer at every address of these routes."""
    for served in routes:
        view = view_of(served)
        for rule in served.rules.values():
            blueprint.add_url_rule(rule, served.name, view, methods=[served.method])


def view_of(served: Route) -> Callable[..., Response]:
    """The view function that Flask calls for that route."""

    @audience(served.audience)
    def answer(**names: Any) -> Response:
        return served.serve(**names)

    return answer


def written(content: Any) -> Response:
    """The answer in JSON; arrays go out as lists, what is not a number in them as null."""
    return Response(orjson.dumps(content, option=WRITING), mimetype=JSON)
