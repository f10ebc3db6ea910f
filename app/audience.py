"""Audiences: who may use an endpoint, declared at its view and checked by the guard."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import Any, TypeVar

from flask import Flask

View = TypeVar("View", bound=Callable[..., Any])


class Audience(Enum):
    """The people who may use a view; the view itself checks what belongs to whom."""

    EVERYBODY = auto()  # what is needed to log in, and files
    POSTERS = auto()  # everybody: the view checks the key or the network itself
    VISITORS = auto()  # strangers too, unless SITE_PRIVATE
    READERS = auto()  # VISITORS, and on a private site whoever sends a key that reads
    ACCOUNTS = auto()  # whoever is logged in
    OWNERS = auto()  # ACCOUNTS: the view checks whose it is
    MEMBERS = auto()  # no viewers: they look, and have nothing of their own
    ADMINISTRATORS = auto()


# The endpoints of Flask and Dash, which have no view of ours; what callbacks tell is asked for each device besides.
DASH_PAGE = "/<path:path>"
OF_LIBRARIES = {
    "static": Audience.EVERYBODY,
    "_dash_assets.static": Audience.EVERYBODY,
    "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>": Audience.EVERYBODY,
    "/_favicon.ico": Audience.EVERYBODY,
    "/": Audience.VISITORS,
    DASH_PAGE: Audience.VISITORS,
    "/_dash-layout": Audience.VISITORS,
    "/_dash-dependencies": Audience.VISITORS,
    "/_dash-update-component": Audience.VISITORS,
    "/_reload-hash": Audience.VISITORS,
}
# Pages of Dash for whoever is logged in.
LOGIN_PAGES = frozenset({"/sensors"})


def audience(people: Audience) -> Callable[[View], View]:
    """Declare who may use the decorated view."""

    def declare(view: View) -> View:
        view.audience = people  # type: ignore[attr-defined]  # a function takes any attribute
        return view

    return declare


def audience_of(server: Flask, endpoint: str) -> Audience | None:
    """The audience of that endpoint; None when it is not declared."""
    declared: Audience | None = getattr(server.view_functions[endpoint], "audience", None)
    return OF_LIBRARIES.get(endpoint, declared)
