"""What is done at the prompt, by the worker and in the settings is in the audit log, and no secret is."""

from __future__ import annotations

import io
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from app.cli.main import main
from app.config import PROJECT, Config
from app.runtime.installation import open_database
from app.runtime.settings_log import note_settings
from app.runtime.worker import expire
from data.accounts import audit, users
from data.accounts.audit import Criteria
from data.ingest.batch import Posted, store
from data.store.sealed import sealing
from tests.data.importing.old_site import bootstrap

LOG = PROJECT / "data" / "real" / "tristar_mppt_daily_log_msview.csv"
PASSWORD = "four tall green tomatoes"


def rows(sessions: sessionmaker[Session], action: str = "") -> list[tuple[str, str, str]]:
    """(who, subject, detail) of the entries with that action, the oldest first."""
    with sessions() as session:
        found = [(one.username, one.subject, one.detail) for one in audit.entries(session, Criteria(action=action))]
    return found[::-1]


@pytest.fixture
def at_home(config: Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Config:
    """The environment that leads commands to this test's database."""
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    monkeypatch.setenv("ARBORETUM_CONFIG", str(tmp_path / "config.json"))
    monkeypatch.setenv("DATA_DIR", str(config.data_dir))
    for name in ("DATABASE_URL", "SQLALCHEMY_DATABASE_URI", "SECRET_KEY", "PORT", "HOST"):
        monkeypatch.delenv(name, raising=False)
    return config


@pytest.mark.usefixtures("at_home")
def test_commands_that_change_accounts_keys_and_documents_are_in_the_audit_log(
    sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def run(*words: str) -> str:
        monkeypatch.setattr(sys, "stdin", io.StringIO(f"{PASSWORD}\n"))
        assert main(list(words)) == 0, words
        return capsys.readouterr().out

    run("create-user", "ada", "ada@example.org", "--role", "viewer")
    run("set-password", "ada")
    token = run("create-key", "pi", "--device", "bms").strip()
    with sessions() as session:
        key_id = users.keys(session)[0].id
    run("revoke-key", str(key_id))
    run("import-msview", str(LOG))
    old = tmp_path / "old.db"
    bootstrap(old)
    main(["import-site", str(old)])
    (tmp_path / "table.csv").write_text("t,v\n2026-03-01 12:00,13.1\n", encoding="utf-8")
    run("import-csv", str(tmp_path / "table.csv"), "--device", "tristar-1", "--family", "tristar", "--time", "t",
        "--map", "v=bat_voltage")  # fmt: skip
    with sessions() as session:
        found = audit.entries(session, Criteria(username="(command)"))[::-1]
        whole = str([(one.subject, one.detail) for one in found])
        made = {one.subject for one in found if one.action == "account made" and "imported" in one.detail}
        old_users = {user.username for user in users.users(session)} - {"admin", "ada"}
    assert [(one.action, one.subject) for one in found if "imported, role" not in one.detail] == [
        ("account made", "ada"),
        ("password changed", "ada"),
        ("key made", "pi"),
        ("key revoked", "pi"),
        ("imported", LOG.name),
        ("imported", "old.db"),
        ("imported", "table.csv"),
    ]
    assert made == old_users != set()
    assert PASSWORD not in whole
    assert token not in whole


@pytest.mark.usefixtures("at_home")
def test_a_restored_backup_says_so(
    sessions: sessionmaker[Session], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["backup", str(tmp_path / "all.zst")]) == 0
    assert main(["restore", str(tmp_path / "all.zst"), "--replace"]) == 0
    capsys.readouterr()
    assert [(who, what) for who, what, _ in rows(sessions, "restored")] == [("(command)", "all.zst")]


def test_the_first_administrator_is_in_the_audit_log(sessions: sessionmaker[Session]) -> None:
    assert rows(sessions, "account made") == [("(first start)", "admin", "the first administrator")]


def test_a_setting_that_changes_is_in_the_audit_log_once_and_a_secret_without_its_value(
    config: Config, sessions: sessionmaker[Session]
) -> None:
    plain = replace(config, secret_key="")
    note_settings(plain, sessions)
    assert rows(sessions, "settings") == []
    changed = replace(
        plain,
        site_private=True,
        trusted_networks=(ip_network("192.0.2.0/24"),),
        mail_password="hunter2hunter2",
        mail_from="site@example.org",
        keep_samples_days=30,
        port=9999,
        tolerance=timedelta(minutes=5),
    )
    starting = [threading.Thread(target=note_settings, args=(changed, sessions)) for _ in range(4)]
    for one in starting:
        one.start()
    for one in starting:
        one.join()
    assert sorted(rows(sessions, "settings")) == [
        ("(start)", "KEEP_SAMPLES_DAYS", "from 0 to 30"),
        ("(start)", "MAIL_FROM", "from nothing to site@example.org"),
        ("(start)", "MAIL_PASSWORD", "changed"),
        ("(start)", "SITE_PRIVATE", "from no to yes"),
        ("(start)", "TOLERANCE_MINUTES", "from 10 to 5"),
        ("(start)", "TRUSTED_NETWORKS", "from 127.0.0.0/8, ::1/128 to 192.0.2.0/24"),
    ]
    note_settings(replace(changed, mail_password="another password"), sessions)
    assert rows(sessions, "settings")[6:] == [("(start)", "MAIL_PASSWORD", "changed")]
    kept = (config.data_dir / "settings_seen").read_text(encoding="utf-8")
    assert "hunter2" not in kept
    assert "another password" not in kept
    assert (config.data_dir / "settings_seen").stat().st_mode & 0o777 == 0o600


def test_what_goes_with_age_is_in_the_audit_log(config: Config, sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        for day in range(1, 6):
            at = datetime(2020, 3, day, 12, tzinfo=UTC)
            store(session, [Posted("bms", "bms", '{"a": 1}', at, "stated")], datetime.now(UTC))
    sealing.seal(sessions, datetime.now(UTC), everything=True)
    engine, _ = open_database(config)
    for _ in range(2):
        expire(replace(config, keep_originals_days=30), engine)
    engine.dispose()
    [(who, what, said)] = rows(sessions, "thrown away")
    assert (who, what) == ("(worker)", "with age")
    assert said.startswith("originals of ")
