"""Settings: where they come from, which wins, and what a wrong one says."""

from __future__ import annotations

import json
import os
import stat
from datetime import timedelta
from ipaddress import ip_network
from multiprocessing import get_context
from pathlib import Path

import pytest

from app.config import Config
from app.security.secret_key import secret_key
from data.errors import ConfigError


def config_file(folder: Path, content: str) -> dict[str, str]:
    """The environment that names a settings file with that content."""
    path = folder / "config.json"
    path.write_text(content, encoding="utf-8")
    return {"ARBORETUM_CONFIG": str(path)}


def test_without_any_setting_the_site_listens_on_loopback_and_trusts_only_loopback(tmp_path: Path) -> None:
    config = Config.from_env(config_file(tmp_path, "{}"))
    assert (config.host, config.port) == ("127.0.0.1", 8050)
    assert config.trusted_networks == (ip_network("127.0.0.0/8"), ip_network("::1/128"))
    assert config.trusted_proxies == ()
    assert not config.site_private


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    environment = config_file(tmp_path, json.dumps({"SITE_NAME": "File", "PORT": 8100}))
    config = Config.from_env({**environment, "SITE_NAME": "Environment"})
    assert (config.site_name, config.port) == ("Environment", 8100)


def test_an_empty_variable_is_no_setting(tmp_path: Path) -> None:
    assert Config.from_env({**config_file(tmp_path, '{"PORT": 8100}'), "PORT": ""}).port == 8100


def test_both_names_of_the_database_are_read(tmp_path: Path) -> None:
    environment = config_file(tmp_path, "{}")
    for name in ("DATABASE_URL", "SQLALCHEMY_DATABASE_URI"):
        assert Config.from_env({**environment, name: "sqlite:////x.db"}).database_url == "sqlite:////x.db"


def test_a_named_database_gets_invented_documents_only_when_that_is_said(tmp_path: Path) -> None:
    environment = config_file(tmp_path, "{}")
    named = {**environment, "DATABASE_URL": "postgresql://db/site"}
    assert Config.from_env(environment).demo
    assert not Config.from_env(named).demo
    assert Config.from_env({**named, "DEMO": "yes"}).demo


def test_every_kind_of_setting_is_read(tmp_path: Path) -> None:
    config = Config.from_env(
        {
            **config_file(tmp_path, '{"TRUSTED_NETWORKS": ["10.0.0.0/8"], "SITE_PRIVATE": true}'),
            "TRUSTED_PROXIES": "192.0.2.1, 2001:db8::/32",
            "DATA_DIR": str(tmp_path),
            "SITE_TIMEZONE": "Europe/Berlin",
            "DEMO": "no",
            "TOLERANCE_MINUTES": "2.5",
        }
    )
    assert config.trusted_networks == (ip_network("10.0.0.0/8"),)
    assert config.trusted_proxies == (ip_network("192.0.2.1/32"), ip_network("2001:db8::/32"))
    assert config.data_dir == tmp_path
    assert config.site_timezone == "Europe/Berlin"
    assert (config.demo, config.site_private) == (False, True)
    assert config.tolerance == timedelta(minutes=2.5)


def test_all_wrong_settings_are_reported_at_once_with_their_place(tmp_path: Path) -> None:
    environment = config_file(tmp_path, '{"PORT": "high", "SITE_TIMEZONE": "Mars/Base"}')
    with pytest.raises(ConfigError) as caught:
        Config.from_env({**environment, "DEMO": "maybe", "TRUSTED_NETWORKS": "10.0.0.1/8", "SECRET_KEY": "short"})
    lines = str(caught.value).splitlines()
    assert [line.split(" ", 1)[0] for line in lines] == [
        "SECRET_KEY",
        "SITE_TIMEZONE",
        "TRUSTED_NETWORKS",
        "PORT",
        "DEMO",
    ]
    assert "config.json" in lines[1]
    assert "(environment)" in lines[4]
    assert "write yes or no" in lines[4]


def test_a_wrong_secret_is_not_repeated_in_the_message(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        Config.from_env({**config_file(tmp_path, "{}"), "SECRET_KEY": "hunter2"})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{“SECRET_KEY”: “0123456789abcdef”}", "typographic quotes"),
        ('{"SITE_NAME": "x",\n}', "trailing comma"),
        ("{“SITE_NAME”: “x”,\n}", 'typographic quotes (“ ”): replace them by straight ones (") and a trailing comma'),
        ("{", "line 1: not JSON: "),
        ("[]", "write an object"),
    ],
)
def test_a_file_that_is_not_json_is_told_why(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Config.from_env(config_file(tmp_path, content))
    assert said in str(caught.value)
    assert "config.json" in str(caught.value)


def test_a_named_file_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        Config.from_env({"ARBORETUM_CONFIG": str(tmp_path / "none.json")})


def test_the_secrets_are_not_in_the_printed_configuration() -> None:
    assert "0123456789abcdef" not in repr(Config(secret_key="0123456789abcdef"))


def test_a_secret_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    config = Config(data_dir=tmp_path / "new")
    key = secret_key(config)
    assert len(key) >= 32
    assert secret_key(config) == key
    assert stat.S_IMODE(os.stat(tmp_path / "new" / "secret_key").st_mode) == 0o600
    assert os.listdir(tmp_path / "new") == ["secret_key"]


def test_a_configured_secret_key_is_used_and_nothing_is_written(tmp_path: Path) -> None:
    assert secret_key(Config(data_dir=tmp_path, secret_key="0123456789abcdef")) == "0123456789abcdef"
    assert list(tmp_path.iterdir()) == []


def _key_in_a_process(folder: str) -> str:
    return secret_key(Config(data_dir=Path(folder)))


def test_workers_that_start_together_agree_on_the_secret_key(tmp_path: Path) -> None:
    with get_context("spawn").Pool(4) as pool:
        keys = pool.map(_key_in_a_process, [str(tmp_path)] * 8)
    assert len(set(keys)) == 1
