"""/api/v1/openapi.json: it is valid, it is all there is, and the answers are as it says."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from app.api.reference_page import ROUTES
from app.audience import audience_of
from app.http.spelling import is_json_address
from app.routes.routing import Body, Example, Route
from tests.app.v1 import SENSOR, at, put
from tests.builders import line, tristar_document

DOCUMENT = "/api/v1/openapi.json"
# No addresses of programs: who asks in a wrong way, and the images of a page.
NOT_ROUTES = ("missing.wrong_method", "missing.json_address", "images.png", "images.svg")


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    """The document that the site hands out."""
    found: dict[str, Any] = client.get(DOCUMENT).get_json()
    return found


@pytest.fixture
def filled(client: FlaskClient) -> FlaskClient:
    """A stranger at a site with some documents."""
    put(client, [line(tristar_document(1, 13 + n / 10), "tristar", "tristar-1", at(minutes=n)) for n in range(30)])
    put(client, [line({"Output Power": 300 + n}, "tristar", "tristar-1", at(hours=1, minutes=n)) for n in range(5)])
    put(client, [line({"lux": n, "uv": {"index": n / 3}}, "sensor", SENSOR, at(minutes=n)) for n in range(5)])
    return client


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    validate(document)
    assert document["openapi"].startswith("3.1")


def test_the_document_and_the_routes_are_the_same(server: Flask, document: dict[str, Any]) -> None:
    served = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in server.url_map.iter_rules()
        if (is_json_address(rule.rule) and not rule.rule.startswith("/_") and rule.endpoint not in NOT_ROUTES)
        or rule.endpoint == "sensor_entries.every_entry"  # a page, but the contract's
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    described = {(path, method) for path, item in document["paths"].items() for method in item}
    assert served == described


def lacking(server: Flask) -> list[str]:
    """What the routes for programs lack, each by its endpoint."""
    routes: dict[str, Route] = {rule: route for route in server.extensions[ROUTES] for rule in route.rules.values()}
    lacks = []
    for rule in server.url_map.iter_rules():
        if not is_json_address(rule.rule) or rule.rule.startswith("/_") or rule.endpoint in NOT_ROUTES:
            continue
        route = routes.get(rule.rule)
        if route is None:
            lacks.append(f"{rule.endpoint} is no row of ROUTES")
            continue
        lacks += [f"{rule.endpoint} has no audience"] * (audience_of(server, rule.endpoint) is None)
        lacks += [f"{rule.endpoint} has no example"] * (not route.example.answer)
        bodies = (route.answer, *route.others.values(), *([route.takes] if route.takes else []))
        lacks += [f"{rule.endpoint} has no schema" for body in bodies for schema in body.content.values() if not schema]
    return lacks


def test_no_route_lacks_an_audience_an_example_or_a_schema(server: Flask) -> None:
    assert lacking(server) == []


def test_what_a_route_lacks_is_named(server: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    server.extensions[ROUTES] = [
        replace(route, example=Example(""), answer=Body("", {"application/json": {}}))
        if route.name == "latest"
        else route
        for route in server.extensions[ROUTES]
        if route.name != "series"
    ]
    monkeypatch.delattr(server.view_functions["api.energy"], "audience")
    assert set(lacking(server)) == {
        "api.energy has no audience",
        "api.latest has no example",
        "api.latest has no schema",
        "api.series is no row of ROUTES",
    }


def test_every_operation_has_a_name_of_its_own_and_says_what_it_is_for(document: dict[str, Any]) -> None:
    operations = [operation for item in document["paths"].values() for operation in item.values()]
    names = [operation["operationId"] for operation in operations]
    assert sorted(names) == sorted(set(names))
    for operation in operations:
        assert operation["summary"]
        assert operation["description"]
        assert all(parameter["description"] for parameter in operation["parameters"])


QUESTIONS = [
    "/devices",
    "/devices/{}/series",
    "/devices/{}/series?times=iso",
    "/devices/{}/latest",
    "/devices/{}/latest?times=iso",
    "/devices/{}/range",
    "/devices/{}/range?points=3&times=iso",
    "/devices/{}/range?interval=60&measures=count,last",
    "/devices/{}/range?from=2030-01-01&to=2030-01-01&points=1",
    "/devices/{}/nearest?at=2019-12-03T19:41",
    "/devices/{}/nearest?at=2030-01-01&times=iso",
    "/devices/{}/documents?limit=2",
    "/devices/{}/documents?times=iso",
    "/devices/{}/events",
    "/devices/{}/events?times=iso",
    "/devices/{}/energy?metric={metric}&from=2019-12-03",
    "/devices/{}/energy?metric={metric}&from=2019-12-03T20:00&to=2019-12-03T21:00&times=iso",
]


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize(("device", "metric"), [("tristar-1", "p_out"), (SENSOR, "lux"), ("admin/SI7020_A20", "lux")])
def test_an_answer_is_as_the_document_says(
    filled: FlaskClient, document: dict[str, Any], question: str, device: str, metric: str
) -> None:
    answer = filled.get("/api/v1" + question.format(device, metric=metric))
    form = "{username}/{sensor_name}" if "/" in device else "{device}"
    path = "/api/v1" + question.partition("?")[0].format(form)
    described = document["paths"][path]["get"]["responses"][str(answer.status_code)]
    if "$ref" in described:
        described = document["components"]["responses"][described["$ref"].rpartition("/")[2]]
        assert answer.status_code == 404
        assert device == "admin/SI7020_A20"
        schema: Any = document["components"]["schemas"]["Error"]
    else:
        schema = described["content"]["application/json"]["schema"]
    assert list(Draft202012Validator(schema).iter_errors(answer.get_json())) == []


@pytest.mark.parametrize("form", ["ndjson"])
def test_a_line_of_an_export_is_as_the_document_says(filled: FlaskClient, document: dict[str, Any], form: str) -> None:
    content = document["paths"]["/api/v1/devices/{device}/range"]["get"]["responses"]["200"]["content"]
    for query in ("", "&points=5"):
        answer = filled.get(f"/api/v1/devices/tristar-1/range?format={form}{query}")
        assert answer.mimetype in content
        for one in answer.get_data().splitlines():
            assert list(Draft202012Validator(content[answer.mimetype]["schema"]).iter_errors(json.loads(one))) == []


def test_what_becomes_of_a_posted_line_is_as_the_document_says(client: FlaskClient, document: dict[str, Any]) -> None:
    schema = document["paths"]["/api/v1/documents"]["post"]["responses"]["200"]["content"]["application/x-ndjson"]
    answer = client.post("/api/v1/documents", data=json.dumps(line({"lux": 1}, "sensor", SENSOR)) + "\nno json\n")
    results = [json.loads(one) for one in answer.get_data().splitlines()]
    assert [one["result"] for one in results] == ["stored", "refused"]
    for one in results:
        assert list(Draft202012Validator(schema["schema"]).iter_errors(one)) == []
