"""A route of /api/v1 as it is declared: its address, what it takes, what it answers, and the function that does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Response, request

from app.api_parameters import Parameter, Schema, asked_values

Asked = dict[str, Any]
View = Callable[[Asked], Response]
PREFIX = "/api/v1"
# The name of a registered sensor's device has a slash in it, so every address of a device has two forms.
DEVICE_SEGMENTS = ("<device>", "<username>/<sensor_name>")
JSON = "application/json"
WRITING = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z


@dataclass(frozen=True, slots=True)
class Body:
    """What an answer or a request holds, by media type."""

    description: str
    content: Mapping[str, Schema]


@dataclass(frozen=True, slots=True)
class Route:
    """One route; a `<device>` in its path stands for either form of a device's name."""

    name: str
    path: str
    summary: str
    answer: Body
    view: View
    description: str = ""
    parameters: tuple[Parameter, ...] = ()
    failures: tuple[int, ...] = (400, 401, 404, 500, 503)
    method: str = "GET"
    takes: Body | None = None

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules of this route for Flask."""
        if DEVICE_SEGMENTS[0] not in self.path:
            return (PREFIX + self.path,)
        return tuple(PREFIX + self.path.replace(DEVICE_SEGMENTS[0], segment) for segment in DEVICE_SEGMENTS)

    def serve(self, **names: str) -> Response:
        """Read what is asked, and answer it."""
        asked = asked_values(self.parameters, request.args)
        if names:
            asked["device"] = "/".join(names.values())
        return self.view(asked)


def route(
    path: str,
    summary: str,
    answer: Schema | Body,
    parameters: tuple[Parameter, ...] = (),
    failures: tuple[int, ...] = (400, 401, 404, 500, 503),
) -> Callable[[View], Route]:
    """Make the function below the view of a reading route; its docstring is the description."""
    body = answer if isinstance(answer, Body) else Body("The answer.", {JSON: answer})

    def make(view: View) -> Route:
        words = " ".join((view.__doc__ or "").split())
        return Route(view.__name__.rstrip("_"), path, summary, body, view, words, parameters, failures)

    return make


def written(content: Any) -> Response:
    """The answer in JSON; arrays go out as lists, what is not a number in them as null."""
    return Response(orjson.dumps(content, option=WRITING), mimetype=JSON)
