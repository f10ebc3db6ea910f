"""The bodies of Dash callbacks, checked before Dash reads them.

Dash takes the body for its own page's word and fails on any other; here it is a 400 that says to load the page again.
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from dash import Dash
from flask import Flask, abort, request

from pages import ids

ENDPOINT = "/_dash-update-component"
WORDS = "This is not what a page of this site sends: load the page again."


class Place(msgspec.Struct):
    """A property of a component, and its value."""

    id: str
    property: str
    value: Any = None

    @builtins.property  # the field above has taken the name
    def name(self) -> tuple[str, str]:
        """The component's id and the property."""
        return self.id, self.property


class Fired(msgspec.Struct):
    """The body of a callback."""

    output: str
    outputs: Place | list[Place]
    inputs: list[Place]
    state: list[Place] = []
    changed: list[str] = msgspec.field(default_factory=list, name="changedPropIds")


DECODER = msgspec.json.Decoder(Fired)
Declared = Sequence[Mapping[str, str]]


def refuse_strange_bodies(server: Flask, dash_app: Dash) -> None:
    """Answer 400 to a body that names no callback, or other properties than its callback has."""

    @server.before_request
    def check_body() -> None:
        if request.endpoint != ENDPOINT or request.method != "POST":
            return
        if request.mimetype != "application/json":
            abort(415)
        try:
            fired = DECODER.decode(request.get_data())
        except (msgspec.MsgspecError, RecursionError):
            abort(400, description=WORDS)
        callback = dash_app.callback_map.get(fired.output)
        if callback is None or not (_are(fired.inputs, callback["inputs"]) and _are(fired.state, callback["state"])):
            abort(400, description=WORDS)
        if not _are_outputs(fired) or not all(_can_be(place) for place in (*fired.inputs, *fired.state)):
            abort(400, description=WORDS)


def _are(places: Sequence[Place], declared: Declared) -> bool:
    return [place.name for place in places] == [(place["id"], place["property"]) for place in declared]


def _are_outputs(fired: Fired) -> bool:
    """Whether the outputs are those in the callback's name, as Dash writes it: `..a.b...c.d..` for several."""
    several = isinstance(fired.outputs, list)
    places = fired.outputs if isinstance(fired.outputs, list) else [fired.outputs]
    names = [part.partition("@")[0] for part in fired.output.strip(".").split("...")]
    return several == fired.output.startswith("..") and [f"{place.id}.{place.property}" for place in places] == names


def _can_be(place: Place) -> bool:
    """Whether the value is valid for the browser's address, a clock or the theme; a control is checked by its page."""
    value = place.value
    match place.name:
        case (_, "pathname"):
            return isinstance(value, str) and value.startswith("/")  # without one Dash's own router fails
        case (_, "search"):
            return value is None or (isinstance(value, str) and (value == "" or value.startswith("?")))
        case (_, "n_intervals" | "n_clicks"):
            return value is None or isinstance(value, int)
        case (ids.THEME, "data"):
            return value in (None, "light", "dark")
        case _:
            return True
