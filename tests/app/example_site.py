"""The site that the examples of the API page were asked of: a few documents of the third of December 2019."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.app.v1 import SENSOR, at, put
from tests.builders import bms_document, line


def bootstrap(client: FlaskClient) -> None:
    """Post what the examples find."""
    for minute in range(3):
        status = {"Status": {"alarms": "RTS open" if minute else ""}}
        power = {"MPPT Data": {"output power": 412.0}}
        content = {"ADC data": {"battery voltage": 13.41 + minute / 100}, **power, **status}
        put(client, [line(content, "tristar", "tristar-1", at(minutes=minute))])
    put(client, [line(bms_document(), "bms", "bms", at(minutes=minute)) for minute in (0, 10, 20)])
    put(client, [line({"lux": 812.5}, "sensor", SENSOR, at())])
