"""The fixtures all rooms share: a fresh database, the application on it, and who asks it."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from sqlalchemy.orm import Session, sessionmaker

from app.config import Config
from data.database.engine import default_url
from tests.builders import DATABASES, FakeClock, sign_in
from tests.postgresql import Cluster, running_cluster

# A busy machine is slow, not wrong; what must be fast is measured by the benchmarks.
settings.register_profile("calm", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("calm")

# A suite that a shell started in the background ignores Ctrl-C, and so would the programs it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM)
ADMIN_PASSWORD_FILE = "admin_password"
CHOSEN = "nine purple kettles sing"


@pytest.fixture(autouse=True)
def handlers_of_signals() -> Iterator[None]:
    """A command that a test runs in this process leaves no handler behind."""
    before = {number: signal.getsignal(number) for number in ENDING_SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def choose_a_password(sessions: sessionmaker[Session], config: Config) -> None:
    """What admin does before anything else: the printed password is for that."""
    from app.security.secret_key import peppers
    from data.accounts import account_changes, audit, users

    with sessions() as session:
        admin = users.user_by_name(session, "admin")
        assert admin is not None
        account_changes.set_password(session, admin.id, CHOSEN, peppers(config))
        audit.record(session, audit.Actor("admin", "127.0.0.1"), "password changed", "admin")
        session.commit()
    (config.data_dir / ADMIN_PASSWORD_FILE).write_text(CHOSEN, encoding="ascii")


@pytest.fixture(scope="session")
def template_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a migrated and furnished database and admin's password; copied, never used."""
    from app.runtime.installation import open_database, prepare

    folder = tmp_path_factory.mktemp("template")
    config = Config(data_dir=folder)
    engine, sessions = open_database(config)
    prepare(config, engine, sessions)
    choose_a_password(sessions, config)
    engine.dispose()
    return folder


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server of this test process, started when a test first asks for it."""
    with running_cluster() as made:
        yield made


@pytest.fixture(scope="session")
def template_cluster(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Like template_database, on PostgreSQL: the folder with admin's password; the database is Cluster.TEMPLATE."""
    from app.runtime.installation import open_database, prepare

    folder = tmp_path_factory.mktemp("template_cluster")
    config = Config(data_dir=folder, database_url=cluster.create(Cluster.TEMPLATE))
    engine, sessions = open_database(config)
    prepare(config, engine, sessions)
    choose_a_password(sessions, config)
    engine.dispose()
    return folder


@pytest.fixture
def sqlite_config(template_database: Path, tmp_path: Path) -> Config:
    """The settings of a site of this test's own, with its database in SQLite."""
    folder = tmp_path / "site"
    shutil.copytree(template_database, folder)
    return Config(data_dir=folder, secret_key="a secret key of the tests")


@pytest.fixture
def postgresql_config(cluster: Cluster, template_cluster: Path, tmp_path: Path) -> Iterator[Config]:
    """The settings of a site of this test's own, with its database in PostgreSQL."""
    folder = tmp_path / "site"
    shutil.copytree(template_cluster, folder)
    with cluster.database(Cluster.TEMPLATE) as url:
        yield Config(data_dir=folder, database_url=url, secret_key="a secret key of the tests")


@pytest.fixture
def config(request: pytest.FixtureRequest) -> Config:
    """A site of this test's own: on SQLite, or on each of the databases that the test names.

    `pytest.mark.parametrize("config", DATABASES, indirect=True)` names them; tests/data/ does for all its tests.
    """
    made: Config = request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_config")
    return made


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield default_url(tmp_path)
        return
    with request.getfixturevalue("cluster").database() as url:
        yield url


@pytest.fixture
def sessions(config: Config) -> Iterator[sessionmaker[Session]]:
    """Sessions on this test's database: migrated, with the site, admin and the faculty sensors."""
    from app.runtime.installation import open_database

    engine, made = open_database(config)
    yield made
    engine.dispose()


@pytest.fixture
def server(config: Config) -> Iterator[Flask]:
    """The application on this test's database."""
    from app import create_app
    from app.services import parts_of

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
