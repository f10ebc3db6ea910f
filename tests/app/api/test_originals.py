"""Whatever is taken in, by whichever door, comes back as it was posted, before and after it is sealed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.services import parts_of
from data.store import integrity
from data.store.sealed import sealing
from tests.builders import DATABASES, NOON, iso, ndjson

LONG = '"note": "a text that is long enough to be taken apart"'
TAKEN = {
    "points": '{"a": 1.0, "b": 1, "c": 12.50, "d": -3, %s}',
    "exponents": '{"a": 1e3, "b": 1E+3, "c": 25e-1, %s}',
    "zeros": '{"a": -0.0, "b": -0, "c": 0.0, "d": 0, %s}',
    "whole numbers": '{"a": 9007199254740993, "b": 12345678901234567890, "c": 1%s, %%s}' % ("0" * 300),
    "edges of floats": '{"a": 5e-324, "b": 1.7976931348623157e308, "c": 0.1234567890123456789, %s}',
    "escapes": '{"a\\"\\\\\\/\\u00e9": "x: 5, [6] \\u2028 \\ud83c\\udf33 \\u0000", "b: 7, 8": [1, {"c": "d: 9"}], %s}',
    "keys that stand twice": '{"a": 1, "a": 2, "b": {"x": 3, "x": 4}, %s}',
    "another order": '{"z": 1, "a": {"y": 1, "b": 2}, %s}',
    "other letters": '{"température": 5.5, "日本": {"value": 3, "unit": "℃"}, %s}',
    "five thousand keys": '{{"many": {}, %s}}'.format(json.dumps({f"unknown {key}": key / 10 for key in range(5000)})),
    "wrong types": '{"ADC data": 5, "Status": [{"faults": 1}], "BMS Status": {"Status Errors": [1, null]}, %s}',
    "forty-nine levels": '{"a":' * 48 + '{"b": 1, %s}' + "}" * 48,
    "a body of 1.2 MB": '{{"a": [{}], %s}}'.format(", ".join(str(number / 8) for number in range(120_000))),
}
REFUSED = {
    "a thousand levels": '{"a":' * 1000 + "1" + "}" * 1000,
    "a thousand lists": '{"a":' + "[" * 1000 + "]" * 1000 + "}",
    "beyond floats": '{"a": 1e400}',
    "beyond floats in digits": '{"a": 1' + "0" * 400 + "}",
    "no number": '{"a": NaN}',
    "infinite": '{"a": -Infinity}',
    "half a character": '{"a": "\\ud800"}',
}
ROUTES = {
    "bms": ("bms", "/BMS/post-json"),
    "tristar": ("tristar", "/Tristar/post-json"),
    "sensor": ("admin/VEML7700", "/sensors/post-json/admin/VEML7700"),
}


def pairs(text: str) -> Any:
    """The JSON with every pair of every object in its order, and every number with its type."""

    def number(digits: str) -> tuple[str, str]:
        value = int(digits) if digits.lstrip("-").isdigit() else float(digits)
        return type(value).__name__, repr(value)

    return json.loads(text, object_pairs_hook=list, parse_int=number, parse_float=number)


def envelope(text: str, family: str, device: str, at: datetime) -> str:
    """A line of a batch with that very text in it."""
    return (
        f'{{"family": "{family}", "device": "{device}", "recorded_at": "{iso(at)}", "clock": "synced", '
        f'"content": {text}}}'
    )


def stored(client: FlaskClient, device: str) -> list[Any]:
    """The contents that /documents gives, as `pairs`."""
    found: list[Any] = []
    address: str | None = f"/api/v1/devices/{device}/documents?limit=1000"
    while address is not None:
        answer = client.get(address)
        assert answer.status_code == 200
        rows = dict(pairs(answer.get_data(as_text=True)))
        found += [dict(row)["content"] for row in rows["documents"]]
        address = rows["next"]
    return sorted(found, key=repr)


@pytest.mark.parametrize("config", DATABASES, indirect=True)
@pytest.mark.parametrize("family", ROUTES)
def test_every_document_comes_back_as_it_was_posted(server: Flask, client: FlaskClient, family: str) -> None:
    device, route = ROUTES[family]
    texts = [text % LONG for text in TAKEN.values() for _ in range(2)]
    for text in texts:
        assert client.post(route, data=text.encode(), content_type="application/json").status_code == 200
    lines = [envelope(text, family, device, NOON + timedelta(seconds=at)) for at, text in enumerate(texts)]
    for line in lines:  # one by one: together they are longer than a body may be
        answer = client.post("/api/v1/documents", data=line.encode())
        assert json.loads(answer.get_data(as_text=True))["result"] == "stored"
    expected = sorted((pairs(text) for text in [*texts, *texts]), key=repr)
    assert stored(client, device) == expected
    sessions = parts_of(server).sessions
    assert sealing.seal(sessions, datetime.now(UTC) + timedelta(days=2)).damaged == []
    assert stored(client, device) == expected
    assert integrity.check(sessions, repair=False).problems == []
    again = client.post("/api/v1/documents", data=lines[0].encode())
    assert json.loads(again.get_data(as_text=True))["result"] == "repeated"


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_kept_is_refused_in_words_by_every_door(client: FlaskClient, text: str) -> None:
    single = client.post("/BMS/post-json", data=text, content_type="application/json")
    assert (single.status_code, single.get_json()["error"][:4]) == (400, "The ")
    good = '{"family": "bms", "device": "bms", "recorded_at": "2026-01-01T00:00:00Z", "content": {"a": 1}}'
    answer = client.post("/api/v1/documents", data=ndjson([envelope(text, "bms", "bms", NOON), good]))
    results = [json.loads(line) for line in answer.get_data(as_text=True).splitlines()]
    assert [one["result"] for one in results] == ["refused", "stored"]
    assert results[0]["reason"].startswith("body ")
