"""What the tests of /api/v1 share: documents put in, answers got out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from flask.testing import FlaskClient

from data.ranges import to_milliseconds
from tests.builders import NOON, line, ndjson

SENSOR = "admin/VEML7700"


def at(**length: float) -> datetime:
    """So long after noon."""
    return NOON + timedelta(**length)


def ms(**length: float) -> int:
    """So long after noon, in milliseconds."""
    return to_milliseconds(at(**length))


def put(client: FlaskClient, lines: Iterable[dict[str, Any]]) -> None:
    """Store these lines, a thousand at a time."""
    found = list(lines)
    for start in range(0, len(found), 1000):
        answer = client.post("/api/v1/documents", data=ndjson(found[start : start + 1000]))
        assert '"refused"' not in answer.get_data(as_text=True), answer.get_data(as_text=True)


def lux(value: Any, more: dict[str, Any] | None = None, **length: float) -> dict[str, Any]:
    """A line of the light sensor, so long after noon."""
    return line({"lux": value, **(more or {})}, "sensor", SENSOR, at(**length))


def address(path: str, query: Iterable[tuple[str, Any]] | dict[str, Any] = ()) -> str:
    """The address of a route with that query."""
    return f"/api/v1{path}?{urlencode(query, doseq=True)}"


def got(client: FlaskClient, path: str, **query: Any) -> dict[str, Any]:
    """The JSON of a successful answer; `from_` stands for `from`."""
    answer = client.get(address(path, {name.rstrip("_"): value for name, value in query.items()}))
    assert (answer.status_code, answer.mimetype) == (200, "application/json"), answer.get_data(as_text=True)
    found: dict[str, Any] = answer.get_json()
    return found


def refused(client: FlaskClient, path: str, code: int = 400, **query: Any) -> str:
    """What an answer of that status says is wrong."""
    answer = client.get(address(path, {name.rstrip("_"): value for name, value in query.items()}))
    assert (answer.status_code, set(answer.get_json())) == (code, {"error", "reference"})
    text: str = answer.get_json()["error"]
    return text
