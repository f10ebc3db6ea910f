"""The seventeen errors: a page that helps, or one JSON shape."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from app.audience import Audience, audience
from app.http import static_errors
from app.http.error_texts import ERROR_TEXTS
from tests.app.callback_walk import page_values
from tests.builders import fire

ROOT = Path(__file__).parents[3]
CODES = (400, 401, 403, 404, 405, 408, 410, 413, 414, 415, 421, 429, 451, 500, 502, 503, 504)


def test_the_seventeen_codes_have_words() -> None:
    assert tuple(ERROR_TEXTS) == CODES


def test_the_owners_words_are_kept() -> None:
    assert (ERROR_TEXTS[404].title, ERROR_TEXTS[404].sentence) == (
        "Not Found",
        "The page you are looking for is not here.",
    )
    assert ERROR_TEXTS[500].title == "Server Malfunction"
    assert ERROR_TEXTS[500].sentence == "Our server is experiencing technical difficulties."


@pytest.fixture
def failing(server: Flask, code: int) -> Flask:
    """The application with the view of /about failing with that code."""

    def fail(*_: object, **__: object) -> None:
        abort(code)

    server.view_functions["/<path:path>"] = fail
    server.view_functions["reading.bms_point"] = audience(Audience.READERS)(fail)
    return server


@pytest.mark.parametrize("code", CODES)
def test_a_page_says_what_happened_and_what_to_do(failing: Flask, code: int) -> None:
    answer = failing.test_client().get("/about", headers={"Accept": "text/html"})
    page = answer.get_data(as_text=True)
    assert (answer.status_code, answer.mimetype) == (code, "text/html")
    assert f"{ERROR_TEXTS[code].title} ({code})" in page
    assert ERROR_TEXTS[code].sentence in page
    assert ERROR_TEXTS[code].next_step in page
    assert "Reference" in page
    assert "/assets/view/arboretum.css" in page


@pytest.mark.parametrize("code", CODES)
def test_a_json_route_answers_in_one_shape(failing: Flask, code: int) -> None:
    answer = failing.test_client().get("/BMS/api/single_point/x/y")
    assert (answer.status_code, answer.mimetype) == (code, "application/json")
    assert set(answer.get_json()) == {"error", "reference"}
    words = ERROR_TEXTS[code]
    assert answer.get_json()["error"] == f"{words.sentence} {words.next_step}"


@pytest.mark.parametrize("code", [503])
def test_503_says_when_to_come_back(failing: Flask, code: int) -> None:
    assert failing.test_client().get("/about").headers["Retry-After"] == "30"


def test_a_bug_is_a_malfunction_with_a_reference_and_no_traceback(
    server: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the bug itself")

    server.view_functions["/<path:path>"] = broken
    answer = server.test_client().get("/about")
    assert answer.status_code == 500
    assert "the bug itself" not in answer.get_data(as_text=True)
    assert "the bug itself" in caplog.text
    reference = answer.get_data(as_text=True).partition('class="arb-code">')[2].partition("<")[0]
    assert len(reference) == 8
    assert reference in caplog.text


@pytest.mark.parametrize(
    "path",
    ["/nowhere", "/BMS/nowhere", "/sensors/nowhere", "/static/no.css", "/test", "/sensors/cities"],
)
def test_an_unknown_page_is_a_real_404(server: Flask, path: str) -> None:
    answer = server.test_client().get(path, headers={"Accept": "text/html"})
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert ERROR_TEXTS[404].sentence in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "path",
    [
        "/api",
        "/api/v2",
        "/api/v1/nowhere",
        "/BMS/api",
        "/bms/API/nowhere",
        "/BMS/post-json/more",
        "/Tristar/api/nowhere",
        "/Tristar/post-json/weekly",
        "/sensors/post-json",
        "/sensors/post-json/admin",
        "/sensors/get-sensor-json-data-by-id/1",
        "/sensors/get-sensor-json-data-range/1/2",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_json_address_is_404_as_json(server: Flask, path: str, method: str) -> None:
    answer = server.test_client().open(path, method=method)
    assert answer.status_code in ((404,) if method == "GET" else (404, 405))
    assert set(answer.get_json()) == {"error", "reference"}


def test_a_program_that_asks_for_json_gets_json_on_a_page_too(server: Flask) -> None:
    answer = server.test_client().get("/nowhere", headers={"Accept": "application/json"})
    assert set(answer.get_json()) == {"error", "reference"}


def test_the_log_does_not_keep_the_link_of_a_reset(server: Flask, caplog: pytest.LogCaptureFixture) -> None:
    assert server.test_client().post("/sensors/users/reset/the-secret-token").status_code == 400
    assert "/sensors/users/reset/…" in caplog.text
    assert "the-secret-token" not in caplog.text


@pytest.mark.parametrize("code", static_errors.CODES)
def test_the_pages_of_nginx_say_the_same_in_one_file_each(code: int) -> None:
    folder = ROOT / "deploy" / "nginx" / "errors"
    page = (folder / f"{code}.html").read_text(encoding="utf-8")
    assert page == static_errors.page(code), "`make error-pages` writes deploy/nginx/errors"
    for words in (ERROR_TEXTS[code].title, ERROR_TEXTS[code].sentence, ERROR_TEXTS[code].next_step):
        assert words in page
    assert "http" not in page
    assert (folder / f"{code}.json").read_text(encoding="utf-8") == static_errors.body(code)


def ask_all(client: FlaskClient) -> dict[str, Any]:
    """Fire every callback of the site as its page does at first; the answers by output."""
    fired = {}
    for one in client.get("/_dash-dependencies").get_json():
        if not one["clientside_function"]:
            parts = (
                [{**part, "value": page_values().get((part["id"], part["property"]))} for part in one[kind]]
                for kind in ("inputs", "state")
            )
            fired[one["output"]] = fire(client, one["output"], *parts)
    return fired


def test_a_callback_that_fails_answers_with_a_reference_that_is_in_the_log(
    client: FlaskClient, sessions: sessionmaker[Session], caplog: pytest.LogCaptureFixture
) -> None:
    with sessions.begin() as session:
        for table in ("device", "job"):
            session.execute(text(f"ALTER TABLE {table} RENAME TO {table}_elsewhere"))
    fired = ask_all(client)
    assert len(fired) >= 6
    quiet = {output for output, answer in fired.items() if answer.status_code < 500}
    # The router reads nothing, and a stranger has no list of sensors to read.
    assert {output for output in quiet if "_pages" not in output and "sensors-list" not in output} == set()
    references = []
    for output in fired.keys() - quiet:
        told = fired[output].get_json()
        assert told["error"] == ERROR_TEXTS[500].sentence
        assert f"reference {told['reference']}" in caplog.text
        references.append(told["reference"])
    assert len(set(references)) == len(references)
    assert "no such table" in caplog.text or "does not exist" in caplog.text
    with sessions.begin() as session:
        for table in ("device", "job"):
            session.execute(text(f"ALTER TABLE {table}_elsewhere RENAME TO {table}"))
    assert {answer.status_code for answer in ask_all(client).values()} <= {200, 204}


def test_a_page_that_is_too_old_is_told_apart_from_a_wrong_request(client: FlaskClient) -> None:
    client.get("/")
    answer = client.post("/_dash-update-component", json={"output": "x.children"})
    assert (answer.status_code, answer.headers["X-Page-Too-Old"]) == (400, "yes")
    assert answer.get_json()["error"].startswith("The page you sent this from is too old: load it again")
    assert "X-Page-Too-Old" not in client.get("/BMS/api/single_point/x/state_of_charge").headers
