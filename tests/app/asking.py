"""Asks every route of /api/v1/openapi.json whatever its description allows, and more, and holds the answers against it.

Used by the suite for a moment, with a seed, and by `make fuzz` for as long as it is told.
"""

from __future__ import annotations

import json
from functools import cache
from random import Random
from typing import Any

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as some
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.services import parts_of
from data.accounts import users
from tests.app.v1 import SENSOR, at, put
from tests.builders import bms_document, line, tristar_document

DOCUMENT = "/api/v1/openapi.json"
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)  # three times out of four the first
# Made-up names are unknown: mostly these are asked instead, so that what is asked of them counts.
KNOWN = {
    "device": ("tristar-1", "bms"),
    "username": ("admin", "ada"),
    "sensor_name": ("VEML7700", "secret"),
    "sensor_id": ("1", "2", "3", "4"),
    "date": ("2019-12-03 19:41:00", "2019-12-03T19:41"),
    "start": ("2019-12-03 19:30:00", "2019-12-03T19:40"),
    "end": ("2019-12-03 20:40:00", "2019-12-04T00:00"),
    "interval": ("1", "10"),
    "parameter": ("state_of_charge", "bat_voltage", "p_out", "max_temp_daily"),
    "metric": ("state_of_charge", "bat_voltage", "p_out", "lux", "uv.index"),
    "tz": ("UTC", "America/Los_Angeles"),
    "string": ("1", "2"),
}
WRONG = {
    "device": ("admin", "nobody"),
    "username": ("nobody",),
    "sensor_name": ("x",),
    "sensor_id": ("999",),
    "date": ("2030-01-01 00:00:00", "yesterday"),
    "start": ("x",),
    "end": ("1850-01-01 00:00:00",),
    "interval": ("0", "-5", "1e3", "99999999999999"),
    "parameter": ("nothing",),
    "metric": ("nothing",),
    "tz": ("Mars/Olympus", "../etc/passwd"),
    "string": ("3",),
}
USUAL = 0.85
SENDERS = ("here", "afar", "ada", "admin")


@schemathesis.serializer("application/x-ndjson")
def lines_of(_context: schemathesis.SerializationContext, value: Any) -> bytes:
    """A made-up body, a line of NDJSON."""
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def senders(server: Flask) -> dict[str, dict[str, str]]:
    """Fill the site, and give the headers of who may ask it: this machine, a stranger, the holders of keys."""
    client = server.test_client()
    with parts_of(server).sessions.begin() as session:
        ada = users.create_user(session, "ada", "ada@example.org", "four tall green tomatoes")
        users.register_sensor(session, ada, "secret")
        admin = users.user_by_name(session, "admin")
        tokens = {user.username: users.create_key(session, "a key", user)[1] for user in (ada, admin) if user}
    put(client, [line(tristar_document(1, 13 + n / 10), "tristar", "tristar-1", at(minutes=n)) for n in range(30)])
    put(
        client,
        [
            line({"MPPT Data": {"output power": 300.0 + n}}, "tristar", "tristar-1", at(hours=1, minutes=n))
            for n in range(5)
        ],
    )
    put(client, [line(bms_document(), "bms", "bms", at(minutes=n)) for n in range(5)])
    for sensor in (SENSOR, "ada/secret"):
        put(client, [line({"lux": n, "uv": {"index": n / 3}}, "sensor", sensor, at(minutes=n)) for n in range(5)])
    afar = {"X-Forwarded-For": "203.0.113.9"}
    keys = {name: {**afar, "Authorization": f"Bearer {token}"} for name, token in tokens.items()}
    return {"here": {}, "afar": afar, **keys}


@cache
def operations(server: Flask) -> Any:
    """What the site says that it answers."""
    return schemathesis.openapi.from_wsgi(DOCUMENT, server)


def ask(server: Flask, headers: dict[str, str], path: str, method: str, examples: int, number: int) -> None:
    """Ask one operation that many times, in the same way for the same number; fails at the first answer that is none
    of those described."""
    operation = operations(server)[path][method]
    usual, wrong = (operation.as_strategy(mode) for mode in MODES)
    asked = some.one_of(usual, usual, usual, wrong)

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(asked, some.integers(0, 2**32))
    def answered(case: schemathesis.Case, choice: int) -> None:
        chance = Random(choice)
        for values in (case.path_parameters, case.query):
            for name in sorted(KNOWN.keys() & values.keys()):
                usual = chance.random() < USUAL
                values[name] = chance.choice(KNOWN[name] if usual else [*WRONG[name], values[name]])
        case.call_and_validate(headers=headers, checks=CHECKS)

    seed(number)(answered)()
