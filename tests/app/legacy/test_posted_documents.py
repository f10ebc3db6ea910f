"""From the posted body to the reading route: every parameter, the sample documents, every dialect."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from data import queries
from data.accounts import users
from data.document import parse_content, readings, unlisted

DOCUMENTS = Path(__file__).parents[2] / "captures" / "documents"
ROUTES = {
    "bms": ("/BMS/post-json", "/BMS/api"),
    "tristar": ("/Tristar/post-json", "/Tristar/api"),
    "tristar_daily": ("/Tristar/post-json/daily", "/Tristar/api"),
}
SAMPLES = {"bms": "bms.json", "tristar": "tristar_instantaneous.json", "tristar_daily": "tristar_daily.json"}
VARIANTS = {
    "bms_reader_dialect.json": "bms",
    "bms_warnings_numeric_strings.json": "bms",
    "tristar_reader_dialect.json": "tristar",
    "tristar_underscore_list_alarms.json": "tristar",
    "tristar_daily_duplicate_key.json": "tristar_daily",
}
with (DOCUMENTS / "parameters.csv").open(encoding="utf-8") as file:
    PARAMETERS = [row for row in csv.DictReader(file) if row["api_parameter"] != "test"]


def number_at(document: Any, pointer: str) -> float | None:
    """The number the sample holds at that place, unwrapped."""
    for step in pointer.strip("/").split("/"):
        if not isinstance(document, dict) or step not in document:
            return None
        document = document[step]
    if isinstance(document, dict):
        document = document.get("value", document.get("average value"))
    return None if document is None else float(document)


def now_in_url(offset: timedelta = timedelta(0)) -> str:
    return quote((datetime.now(UTC) + offset).strftime("%Y-%m-%d %H:%M:%S"))


@pytest.mark.parametrize("family", SAMPLES)
def test_every_parameter_of_a_sample_document_can_be_read_back(client: FlaskClient, family: str) -> None:
    post, read = ROUTES[family]
    text = (DOCUMENTS / SAMPLES[family]).read_text(encoding="utf-8")
    assert client.post(post, data=text, content_type="application/json").status_code == 200
    document = json.loads(text)
    found, expected = {}, {}
    for row in PARAMETERS:
        if row["family"] != family:
            continue
        key = row["api_parameter"]
        answer = client.get(f"{read}/single_point/{now_in_url()}/{key}")
        assert answer.status_code == 200, key
        found[key] = answer.get_json()["value"]
        expected[key] = number_at(document, row["json_pointer"])
    assert found == pytest.approx(expected)
    assert len([value for value in found.values() if value is not None]) == len(found)


@pytest.mark.parametrize(("name", "family"), VARIANTS.items())
def test_every_dialect_can_be_read_back(client: FlaskClient, name: str, family: str) -> None:
    post, read = ROUTES[family]
    text = (DOCUMENTS / "variants" / name).read_text(encoding="utf-8")
    assert client.post(post, data=text, content_type="application/json").status_code == 200
    content = parse_content(text)
    own = {key for key, _, _ in unlisted(family, content)}  # they have no parameter of the first site
    values = {key: value for key, value in readings(family, content).items() if key not in own}
    assert len(values) > 3
    tick = now_in_url()
    for key, value in values.items():
        assert client.get(f"{read}/single_data_point/{tick}/{key}").get_json()["value"] == pytest.approx(value)
        assert list(client.get(f"{read}/{tick}/{tick}/10/{key}").get_json()["data"].values()) == [pytest.approx(value)]


@pytest.mark.parametrize("path", sorted(DOCUMENTS.glob("**/sensor*.json")), ids=lambda path: path.name)
def test_every_sensor_document_comes_back_whole(
    client: FlaskClient, sessions: sessionmaker[Session], path: Path
) -> None:
    text = path.read_text(encoding="utf-8")
    assert client.post("/sensors/post-json/admin/SI7020_A20", data=text).status_code == 200
    with sessions() as session:
        sensor = users.find_sensor(session, "admin", "SI7020_A20")
        assert sensor is not None
        device = queries.sensor_device(session, sensor.id)
        span = queries.span(session, device.id, "sensor")
    assert span is not None
    at = quote(span.start_at.strftime("%Y-%m-%d %H:%M:%S"))
    answer = client.get(f"/sensors/get-sensor-json-data-by-id/{sensor.id}/{at}")
    assert answer.get_json()["data"] == json.loads(text)
