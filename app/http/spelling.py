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
    """A converter for whole numbers that the database can hold; for larger ones there is no row, so no page."""

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
    return any(folded == prefix.casefold() or folded.startswith(prefix.casefold() + "/") for prefix in JSON_PREFIXES)


def fold(segment: str) -> str:
    """The canonical spelling of a segment."""
    return segment.casefold().replace("server_side", "serverside")


def segments(rule: str) -> Segments:
    """The segments of a rule such as /sensors/post-json/<username>/<sensor_name>."""
    return tuple(None if part.startswith("<") else part for part in rule.strip("/").split("/") if part)


class Spelling:
    """The known addresses, and the canonical spelling of each."""

    def __init__(self, rules: Iterable[str]) -> None:
        exact: dict[int, list[Segments]] = {}
        below: list[Segments] = []
        for rule in sorted(set(rules)):
            address = segments(rule)
            if not address or address[0] is None or address[0].startswith(LEFT_ALONE):
                continue
            if "<path:" in rule:
                below.append(address[:-1])
            else:
                exact.setdefault(len(address), []).append(address)
        # A literal segment is a better match than a variable one: /BMS/api/single_point/... before /BMS/api/<start>/...
        for same_length in exact.values():
            same_length.sort(key=lambda address: sum(part is None for part in address))
        self.exact = exact
        self.below = sorted(below, key=len, reverse=True)

    def of(self, path: str) -> str:
        """The known spelling of `path`, or `path` itself when it is not known."""
        parts = path.removeprefix("/").rstrip("/").split("/")
        for address in self.exact.get(len(parts), ()):
            if matches(address, parts):
                return "/" + "/".join(
                    written if part is None else part for part, written in zip(address, parts, strict=True)
                )
        for address in self.below:
            if len(parts) > len(address) and matches(address, parts[: len(address)]):
                return "/" + "/".join([*(part or "" for part in address), *parts[len(address) :]])
        return path


def matches(address: Segments, parts: list[str]) -> bool:
    """Whether the written parts are a spelling of the known segments."""
    return all(
        bool(written) if part is None else fold(part) == fold(written)
        for part, written in zip(address, parts, strict=True)
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
