"""The page of a sensor, the administrators' pages, and taking one's data away."""

from __future__ import annotations

import html
import io
import json
import shlex
import zipfile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from sqlalchemy.orm import Session, sessionmaker

from data.accounts import audit, users
from data.accounts.audit import Criteria
from data.errors import DocumentError
from tests.builders import form_token, line, ndjson, own_sensors, said_on_the_way, sign_in

NASTY = '<img src=x onerror=alert(1)>"'


@pytest.fixture
def ada(server: Flask, sessions: sessionmaker[Session]) -> FlaskClient:
    """A member, logged in."""
    with sessions.begin() as session:
        users.create_user(session, "ada", "ada@example.org", "a long password")
        users.create_user(session, "bob", "bob@example.org", "a long password")
    client = server.test_client()
    sign_in(client, "ada", "a long password")
    return client


@pytest.fixture
def soil(ada: FlaskClient, sessions: sessionmaker[Session]) -> int:
    """Her sensor's number."""
    with sessions.begin() as session:
        user = users.user_by_name(session, "ada")
        assert user is not None
        return users.register_sensor(session, user, "soil", "wet", "<b>%</b>").id


def change(client: FlaskClient, sensor_id: int, what: str, **fields: str) -> str:
    """Send a form of the sensor's page; the page that follows, or the same one with what is wrong at its field."""
    token = form_token(client, "/account/password")
    answer = client.post(f"/sensors/{sensor_id}/{what}", data={**fields, "csrf_token": token})
    if answer.status_code == 200:
        return answer.get_data(as_text=True)
    assert answer.status_code == 303
    if answer.headers["Location"] == "/sensors":
        return said_on_the_way(client)
    return client.get(answer.headers["Location"]).get_data(as_text=True)


def test_the_page_shows_how_to_post_and_turns_green_with_the_first_post(ada: FlaskClient, soil: int) -> None:
    page = ada.get(f"/sensors/{soil}").get_data(as_text=True)
    assert "waits for its first post" in page
    assert "http://localhost/sensors/post-json/ada/soil" in page
    assert "<b>%</b>" not in page
    state = ada.get(f"/sensors/{soil}/state").get_json()
    assert state == {"heard": False, "age": None, "values": ""}
    ada.post("/sensors/post-json/ada/soil", json={NASTY: 31.5})
    state = ada.get(f"/sensors/{soil}/state").get_json()
    assert state["heard"]
    assert "31.5" in state["values"]
    page = ada.get(f"/sensors/{soil}").get_data(as_text=True)
    assert "31.5" in page
    assert "<img src=x" not in page
    assert "31.5" in own_sensors(ada)


