"""Nonsense asked of /api/v1: a 4xx in JSON that says what came and what would be right, never anything else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.config import Config
from app.services import parts_of
from tests.app.example_site import bootstrap

DEVICE = "/api/v1/devices/tristar-1"
WHOLE = "it is a whole number from"
DATE = "write it like"
ONE_OF = "it is one of"
TEXT = "it is a text of 1 to"
LISTED = "lists them"
UNKNOWN = "this route takes"

# A query, and what the answer says.
OF_RANGE = {
    "x=1": UNKNOWN,
    "%FF=1": UNKNOWN,
    "point=5": UNKNOWN,
    "points=0": f"{WHOLE} 1 to 200000",
    "points=-1": WHOLE,
    "points=1e3": WHOLE,
    "points=NaN": WHOLE,
    "points=Infinity": WHOLE,
    "points=1.5": WHOLE,
    "points=": WHOLE,
    "points=99999999999999999999999999": WHOLE,
    "points=%D9%A1": WHOLE,  # an Arabic one
    "points=1&points=2": "give it once",
    "points=4&interval=60": "give one",
    "interval=0": WHOLE,
    "interval=-600": WHOLE,
    "interval=99999999999": WHOLE,
    "months=0": WHOLE,
    "months=-1": WHOLE,
    "from=NaN": DATE,
    "from=inf": DATE,
    "from=1e12": DATE,
    "from=yesterday": DATE,
    "from=2019-13-45": DATE,
    "from=2019-02-30": DATE,
    "from=2019-12-03T25:00": DATE,
    "from=2019-12-03T19:40%2B99:99": DATE,
    "from=9999999999999999": DATE,
    "from=-62135596800001": "outside the years 1900 to 9000",
    "from=-999999999999999": "outside the years 1900 to 9000",
    "to=999999999999999": "outside the years 1900 to 9000",
    "from=0001-01-01": "outside the years 1900 to 9000",
    "from=1900-01-01T00:00%2B14:00": "outside the years 1900 to 9000",
    "from=%FF%FE": DATE,
    "from=2020-01-01&to=2019-01-01": "change them round",
    "tz=Mars/Olympus": "use a name like",
    "tz=../../etc/passwd": DATE,
    "tz=/etc/localtime": "use a name like",
    "tz=UTC%0a": TEXT,
    "tz=%00": TEXT,
    "tz=": TEXT,
    "metric=": TEXT,
    "metric=%00": TEXT,
    "metric=a%0d%0aSet-Cookie:%20b": TEXT,
    "metric=%1b[31m": TEXT,
    f"metric={'x' * 201}": TEXT,
    "metric=nothing": LISTED,
    "metric=%3Cscript%3E": LISTED,
    "metric=" + "&metric=".join(f"m{number}" for number in range(500)): LISTED,
    "measures=median&points=4": ONE_OF,
    "measures=mean,,&points=4": ONE_OF,
    "measures=mean": "give points, interval or months as well",
    "format=xml": ONE_OF,
    "format=csv%00": ONE_OF,
    "times=unix": ONE_OF,
    "interval=1&from=1900-01-01&to=9000-01-01": "take a longer interval",
    "interval=1&from=1900-01-01&to=9000-01-01&format=csv": "take a longer interval",
}
OF_OTHERS = {
    "/nearest": "at is missing",
    "/nearest?at=x": DATE,
    "/nearest?at=2019-12-03&tolerance=-1": WHOLE,
    "/nearest?at=2019-12-03&tolerance=9e9": WHOLE,
    "/energy": "metric is missing",
    "/energy?metric=p_out": "from is missing",
    "/energy?metric=bat_voltage&from=2019-12-03": "energy is the integral of a power in W",
    "/energy?metric=p_out&from=2020-01-01&to=2019-01-01": "change them round",
    "/energy?metric=p_out&from=2019-12-03&max_gap=0": WHOLE,
    "/documents?limit=0": WHOLE,
    "/documents?limit=1001": WHOLE,
    "/documents?before=x": DATE,
    "/events?kind=": TEXT,
    "/events?from=2020-01-01&to=2019-01-01": "change them round",
    "/latest?metric=x": LISTED,
    "/series?metric=bat_voltage": UNKNOWN,
}
ADDRESSES = {
    "/api/v1/devices/nobody/latest": LISTED,
    "/api/v1/devices/TRISTAR-1/latest": LISTED,
    "/api/v1/devices/tristar-1%20/latest": LISTED,
    "/api/v1/devices/%2e%2e/latest": LISTED,
    "/api/v1/devices/%00/latest": LISTED,
    "/api/v1/devices/%0d%0a/latest": LISTED,
    "/api/v1/devices/%FF/latest": LISTED,
    "/api/v1/devices/a%2Fb/latest": LISTED,
    "/api/v1/devices/a%2F..%2Fb/latest": LISTED,
    "/api/v1/devices/'%20OR%201=1--/latest": LISTED,
    f"/api/v1/devices/{'x' * 7_000}/latest": LISTED,
    f"/api/v1/devices/{'x' * 9_000}/latest": "Shorten it",
    f"/api/v1/devices/{'a/' * 3_000}latest": LISTED,
    "/api/v1/devices//latest": LISTED,
    "/api/v1//devices": LISTED,
    "/api/v1/../../etc/passwd": LISTED,
    "/api/v1/%2e%2e/%2e%2e/etc/passwd": LISTED,
    "/api/v1/devices/tristar-1/latest/more": LISTED,
    "/api/v1/devices/tristar-1%5Clatest": LISTED,
    "/api/v1/;": LISTED,
    "/api": "Check the address",
}


@pytest.fixture(scope="module")
def site(template_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A site with some documents, which nonsense does not change."""
    folder = tmp_path_factory.mktemp("nonsense") / "site"
    copytree(template_database, folder)
    server = create_app(Config(data_dir=folder, secret_key="a secret key of the tests"))
    bootstrap(server.test_client())
    yield server
    parts_of(server).engine.dispose()


