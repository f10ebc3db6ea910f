"""Numbers that the table of fields lacks are asked for like any other, before and after sealing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from data.store.sealed import sealing
from tests.app.v1 import at, got, ms, put
from tests.builders import line

FAN, FLOAT, TOTAL = "ADC data/fan speed", "daily/Charge Settings/EV_float", "Statistics/statistic 1"
DOCUMENTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    FAN: ("tristar", "tristar-1", {"ADC data": {"battery voltage": 13.5, "fan speed": {"value": 0.5, "unit": "rpm"}}}),
    FLOAT: ("tristar_daily", "tristar-1", {"Charge Settings": {"EV_float": 0.5}}),
    TOTAL: ("bms", "bms", {"Statistics": {"statistic 1": {"value": 0.5, "unit": "Ah"}}}),
}


@pytest.mark.parametrize("metric", DOCUMENTS)
def test_a_number_the_table_lacks_is_a_series(
    client: FlaskClient, sessions: sessionmaker[Session], metric: str
) -> None:
    family, device, content = DOCUMENTS[metric]
    text = json.dumps(content)
    put(
        client,
        (line(json.loads(text.replace("0.5", str(n))), family, device, at(minutes=n)) for n in range(2000)),
    )
    for _ in range(2):
        described = {one["metric"]: one for one in got(client, f"/devices/{device}/series")["series"]}
        assert described[metric]["label"] == metric
        assert described[metric]["unit"] == {FAN: "rpm", TOTAL: "Ah"}.get(metric, "")
        assert got(client, f"/devices/{device}/latest", metric=metric)["metrics"][metric]["value"] == 1999
        raw = got(client, f"/devices/{device}/range", metric=metric, from_=ms(minutes=5), to=ms(minutes=8))
        assert raw["metrics"][metric]["value"] == [5, 6, 7]
        days = got(client, f"/devices/{device}/range", metric=metric, interval=86_400, measures="max,count")
        assert sum(days["metrics"][metric]["count"]) == 2000
        near = got(client, f"/devices/{device}/nearest", metric=metric, at=ms(minutes=100, seconds=7))
        assert near["metrics"][metric]["value"] == 100
        assert sealing.seal(sessions, at(days=9)).damaged == []
