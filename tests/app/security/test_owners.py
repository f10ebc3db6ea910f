"""Every route and every callback, from the application's own map, asked by each kind of visitor.

A new route fails here until it has a row in ROUTES; a new callback is fired by itself.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.routing import Rule

from callbacks.values.pages import VALUE_PAGES
from data import queries
from data.accounts import users
from data.roles import VIEWER
from pages import PAGES
from tests.app.callback_walk import Body, bodies, every_callback
from tests.builders import csrf_header, form_token, sign_in

# Known only to what ada's private sensor posts and is called.
SECRET_METRIC, SECRET_VALUE, SECRET_NAME = "hidden_metric_9137", 913.7731, "hidden9137"
WHO = ("stranger", "other", "viewer", "owner", "admin")
EVERYBODY = {"stranger": "open", "other": "open", "viewer": "open", "owner": "open", "admin": "open"}
LOGIN = {**EVERYBODY, "stranger": "login"}
MEMBERS = {**LOGIN, "viewer": "shut"}
OWN = {**LOGIN, "other": "shut", "viewer": "shut"}
ADMIN = {**OWN, "owner": "shut"}
OWN_KEY = {**OWN, "admin": "shut"}

ROUTES: dict[str, dict[str, str]] = {
    "accounts.login": EVERYBODY,
    "accounts.logout": EVERYBODY,
    "accounts.register": EVERYBODY,
    "accounts.forgotten": EVERYBODY,
    "accounts.reset": EVERYBODY,
    "accounts.account": LOGIN,
    "accounts.password": LOGIN,
    "accounts.delete": LOGIN,
    "exports.mine": LOGIN,
    "sensors.register": MEMBERS,
    "sensors.one": OWN,
    "sensors.state": OWN,
    "sensors.alter": OWN,
    "devices.page": OWN,
    "keys.mine": MEMBERS,
    "keys.make": MEMBERS,
    "keys.revoke": OWN_KEY,
    "sensor_entries.every_entry": OWN,
    "reading.sensor_point": OWN,
    "reading.sensor_range": OWN,
    "api.series": OWN,
    "api.latest": OWN,
    "api.range": OWN,
    "api.nearest": OWN,
    "api.documents": OWN,
    "api.events": OWN,
    "api.energy": OWN,
}
# What strangers may ask, because it shows only what is public, or checks its own key (test_owners_keys.py).  Each by
# its whole name: a new one is nobody's until it is written here or above.
OPEN_TO_ALL = frozenset(
    {
        "static",
        "_dash_assets.static",
        "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>",
        "/_favicon.ico",
        "/_reload-hash",
        "/_dash-layout",
        "/_dash-dependencies",
        "/_dash-update-component",
        "/",
        "/<path:path>",
        "health.healthz",
        "health.favicon",
        "missing.graph_form",
        "images.page",
        "images.png",
        "images.svg",
        "missing.json_address",
        "missing.wrong_method",
        "posting.bms",
        "posting.tristar",
        "posting.tristar_daily",
        "posting.sensor",
        "batches.documents",
        "reading.bms_point",
        "reading.bms_range",
        "reading.tristar_point",
        "reading.tristar_range",
        "api_page.page",
        "api.openapi_json",
        "api.devices",
    }
)
ADMINISTRATORS = ("admin.", "admin_entries.")
READING = ("reading.sensor_", "api.")  # a stranger is told to log in; who is logged in and has no right, too
WINDOW = "from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z"
# What an address must ask to be answered at all; else its owner would get 400 as everybody does.
QUERIES = {
    "api.range": f"{WINDOW}&metric={SECRET_METRIC}&points=100",
    "api.nearest": f"at=2026-03-01T12:00:00Z&metric={SECRET_METRIC}",
    "api.energy": f"{WINDOW}&metric={SECRET_METRIC}",
    "api.events": WINDOW,
}
SAFE = {"HEAD", "OPTIONS"}


def rule_for(endpoint: str) -> dict[str, str] | None:
    """Who may use that endpoint; None when nobody has decided."""
    if endpoint.startswith(ADMINISTRATORS):
        return ADMIN
    if endpoint in ROUTES:
        return ROUTES[endpoint]
    return EVERYBODY if endpoint in OPEN_TO_ALL else None


@dataclass
class Cast:
    """The visitors, and the numbers of what is ada's."""

    clients: dict[str, FlaskClient]
    values: dict[str, str]


