"""The fixtures all rooms share: a fresh database, the application on it, and who asks it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from app.config import Config
from tests.builders import FakeClock, sign_in

ADMIN_PASSWORD_FILE = "admin_password"


@pytest.fixture(scope="session")
def template_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a migrated and furnished database and admin's password; copied, never used."""
    from app.installation import open_database, prepare

    folder = tmp_path_factory.mktemp("template")
    config = Config(data_dir=folder)
    engine, sessions = open_database(config)
    password = prepare(config, engine, sessions)
    engine.dispose()
    assert password is not None
    (folder / ADMIN_PASSWORD_FILE).write_text(password, encoding="ascii")
    return folder


@pytest.fixture
def config(template_database: Path, tmp_path: Path) -> Config:
    """The settings of a site of this test's own, with its database."""
    folder = tmp_path / "site"
    shutil.copytree(template_database, folder)
    return Config(data_dir=folder, secret_key="a secret key of the tests")


@pytest.fixture
def sessions(config: Config) -> Iterator[sessionmaker[Session]]:
    """Sessions on this test's database: migrated, with the site, admin and the faculty sensors."""
    from app.installation import open_database

    engine, made = open_database(config)
    yield made
    engine.dispose()


@pytest.fixture
def server(config: Config) -> Iterator[Flask]:
    """The application on this test's database."""
    from app import create_app
    from app.parts import parts_of

    made = create_app(config)
    made.testing = True
    yield made
    parts_of(made).engine.dispose()


@pytest.fixture
def client(server: Flask) -> FlaskClient:
    """A stranger on this machine."""
    return server.test_client()


@pytest.fixture
def admin_password(config: Config) -> str:
    """The password of the user admin."""
    return (config.data_dir / ADMIN_PASSWORD_FILE).read_text(encoding="ascii")


@pytest.fixture
def signed_in(server: Flask, admin_password: str) -> FlaskClient:
    """Somebody logged in as admin."""
    made = server.test_client()
    sign_in(made, "admin", admin_password)
    return made


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands at noon of the sample documents."""
    return FakeClock()
