"""The import commands, as they are typed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from app.cli.main import main
from app.config import PROJECT, Config
from data import queries
from data.ranges import TimeRange
from tests.data.importing import old_site

ALWAYS = TimeRange(datetime(2018, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC))
ROWS = 6000


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


def test_a_csv_file_is_imported_with_its_map(
    at_home: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str], sessions: sessionmaker[Session]
) -> None:
    path = tmp_path / "log.csv"
    path.write_text("Zeit;U Bat;x\n03.12.2019 20:40;13,41;1\n03.12.2019 20:50;?;1\n", encoding="utf-8")
    command = ["import-csv", str(path), "--device", "tristar-1", "--family", "tristar", "--time", "Zeit"]
    command += ["--time-format", "%d.%m.%Y %H:%M", "--timezone", "Europe/Berlin", "--map", "U Bat=bat_voltage"]
    assert main(command) == 1
    told = capsys.readouterr()
    assert told.out == "1 stored, 0 repeated, 1 refused\n"
    assert "left out: x" in told.err
    assert "refused: line 3: column U Bat: '?' is no number" in told.err
    with sessions() as session:
        [found] = queries.documents(session, queries.device(session, "tristar-1").id, ALWAYS, 10)
    assert found.recorded_at == datetime(2019, 12, 3, 19, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--device", "tristar-1"], "--device needs --family"),
        (["--sensor", "admin/none"], "no sensor 'admin/none'"),
        (["--device", "bms", "--family", "bms"], "no column 'time'"),
    ],
)
def test_arguments_that_do_not_fit_are_refused_in_words(
    at_home: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    path = tmp_path / "log.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    assert main(["import-csv", str(path), "--time", "time", *arguments]) == 1
    assert said in capsys.readouterr().err


def test_a_killed_import_of_the_old_site_is_completed_by_the_next(
    at_home: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str], sessions: sessionmaker[Session]
) -> None:
    path = tmp_path / "old.db"
    old_site.bootstrap(path)
    old_site.lengthen(path, ROWS)
    command = ["import-site", str(path)]
    killed = subprocess.Popen(
        [sys.executable, "-m", "app", *command],
        cwd=PROJECT,
        env=os.environ.copy(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert killed.stderr is not None
    with killed.stderr:
        shown = sum(1 for _ in zip((line for line in killed.stderr if "#" in line), range(2), strict=False))
        killed.send_signal(signal.SIGKILL)
    assert (shown, killed.wait(30)) == (2, -signal.SIGKILL)
    with sessions() as session:
        before = len(queries.documents(session, queries.device(session, "bms").id, ALWAYS, 10_000))
    assert 0 < before < ROWS
    assert main(command) == 1
    told = capsys.readouterr()
    assert "going on where an earlier import was broken off" in told.err
    assert told.out.splitlines()[-1].split(", ")[1:] == ["0 repeated", "2 refused"]
    with sessions() as session:
        assert len(queries.documents(session, queries.device(session, "bms").id, ALWAYS, 10_000)) == ROWS + 4