@pytest.fixture
def cast(server: Flask, sessions: sessionmaker[Session], admin_password: str) -> Cast:
    """ada, who owns a private sensor with data and a key; bob; a viewer; admin; a stranger."""
    with sessions.begin() as session:
        ada = users.create_user(session, "ada", "ada@example.org", "a long password")
        users.create_user(session, "bob", "bob@example.org", "a long password")
        users.create_user(session, "vera", "vera@example.org", "a long password", VIEWER)
        sensor = users.register_sensor(session, ada, SECRET_NAME)
        key, _ = users.create_key(session, "pi", device_slug=f"ada/{SECRET_NAME}")
    clients = {who: server.test_client() for who in WHO}
    clients["stranger"].get("/")
    assert clients["stranger"].post(
        f"/sensors/post-json/ada/{SECRET_NAME}", json={SECRET_METRIC: SECRET_VALUE}
    ).status_code == 200  # fmt: skip
    for who, name in (("other", "bob"), ("viewer", "vera"), ("owner", "ada")):
        sign_in(clients[who], name, "a long password")
    sign_in(clients["admin"], "admin", admin_password)
    for client in clients.values():
        client.get("/")
    values = {
        "sensor_id": str(sensor.id),
        "key_id": str(key.id),
        "user_id": str(ada.id),
        "device_id": "99999",
        "device": f"ada/{SECRET_NAME}",
        "family": "sensor",
        "milliseconds": "1",
        "token": "x",
        "username": "ada",
        "sensor_name": SECRET_NAME,
        "date": "2026-03-01 12:00:00",
        "start": "2026-03-01 12:00:00",
        "end": "2026-03-01 13:00:00",
        "interval": "10",
    }
    return Cast(clients, values)


def outcome(client: FlaskClient, method: str, address: str) -> str:
    """What became of a request: `login`, `shut` or `open`."""
    fields: dict[str, str] = {}
    if method == "POST" and address.startswith(("/account", "/admin", "/sensors")) and "post-json" not in address:
        fields = {"csrf_token": form_token(client, "/sensors/users/forgotten")}
    with client.open(address, method=method, data=fields or None) as answer:
        if answer.status_code == 401 or "/sensors/users/login?next=" in answer.headers.get("Location", ""):
            return "login"
        assert answer.status_code < 500, (method, address, answer.status_code)
        return "shut" if answer.status_code in (403, 404) else "open"


def test_every_route_has_a_rule_and_keeps_it(server: Flask, cast: Cast) -> None:
    undecided, broken = [], []
    changing = []
    for rule in server.url_map.iter_rules():
        expected = rule_for(rule.endpoint)
        if expected is None:
            undecided.append(rule.endpoint)
            continue
        if rule.endpoint in OPEN_TO_ALL or rule.endpoint == "accounts.logout":
            continue
        for method in sorted((rule.methods or set()) - SAFE):
            # What changes something comes last, the owner's own changes after everybody else's.
            changing.append((method, address_of(server, rule, cast.values), rule.endpoint, expected))
    for method, address, endpoint, expected in sorted(changing):
        for who in WHO:
            if method != "GET" and expected[who] == "open" and endpoint.startswith(("admin.", "keys.", "accounts.")):
                continue  # allowed, and would end the walk
            found = outcome(cast.clients[who], method, address)
            allowed = {expected[who]}
            if endpoint.startswith(READING) and who in ("other", "viewer"):
                allowed = {"login", "shut"}
            if "99999" in address and who == "admin":
                allowed = {"shut"}
            if found not in allowed:
                broken.append(f"{method} {endpoint} as {who}: {found}, expected {expected[who]}")
    assert undecided == []
    assert broken == []


def address_of(server: Flask, rule: Rule, values: dict[str, str]) -> str:
    """An address of that rule which asks for what is ada's."""
    choices = {"sensors.alter": "share", "admin_entries.correct": "remove"}
    own = {"change": choices.get(rule.endpoint, "logout"), **values}
    with server.test_request_context():
        built = rule.build({name: own.get(name, values["device"]) for name in rule.arguments})
    assert built is not None, rule
    return f"{built[1]}?{QUERIES[rule.endpoint]}" if rule.endpoint in QUERIES else built[1]


def test_no_answer_of_any_route_tells_anybody_else_of_a_private_sensor(server: Flask, cast: Cast) -> None:
    told = []
    asked = {
        "from": "2026-01-01T00:00:00Z", "to": "2999-01-01T00:00:00Z", "at": "2026-03-01T12:00:00Z",
        "metric": SECRET_METRIC, "device": cast.values["device"], "sensor": cast.values["sensor_id"],
    }  # fmt: skip
    for rule in server.url_map.iter_rules():
        if rule.endpoint in ("accounts.logout", "sensors.alter"):
            continue
        address = address_of(server, rule, cast.values)
        for method in sorted((rule.methods or set()) - SAFE):
            for query in ("", f"?{urlencode(asked)}"):
                for who in ("stranger", "other", "viewer"):
                    with cast.clients[who].open(address.partition("?")[0] + query, method=method) as answer:
                        said = answer.get_data()
                    if str(SECRET_VALUE).encode() in said:
                        told.append(f"{method} {rule.endpoint} as {who}")
    assert told == []


# Callbacks that tell nobody anything of a sensor, their owner no more than others.  A new one is nobody's until it is
# written here, or tells an owner what is the owner's: then it was fired as it should be, and must tell nobody else.
OF_NO_SENSOR = ("jobs-strip.children", "overview-say.children", "bms-figure.figure", "tristar-figure.figure",
                "_pages_content.children", *(f"{page.ids.say}.children" for page in VALUE_PAGES))  # fmt: skip