def test_a_single_number_has_its_registered_unit_and_a_posted_unit_comes_first(
    ada: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        user = users.user_by_name(session, "ada")
        assert user is not None
        sensor_id = users.register_sensor(session, user, "lamp", "light", "lux").id
    for posted, said in (
        ({"light": 812}, "Light 812\u202flux"),
        ({"light": {"value": 3, "unit": "klx"}}, "Light 3\u202fklx"),
        ({"light": 812, "count": 7}, "Light 812, Count 7"),
    ):
        assert ada.post("/sensors/post-json/ada/lamp", json=posted).status_code == 200
        assert ada.get(f"/sensors/{sensor_id}/state").get_json()["values"] == said
        assert said in ada.get(f"/sensors/{sensor_id}").get_data(as_text=True)


def test_what_can_be_changed_is_changed_and_audited(
    ada: FlaskClient, soil: int, sessions: sessionmaker[Session]
) -> None:
    assert "Its data is seen by everybody now." in change(ada, soil, "share", public="yes")
    assert "ada/moisture" in change(ada, soil, "rename", name="moisture")
    assert "its posts are refused" in change(ada, soil, "archive", archived="yes")
    answer = ada.post("/sensors/post-json/ada/moisture", json={"wet": 1})
    assert answer.status_code == 410
    batch = ada.post("/api/v1/documents", data=ndjson([line({"wet": 1}, "sensor", "ada/moisture")]))
    assert '"refused"' in batch.get_data(as_text=True)
    change(ada, soil, "archive", archived="no")
    assert ada.post("/sensors/post-json/ada/moisture", json={"wet": 1}).status_code == 200
    assert "Nothing was deleted: write moisture to confirm it." in change(ada, soil, "delete", name="another")
    assert "is bob's now" in change(ada, soil, "handover", username="bob")
    assert ada.get(f"/sensors/{soil}").status_code == 404
    with sessions() as session:
        log = [one.detail for one in audit.entries(session, Criteria()) if one.action.startswith("sensor")]
    assert log == ["to bob", "taken from the archive", "archived", "renamed to moisture", "seen by everybody"]


def test_what_is_wrong_with_a_change_stands_at_its_field_with_what_was_written(ada: FlaskClient, soil: int) -> None:
    for what, field, written, said in (
        ("rename", "name", "a/b", "The name must have 1 to 20 printable characters and no slash."),
        ("handover", "username", '"nobody<', "No member named "),
        ("delete", "name", "sail", "Nothing was deleted: write soil to confirm it."),
    ):
        page = change(ada, soil, what, **{field: written})
        at_field = page.partition(f'id="{what}-{field}"')[2].partition("</section>")[0]
        assert f'value="{escape(written)}"' in at_field
        assert said in at_field.partition('role="alert">')[2]
        assert page.count('class="arb-error"') == 1
        assert page.count('aria-invalid="true"') == 1
    again = ada.post(
        "/sensors/register",
        data={"sensor_name": "soil", "csrf_token": form_token(ada, "/sensors/register")},
    ).get_data(as_text=True)
    assert "You have a sensor named soil already: choose another name.</p>" in again


@pytest.mark.parametrize("name", ["..", ".", "x;reboot", "$(id)", "a b", "..\\..\\x", "=1+1", "-rf", "é"])
def test_a_new_name_is_one_that_addresses_commands_and_files_take_as_a_name(
    ada: FlaskClient, soil: int, sessions: sessionmaker[Session], name: str
) -> None:
    change(ada, soil, "rename", name=name)
    with sessions() as session:
        found = users.sensor_by_id(session, soil)
        assert found is not None
        assert found[0].name == "soil"


def test_a_command_to_copy_runs_nothing_but_itself(ada: FlaskClient, sessions: sessionmaker[Session]) -> None:
    name, kind = "x';id;$(id)`id`", "'; id; \"<b>"
    with sessions.begin() as session:  # as an import of the old site may bring it
        user = users.user_by_name(session, "ada")
        assert user is not None
        odd = users.register_sensor(session, user, name, type=kind).id
    page = ada.get(f"/sensors/{odd}").get_data(as_text=True)
    shown = html.unescape(page.partition('id="curl">')[2].partition("</code>")[0])
    words = shlex.split(shown)
    assert (words[0], len(words)) == ("curl", 8)
    assert json.loads(words[6]) == {kind.strip(): 1.5}
    assert words[7].startswith("http://localhost/sensors/post-json/ada/")
    answer = ada.post(words[7].removeprefix("http://localhost"), data=words[6])
    assert answer.status_code == 200


def test_no_name_is_a_way_to_another_address(sessions: sessionmaker[Session]) -> None:
    with sessions() as session:
        user = users.create_user(session, "ada", "ada@example.org", "a long password")
        for name in ("..", ".", " .. "):
            with pytest.raises(DocumentError, match="printable characters and no slash"):
                users.register_sensor(session, user, name)
            with pytest.raises(DocumentError, match="printable characters and no slash"):
                users.create_user(session, name, "other@example.org", "a long password")


def test_a_sensor_is_deleted_when_its_name_confirms_it(ada: FlaskClient, soil: int) -> None:
    ada.post("/sensors/post-json/ada/soil", json={"wet": 31.5})
    assert "have been deleted" in change(ada, soil, "delete", name="soil")
    assert ada.post("/sensors/post-json/ada/soil", json={"wet": 31.5}).status_code == 404


def test_everything_of_ones_own_can_be_taken_away(ada: FlaskClient, soil: int) -> None:
    for wet in (1.5, 2.5):
        ada.post("/sensors/post-json/ada/soil", json={"wet": wet})
    with ada.get("/account/export") as answer, zipfile.ZipFile(io.BytesIO(answer.get_data())) as archive:
        account = json.loads(archive.read("account.json"))
        lines = archive.read(f"sensors/{soil}-soil.ndjson").decode().splitlines()
    assert (account["username"], account["sensors"][0]["name"]) == ("ada", "soil")
    assert "password" not in json.dumps(account)
    assert [json.loads(one)["content"] for one in lines] == [{"wet": 2.5}, {"wet": 1.5}]


def test_an_account_ends_with_its_data_when_the_password_confirms_it(
    ada: FlaskClient, soil: int, sessions: sessionmaker[Session]
) -> None:
    def end(password: str) -> int:
        fields = {"present": password, "csrf_token": form_token(ada, "/account/delete")}
        return ada.post("/account/delete", data=fields).status_code

    assert end("wrong") == 200
    assert end("a long password") == 303
    assert ada.get("/account").status_code == 302
    with sessions() as session:
        assert users.user_by_name(session, "ada") is None
        assert users.find_sensor(session, "ada", "soil") is None


def test_the_administrators_pages_show_everything_but_hashes(
    ada: FlaskClient, soil: int, signed_in: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        user = users.user_by_name(session, "ada")
        assert user is not None
        key, token = users.create_key(session, NASTY, user)
    pages = {
        name: signed_in.get(f"/admin{name}").get_data(as_text=True)
        for name in ("", "/users", "/devices", "/keys", "/audit")
    }
    assert "ada@example.org" in pages["/users"]
    assert "ada/soil" in pages["/devices"]
    assert "onerror" in pages["/keys"]
    for page in pages.values():
        for secret in (user.password, user.session_stamp, key.token_hash, token, "scrypt:", "<img src=x"):
            assert secret not in page


def administer(client: FlaskClient, address: str, **fields: str) -> str:
    """Send a form of the administrators; the page that follows."""
    answer = client.post(address, data={**fields, "csrf_token": form_token(client, "/account/password")})
    return client.get(answer.headers["Location"]).get_data(as_text=True)


def test_an_administrator_makes_changes_and_ends_accounts(
    ada: FlaskClient, signed_in: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    with sessions() as session:
        user = users.user_by_name(session, "ada")
        assert user is not None
    one = f"/admin/users/{user.id}"
    assert "ada is viewer now" in administer(signed_in, f"{one}/role", role="viewer")
    assert "the role is" in administer(signed_in, f"{one}/role", role="emperor")
    assert ada.get("/account").status_code == 302
    assert "A link to set a password" in administer(signed_in, f"{one}/link")
    assert "nothing was deleted" in administer(signed_in, f"{one}/delete", username="bob")
    assert "have been deleted" in administer(signed_in, f"{one}/delete", username="ada")
    made = administer(signed_in, "/admin/users", username="carol", email="c@example.org", role="viewer")
    assert "carol has an account" in made
    with sessions() as session:
        log = [(entry.action, entry.subject) for entry in audit.entries(session, Criteria(username="admin"))]
    assert log[:4] == [
        ("account made", "carol"),
        ("account deleted", "ada"),
        ("password reset asked", "ada"),
        ("role changed", "ada"),
    ]


def test_the_only_administrator_stays_one(signed_in: FlaskClient, sessions: sessionmaker[Session]) -> None:
    with sessions() as session:
        admin = users.user_by_name(session, "admin")
        assert admin is not None
    assert "only administrator" in administer(signed_in, f"/admin/users/{admin.id}/role", role="viewer")


def test_a_device_is_renamed_hidden_and_audited(signed_in: FlaskClient, sessions: sessionmaker[Session]) -> None:
    from data import queries

    signed_in.post("/BMS/post-json", json={})
    with sessions() as session:
        device = queries.device(session, "bms")
    address = f"/admin/devices/{device.id}"
    assert "bms has been changed" in administer(signed_in, address, name="The pack", public="no", interval="60")
    assert "write whole seconds" in administer(signed_in, address, name="The pack", public="no", interval="soon")
    with sessions() as session:
        found = queries.device(session, "bms")
        assert (found.name, found.public, found.expected_interval_seconds) == ("The pack", False, 60)
        assert (
            "seen by administrators, before seen by everybody"
            in audit.entries(session, Criteria(action="device changed"))[0].detail
        )


def test_the_audit_log_is_filtered_and_exported_without_formulas(
    signed_in: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        audit.record(session, audit.Actor("eve", "203.0.113.9"), "key made", "=HYPERLINK(1)", NASTY)
    page = signed_in.get("/admin/audit?who=eve").get_data(as_text=True)
    assert "203.0.113.9" in page
    assert "<img src=x" not in page
    assert "Nothing of that kind" in signed_in.get("/admin/audit?who=eve&until=2020-01-01").get_data(as_text=True)
    for odd in ("since=yesterday&before=x", "until=9999-12-31", "since=0001-01-01", "until=0001-01-01T00:00-09:00"):
        assert signed_in.get(f"/admin/audit?{odd}").status_code == 200, odd
    table = signed_in.get("/admin/audit.csv?who=eve")
    assert table.mimetype == "text/csv"
    rows = table.get_data(as_text=True).splitlines()
    assert len(rows) == 2
    assert ",'=HYPERLINK(1)," in rows[1]
