"""The commands, as they are typed."""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from app.cli.main import main
from app.cli.progress import ProgressBar
from app.config import PROJECT, Config
from app.security.secret_key import peppers
from data import queries
from data.accounts import users
from data.ranges import TimeRange

LOG = PROJECT / "data" / "real" / "tristar_mppt_daily_log_msview.csv"


@pytest.fixture
def at_home(config: Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Config:
    """The environment that leads commands to this test's database."""
    empty = tmp_path / "config.json"
    empty.write_text("{}", encoding="utf-8")
    monkeypatch.setenv("ARBORETUM_CONFIG", str(empty))
    monkeypatch.setenv("DATA_DIR", str(config.data_dir))
    for name in ("DATABASE_URL", "SQLALCHEMY_DATABASE_URI", "SECRET_KEY", "PORT", "HOST"):
        monkeypatch.delenv(name, raising=False)
    return config


def test_setup_prints_the_password_the_first_time_only(
    tmp_path: Path, at_home: Config, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "new"))
    assert main(["setup"]) == 0
    first = capsys.readouterr().out
    assert main(["setup"]) == 0
    second = capsys.readouterr().out
    [line] = [one for one in first.splitlines() if one.startswith("admin password: ")]
    assert len(line.removeprefix("admin password: ")) >= 12
    assert "admin password" not in second


def test_there_are_no_default_credentials(tmp_path: Path) -> None:
    from app.runtime.installation import open_database, prepare

    passwords = set()
    for name in ("one", "two"):
        made = Config(data_dir=tmp_path / name)
        engine, sessions = open_database(made)
        passwords.add(prepare(made, engine, sessions))
        engine.dispose()
    assert len(passwords) == 2
    assert None not in passwords


def test_a_user_is_made_with_the_password_of_standard_input(
    at_home: Config, sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("a long password\n"))
    assert main(["create-user", "ada", "ada@example.org", "--admin"]) == 0
    with sessions() as session:
        found = users.verify(session, "ada", "a long password", peppers(Config(data_dir=at_home.data_dir)))
        assert found is not None
        assert found.admin


def test_a_password_is_set_anew_at_the_prompt(
    at_home: Config, sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("four tall green tomatoes\n"))
    assert main(["set-password", "admin"]) == 0
    with sessions() as session:
        known = peppers(Config(data_dir=at_home.data_dir))
        assert users.verify(session, "admin", "four tall green tomatoes", known) is not None


def test_a_short_password_is_refused(
    at_home: Config, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("short\n"))
    assert main(["create-user", "ada", "ada@example.org"]) == 1
    assert "At least 8 characters" in capsys.readouterr().err


def test_a_key_is_shown_alone_on_standard_output_listed_and_revoked(
    at_home: Config, sessions: sessionmaker[Session], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["create-key", "greenhouse", "--device", "tristar-1"]) == 0
    token = capsys.readouterr().out.strip()
    with sessions() as session:
        key = users.key_for(session, token)
        assert key is not None
        assert (key.label, key.device_slug) == ("greenhouse", "tristar-1")
        number = key.id
    assert main(["keys"]) == 0
    listed = capsys.readouterr().out
    assert "greenhouse, device tristar-1, never used" in listed
    assert token not in listed
    assert main(["revoke-key", str(number)]) == 0
    with sessions() as session:
        assert users.key_for(session, token) is None


def test_a_key_for_nobody_is_refused(at_home: Config, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["create-key", "x", "--user", "nobody"]) == 1
    assert "no user named 'nobody'" in capsys.readouterr().err


def test_the_log_of_msview_is_imported_once(
    at_home: Config, sessions: sessionmaker[Session], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import-msview", str(LOG)]) == 0
    first = capsys.readouterr()
    assert first.out == "195 stored, 0 repeated, 0 refused\n"
    assert "195/195" in first.err
    assert main(["import-msview", str(LOG)]) == 0
    assert capsys.readouterr().out == "0 stored, 195 repeated, 0 refused\n"
    with sessions() as session:
        device = queries.device(session, "tristar-msview")
        always = TimeRange(datetime(2018, 1, 1, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC))
        assert len(queries.documents(session, device.id, always, 1000)) == 195


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a,b\n1,2\n", "line 1 has the columns a, b"),
        (b"", "line 1 has the columns (none)"),
        (b"\xff\xfe\x00", "cannot be read"),
        (None, "cannot be read"),
    ],
)
def test_a_file_that_is_no_such_log_is_refused_by_name(
    at_home: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, said: str
) -> None:
    file = tmp_path / "log.csv"
    if content is not None:
        file.write_bytes(content)
    assert main(["import-msview", str(file)]) == 1
    problem = capsys.readouterr().err
    assert said in problem
    assert "log.csv" in problem


def test_wrong_settings_end_a_command_with_all_of_them_in_words(
    at_home: Config, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PORT", "high")
    monkeypatch.setenv("DEMO", "maybe")
    assert main(["setup"]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_the_owners_recipe_works_at_the_prompt(at_home: Config) -> None:
    recipe = (
        "db.create_all()\n"
        "entry = BMSDataentry(json_content={'Battery Charge': {'state of charge': 72.4}})\n"
        "db.session.add(entry)\n"
        "db.session.commit()\n"
        "print('found', [entry.json_content for entry in BMSDataentry.query.all()], TristarDataEntry.query.all())\n"
        "print('same', session.query(BMSDataentry).all() == BMSDataEntry.query.all(), User.query.count(), Sensor)\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "shell"],
        input=recipe,
        capture_output=True,
        text=True,
        cwd=PROJECT,
        timeout=120,
        check=False,
    )
    assert "found [{'Battery Charge': {'state of charge': 72.4}}] []" in done.stdout, done.stderr
    assert "same True 1" in done.stdout


def test_progress_is_lines_where_there_is_no_terminal() -> None:
    stream = io.StringIO()
    with ProgressBar("importing", stream) as bar:
        bar.show(1, 2)
        bar.show(2, 2)
    half, full = stream.getvalue().splitlines()
    assert half == f"importing [{'#' * 15}{'.' * 15}] 1/2"
    assert full == f"importing [{'#' * 30}] 2/2"


def test_run_is_another_name_for_wsgi(at_home: Config) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import run, wsgi; print(run.app is wsgi.server)"],
        capture_output=True,
        text=True,
        cwd=PROJECT,
        timeout=120,
        check=False,
    )
    assert done.stdout == "True\n", done.stderr