def asked_of_callbacks(sessions: sessionmaker[Session], cast: Cast) -> tuple[list[object], list[object]]:
    """Every way to name ada's private sensor and its metric, and those that name the sensor alone."""
    with sessions() as session:
        device = queries.device(session, f"ada/{SECRET_NAME}")
    sensor_id = int(cast.values["sensor_id"])
    alone: list[object] = [device.id, device.slug, sensor_id, str(sensor_id)]
    query = f"?device={device.slug}&devices={device.id}&units={SECRET_METRIC}&sensor={sensor_id}"
    return [None, *alone, str(device.id), [device.slug], [device.id], SECRET_METRIC, [SECRET_METRIC], query,
            {"device": device.slug, "id": device.id}], alone  # fmt: skip


def told_by(client: FlaskClient, asked: Body) -> list[str]:
    """Which of what is ada's the answer to a callback tells, beyond what was asked."""
    said = client.post("/_dash-update-component", json=asked, headers=csrf_header(client)).get_data(as_text=True)
    echoed = json.dumps([part["value"] for kind in ("inputs", "state") for part in asked[kind]])
    secrets = (str(SECRET_VALUE), SECRET_METRIC, SECRET_METRIC.replace("_", " ").capitalize(), SECRET_NAME)
    return [secret for secret in secrets if secret in said and (secret not in echoed or secret == str(SECRET_VALUE))]


def test_every_callback_tells_an_owner_something_or_is_known_to_be_of_no_sensor(
    server: Flask, cast: Cast, sessions: sessionmaker[Session]
) -> None:
    asked, alone = asked_of_callbacks(sessions, cast)
    undecided = []
    for one in every_callback(server):
        name = str(one["output"]).strip(".").split("...")[0]
        fired = bodies(one, asked, alone, (SECRET_METRIC, [SECRET_METRIC]))
        tells = any(told_by(cast.clients["owner"], body) for body in fired)
        if tells == (name in OF_NO_SENSOR):
            undecided.append(f"{name} {'tells' if tells else 'does not tell'} an owner of a sensor")
    assert undecided == []


@pytest.mark.parametrize("who", ["stranger", "other", "viewer"])
def test_no_callback_tells_anybody_else_of_a_private_sensor(
    server: Flask, cast: Cast, sessions: sessionmaker[Session], who: str
) -> None:
    asked, alone = asked_of_callbacks(sessions, cast)
    found = every_callback(server)
    assert found
    told = []
    for one in found:
        for body in bodies(one, asked, alone, (SECRET_METRIC, [SECRET_METRIC])):
            if said := told_by(cast.clients[who], body):
                told.append(f"{one['output']} tells {said}")
    assert told == []


def test_the_sensors_page_is_for_who_is_logged_in(cast: Cast) -> None:
    for who in WHO:
        for method in ("GET", "HEAD"):
            expected = "login" if who == "stranger" else "open"
            assert outcome(cast.clients[who], method, "/sensors") == expected, (who, method)
        answer = cast.clients[who].post("/sensors", data={"sensors_owned": cast.values["sensor_id"]})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/sensors")


def test_a_sensor_is_drawn_for_who_may_see_it_and_its_number_tells_nobody_else(server: Flask, cast: Cast) -> None:
    number = cast.values["sensor_id"]
    names = [one for one in every_callback(server) if "sensors-figure.figure" in str(one["output"])]
    assert len(names) == 1
    for who in WHO:
        (body,) = bodies(names[0], [None])
        given = {"sensors-controller": number, "sensors-units": [], "sensors-range": "24h", "sensors-interval": "10",
                 "sensors-style": "arboretum", "sensors-marker": "None"}  # fmt: skip
        for part in body["inputs"]:  # type: ignore[attr-defined]
            part["value"] = given.get(part["id"])
        body["changedPropIds"] = ["sensors-interval.value"]
        answer = cast.clients[who].post("/_dash-update-component", json=body, headers=csrf_header(cast.clients[who]))
        said = answer.get_data(as_text=True)
        assert answer.status_code == 200, said
        allowed = who in ("owner", "admin")
        assert (SECRET_NAME in said, SECRET_METRIC.replace("_", " ").capitalize() in said) == (allowed, allowed), who
        if not allowed:
            unknown = json.loads(json.dumps(body).replace(f'"{number}"', '"987654"'))
            other = cast.clients[who].post(
                "/_dash-update-component", json=unknown, headers=csrf_header(cast.clients[who])
            )
            assert other.get_data(as_text=True).replace("987654", number) == said, who


def test_no_page_tells_anybody_else_of_a_private_sensor(cast: Cast) -> None:
    for who in ("stranger", "other", "viewer"):
        for address in (*(path for _, path, _, _ in PAGES), "/_dash-layout"):
            page = cast.clients[who].get(address).get_data(as_text=True)
            assert SECRET_NAME not in page
            assert SECRET_METRIC not in page
