"""The character NUL, which PostgreSQL takes in no text: a 4xx wherever it is sent, by strangers and administrators."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.builders import DATABASES, form_token

LOGIN = "/sensors/users/login"
OPEN = (
    "/%00",
    "/sensors/1%00",
    "/sensors/users/reset/%00",
    "/BMS/api/single_point/2026-01-01%2000:00:00/a%00",
    "/BMS/api/2026-01-01%2000:00:00/2026-01-02%2000:00:00/10/%00",
    "/sensors/get-sensor-json-data-by-id/1%00/2026-01-01",
    "/api/v1/devices/admin/a%00/latest",
    "/api/v1/devices/bms/latest?metric=%00",
    "/BMS?title=%00",
)
ADMINISTRATORS = (
    "/admin/audit?who=%00",
    "/admin/audit?what=%00",
    "/admin/audit?%00=1",
    "/admin/audit.csv?who=%00",
    "/admin/devices/1/entries?until=%00",
    "/admin/devices/1/entries/bms%00/1",
    "/account/keys/new?sensor=%00",
)
FORMS = (
    ("/sensors/register", {"sensor_name": "lux", "units": "\0"}),
    ("/sensors/register", {"sensor_name": "lux", "type": "\0"}),
    ("/account/keys/new", {"label": "\0", "bound": "", "post": "y", "days": "0"}),
    ("/sensors/1/handover", {"username": "\0"}),
    ("/sensors/1/rename", {"name": "\0"}),
    ("/admin/users", {"username": "zed", "email": "\0@example.org", "role": "member"}),
    ("/admin/users/1/role", {"role": "\0"}),
    ("/admin/devices/1", {"name": "a\0", "interval": "\0"}),
)


@pytest.mark.parametrize("config", DATABASES, indirect=True)
def test_it_is_refused_and_no_failure(client: FlaskClient, signed_in: FlaskClient) -> None:
    codes = {path: client.get(path).status_code for path in OPEN}
    codes |= {path: signed_in.get(path).status_code for path in ADMINISTRATORS}
    for path in ("/sensors/post-json/a%00b/c", "/sensors/post-json/admin/c%00"):
        codes[path] = client.post(path, json={"a": 1}).status_code
    token = form_token(client, LOGIN)
    for sent in ({"username": "a\0b", "password": "x"}, {"username": "a", "password": "\0"}):
        codes[str(sent)] = client.post(LOGIN, data={**sent, "csrf_token": token}).status_code
    asked = {"email": "a\0@example.org", "csrf_token": token}
    codes["forgotten"] = client.post("/sensors/users/forgotten", data=asked).status_code
    token = form_token(signed_in, "/sensors/register")
    for path, form in FORMS:
        codes[f"{path} {form}"] = signed_in.post(path, data={**form, "csrf_token": token}).status_code
    assert {asked: code for asked, code in codes.items() if code not in (400, 404)} == {}


@pytest.mark.parametrize("config", DATABASES, indirect=True)
def test_a_document_may_hold_it(client: FlaskClient) -> None:
    posted = {"a\0": 1, "b": {"value": 2, "unit": "\0"}, "c": "\0"}
    assert client.post("/sensors/post-json/admin/VEML7700", json=posted).status_code == 200
    assert client.get("/api/v1/devices/admin/VEML7700/latest").get_json()["metrics"].keys() >= {"b"}
