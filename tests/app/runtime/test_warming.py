"""At the start every question has been asked once, and no connection crosses the fork to the workers."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Response
from sqlalchemy.orm import Session, sessionmaker

from app import create_app
from app.config import Config
from app.runtime.warming import warm, warm_process
from app.services import parts_of
from data import queries
from data.store import template_rows
from tests.browser.sunny_day import fill


def test_a_site_with_data_knows_its_documents_before_the_first_request(
    sessions: sessionmaker[Session], config: Config
) -> None:
    with sessions() as session:
        fill(session, datetime.now(UTC))
    with parts_of(create_app(config)).sessions() as session:
        assert len(template_rows.known(session).texts) > 0


def test_every_device_is_asked_of(sessions: sessionmaker[Session]) -> None:
    with sessions() as session:
        fill(session, datetime.now(UTC))
        there = len(queries.devices(session))
    assert warm(sessions, 60) == there > 3


def test_a_forked_process_answers_as_for_a_reader(sessions: sessionmaker[Session], config: Config) -> None:
    with sessions() as session:
        fill(session, datetime.now(UTC))
    server = create_app(config)
    answered: list[int] = []

    def note(response: Response) -> Response:
        answered.append(response.status_code)
        return response

    server.after_request_funcs.setdefault(None, []).append(note)
    assert warm_process(server, 60) == len(answered) >= 9
    assert set(answered) == {200}
    assert warm_process(server, -1) == 0


def test_a_start_does_not_wait_for_a_large_site(sessions: sessionmaker[Session]) -> None:
    with sessions() as session:
        fill(session, datetime.now(UTC))
    assert warm(sessions, -1) == 0


def test_a_store_that_cannot_be_read_is_a_line_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    server = create_app(Config(data_dir=tmp_path, secret_key="a secret key of the tests"))
    with sqlite3.connect(tmp_path / "arboretum.db") as connection:
        connection.execute("ALTER TABLE device RENAME TO gone")
    assert warm(parts_of(server).sessions) == warm_process(server) == 0
    assert "could not be read at the start" in caplog.text


def test_a_new_application_holds_no_connection(tmp_path: Path) -> None:
    server = create_app(Config(data_dir=tmp_path, secret_key="a secret key of the tests"))
    assert parts_of(server).engine.pool.checkedin() == 0  # type: ignore[attr-defined]