@pytest.fixture
def asking(site: Flask) -> FlaskClient:
    """A stranger."""
    return site.test_client()


def short(text: str) -> str:
    """The name of a case."""
    return text[:50]


@pytest.mark.parametrize(
    ("address", "says"),
    [
        *((f"{DEVICE}/range?{query}", says) for query, says in OF_RANGE.items()),
        *((DEVICE + rest, says) for rest, says in OF_OTHERS.items()),
        *ADDRESSES.items(),
    ],
    ids=short,
)
def test_nonsense_is_answered_with_what_would_be_right(asking: FlaskClient, address: str, says: str) -> None:
    answer = asking.get(address)
    assert (answer.status_code in (400, 404, 414), answer.mimetype) == (True, "application/json")
    found = answer.get_json()
    assert set(found) == {"error", "reference"}
    assert says in found["error"]
    assert len(found["error"]) < 500
    assert found["error"].isprintable()


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_wrong_method_is_told_the_right_one(asking: FlaskClient, method: str) -> None:
    answer = asking.open(f"{DEVICE}/latest", method=method)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET")
    assert answer.get_json()["error"] == f"{method} is not taken here: use GET."


def test_the_same_metric_four_hundred_times_is_that_metric(asking: FlaskClient) -> None:
    answer = asking.get(f"{DEVICE}/range?{'&'.join(['metric=bat_voltage'] * 400)}")
    assert list(answer.get_json()["metrics"]) == ["bat_voltage"]


def test_the_widest_window_has_an_answer(asking: FlaskClient) -> None:
    for query in ("points=1000", "months=1200", "interval=31622400"):
        answer = asking.get(f"{DEVICE}/range?metric=bat_voltage&from=1900-01-01&to=9000-12-31&{query}")
        assert answer.status_code == 200
        assert any(value is not None for value in answer.get_json()["metrics"]["bat_voltage"]["mean"])
