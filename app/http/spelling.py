"""One spelling for every address: case, a trailing slash and the `_` of server_side do not matter.

Usernames, sensor names, dates and parameter keys are the variable segments of a rule; they stay as they were written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter

# Below these every answer is JSON, errors included; of the images the errors are.
JSON_PREFIXES = (
    "/api",
    "/BMS/api",
    "/BMS/post-json",
    "/BMS/serverside.png",
    "/BMS/serverside.svg",
    "/Tristar/api",
    "/Tristar/post-json",
    "/sensors/post-json",
    "/sensors/get-sensor-json-data-by-id",
    "/sensors/get-sensor-json-data-range",
    "/healthz",
)
# The page that describes them all is for people.
API_PAGE = "/api/v1"
# Rules of the libraries and files, whose spelling is their own.
LEFT_ALONE = ("_", "assets", "static")


class RowNumber(IntegerConverter):
    """A whole number of an address that a database can hold; of any other there is no row, and so no page."""

    regex = r"[0-9]{1,18}"


Segments = tuple[str | None, ...]  # None stands for a variable segment
WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def is_json_address(path: str) -> bool:
    """Whether that path belongs to the JSON routes, Dash's own included."""
    if path.startswith("/_"):
        return True
    folded = path.casefold()
    if folded.rstrip("/") == API_PAGE:
        return False
    return any(folded == known.casefold() or folded.startswith(known.casefold() + "/") for known in JSON_PREFIXES)


def fold(segment: str) -> str:
    """What two spellings of one segment have in common."""
    return segment.casefold().replace("server_side", "serverside")


def segments(rule: str) -> Segments:
    """The segments of a rule such as /sensors/post-json/<username>/<sensor_name>."""
    return tuple(None if part.startswith("<") else part for part in rule.strip("/").split("/") if part)


class Spelling:
    """The known addresses, and the way from any spelling of one to its own."""

    def __init__(self, rules: Iterable[str]) -> None:
        exact: dict[int, list[Segments]] = {}
        below: list[Segments] = []
        for rule in sorted(set(rules)):
            known = segments(rule)
            if not known or known[0] is None or known[0].startswith(LEFT_ALONE):
                continue
            if "<path:" in rule:
                below.append(known[:-1])
            else:
                exact.setdefault(len(known), []).append(known)
        # A literal segment is a better match than a variable one: /BMS/api/single_point/... before /BMS/api/<start>/...
        for same_length in exact.values():
            same_length.sort(key=lambda known: sum(part is None for part in known))
        self.exact = exact
        self.below = sorted(below, key=len, reverse=True)

    def of(self, path: str) -> str:
        """The known spelling of `path`, or `path` itself when it is not known."""
        parts = path.removeprefix("/").rstrip("/").split("/")
        for known in self.exact.get(len(parts), ()):
            if matches(known, parts):
                return "/" + "/".join(
                    written if part is None else part for part, written in zip(known, parts, strict=True)
                )
        for known in self.below:
            if len(parts) > len(known) and matches(known, parts[: len(known)]):
                return "/" + "/".join([*(part or "" for part in known), *parts[len(known) :]])
        return path


def matches(known: Segments, parts: list[str]) -> bool:
    """Whether the written parts are a spelling of the known segments."""
    return all(
        bool(written) if part is None else fold(part) == fold(written)
        for part, written in zip(known, parts, strict=True)
    )


class OneSpelling:
    """WSGI middleware that respells the path before the routing sees it."""

    def __init__(self, wsgi_app: WsgiApp, spelling: Spelling) -> None:
        self.wsgi_app = wsgi_app
        self.spelling = spelling

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ["PATH_INFO"] = self.spelling.of(environ.get("PATH_INFO", "/"))
        return self.wsgi_app(environ, start_response)


def respell(server: Flask, pages: Iterable[str]) -> None:
    """Put the middleware around `server`, which has all its routes by now; `pages` are the addresses Dash serves."""
    rules = [rule.rule for rule in server.url_map.iter_rules()]
    server.wsgi_app = OneSpelling(server.wsgi_app, Spelling([*rules, *pages]))  # type: ignore[method-assign]
