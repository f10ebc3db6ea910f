"""Login, registration, and a user's own sensors: contract 2.2 and 5."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from data.accounts import users
from tests.builders import form_token, own_sensors, said_on_the_way, sign_in

LOGIN, REGISTER, SENSORS, NEW = "/sensors/users/login", "/sensors/users/register", "/sensors", "/sensors/register"
ADA = {
    "username": "ada",
    "email": "ada@example.org",
    "password": "a long password",
    "confirm_password": "a long password",
}


def send(client: FlaskClient, address: str, **fields: str) -> tuple[int, str, str]:
    """Send the form at that address: status, where it leads, and the page that follows."""
    answer = client.post(address, data={**fields, "csrf_token": form_token(client, address)})
    if answer.status_code != 303:
        return answer.status_code, "", answer.get_data(as_text=True)
    return 303, answer.headers["Location"], client.get(answer.headers["Location"]).get_data(as_text=True)


def test_who_logs_in_comes_to_the_sensors_with_the_name_in_the_bar(client: FlaskClient, admin_password: str) -> None:
    code, leads, page = send(client, LOGIN, username="admin", password=admin_password)
    assert (code, leads) == (303, SENSORS)
    assert "Dash" in page
    frame = said_on_the_way(client)
    assert "Logout - admin" in frame
    assert "Welcome, admin." in frame
    assert "Welcome, admin." not in said_on_the_way(client)


def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(client: FlaskClient) -> None:
    pages = [send(client, LOGIN, username=name, password="wrong") for name in ("admin", "nobody")]
    assert [code for code, _, _ in pages] == [200, 200]
    for _, _, page in pages:
        assert "Login unsuccessful. Please check your username and password." in page
    assert pages[0][2].replace("admin", "nobody").count("danger") == pages[1][2].count("danger")


def test_a_login_leads_back_to_where_it_was_asked_for(client: FlaskClient, admin_password: str) -> None:
    address = client.get(NEW).headers["Location"]
    assert send(client, address, username="admin", password=admin_password)[1] == NEW


def test_a_login_never_leads_to_another_host(client: FlaskClient, admin_password: str) -> None:
    assert send(client, f"{LOGIN}?next=//evil.example.org", username="admin", password=admin_password)[1] == SENSORS


def test_remember_sets_a_cookie_that_outlives_the_browser(client: FlaskClient, admin_password: str) -> None:
    send(client, LOGIN, username="admin", password=admin_password)
    assert client.get_cookie("remember_token") is None
    client.get("/logout")
    send(client, LOGIN, username="admin", password=admin_password, remember="y")
    cookie = client.get_cookie("remember_token")
    assert cookie is not None
    assert cookie.expires is not None
    assert (cookie.http_only, cookie.same_site) == (True, "Lax")


def test_logout_leads_home_and_ends_the_session(signed_in: FlaskClient) -> None:
    answer = signed_in.get("/logout")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/home")
    assert signed_in.get(SENSORS).status_code == 302


def test_registration_leads_to_the_login_which_then_works(client: FlaskClient) -> None:
    code, leads, page = send(client, REGISTER, **ADA)
    assert (code, leads) == (303, LOGIN)
    assert "Your account has been created" in page
    sign_in(client, "ada", "a long password")
    page = own_sensors(client)
    assert "No sensor of yours yet." in page
    assert NEW in page


def test_registration_says_at_the_field_what_is_wrong(client: FlaskClient) -> None:
    for change, said in (
        ({"username": ""}, "Choose a username."),
        ({"username": "a b"}, "Use letters, digits"),
        ({"username": "a/b"}, "Use letters, digits"),
        ({"username": "x" * 61}, "At most 60 characters."),
        ({"email": "nowhere"}, "This is not an e-mail address"),
        ({"password": "short", "confirm_password": "short"}, "At least 8 characters: three or four words"),
        ({"confirm_password": "another password"}, "The two passwords differ"),
    ):
        code, _, page = send(client, REGISTER, **{**ADA, **change})
        assert code == 200
        assert said in page
        assert 'class="arb-error"' in page


def test_a_name_and_an_address_can_be_had_once_and_the_answer_does_not_tell_which_it_was(client: FlaskClient) -> None:
    send(client, REGISTER, **ADA)
    taken = "The username is taken or the e-mail address is taken"
    for change in (
        {"email": "other@example.org"},
        {"username": "other"},
        {"username": "ADA", "email": "ADA@EXAMPLE.org"},
    ):
        code, _, page = send(client, REGISTER, **{**ADA, **change})
        assert (code, taken in page) == (200, True)
    assert send(client, REGISTER, **{**ADA, "username": "other", "email": "other@example.org"})[0] == 303


def test_a_password_that_is_the_name_of_the_user_or_the_site_is_refused_at_its_field(client: FlaskClient) -> None:
    for password in ("Arboretum-2026!", "ada-4711-ada", "example.org99"):
        code, _, page = send(client, REGISTER, **{**ADA, "password": password, "confirm_password": password})
        assert code == 200
        assert "with little around it: take something else." in page.partition('class="arb-error"')[2]


def test_who_is_logged_in_needs_no_registration_and_no_login(signed_in: FlaskClient) -> None:
    for address in (REGISTER, LOGIN):
        answer = signed_in.get(address)
        assert (answer.status_code, answer.headers["Location"]) == (302, SENSORS)


def test_a_new_sensor_keeps_all_four_fields_and_may_post(client: FlaskClient, sessions: sessionmaker[Session]) -> None:
    send(client, REGISTER, **ADA)
    sign_in(client, "ada", "a long password")
    code, leads, page = send(client, NEW, sensor_name="moisture", type="soil", units="%", protocol="I2C")
    assert code == 303
    assert leads.removeprefix("/sensors/").isdecimal()
    assert "moisture has been registered" in page
    assert "waits for its first post" in page
    assert "/sensors/post-json/ada/moisture" in page
    assert "http://localhost" in page
    with sessions() as session:
        found = users.find_sensor(session, "ada", "moisture")
        assert found is not None
        assert (found.name, found.type, found.units, found.protocol, found.public) == (
            "moisture",
            "soil",
            "%",
            "I2C",
            False,
        )
    assert client.post("/sensors/post-json/ada/moisture", json={"soil": 31.5}).status_code == 200
    page = own_sensors(client)
    assert "Soil 31.5" in page
    assert "s ago" in page


def test_a_sensors_name_is_checked(signed_in: FlaskClient) -> None:
    for name, said in (
        ("", "Give the sensor a name."),
        ("x" * 21, "At most 20 characters."),
        ("a/b", "Use letters"),
        ("VEML7700", "You have a sensor named VEML7700 already"),
    ):
        code, _, page = send(signed_in, NEW, sensor_name=name, type="", units="", protocol="")
        assert code == 200
        assert said in page


def test_a_user_sees_the_own_sensors_only(server: Flask, client: FlaskClient, signed_in: FlaskClient) -> None:
    send(client, REGISTER, **ADA)
    sign_in(client, "ada", "a long password")
    assert "VEML7700" not in own_sensors(client)
    page = own_sensors(signed_in)
    for name in ("SI7020_A20", "VEML7700", "BH1745NUC"):
        assert name in page
    assert "never posted" in page


def test_pages_of_an_account_are_kept_out_of_caches(signed_in: FlaskClient) -> None:
    assert signed_in.get(SENSORS).headers["Cache-Control"] == "no-store"
