"""Settings: a JSON file, the environment over it, every wrong one reported at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any, TypeVar

from app import setting_readers as read
from app.settings_file import read_file
from data.errors import ConfigError
from data.families import FAMILIES

PROJECT = Path(__file__).resolve().parent.parent
SYSTEM_FILE = Path("/etc/config.json")
LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
# What stands beside the password of the first start.
GOOD_ONCE = "it is for choosing your own; until then it opens the site on this machine only"
SECRETS = ("secret_key", "old_secret_keys", "mail_password", "database_url")
DAYS = read.whole(0, 100_000)
Value = TypeVar("Value")


def setting(default: Value, reader: Callable[[Any], Value], *names: str) -> Value:
    """A field with its default and its reader; `names` where the setting is not called as the field is, in capitals."""
    return field(default=default, metadata={"reader": reader, "names": names})


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What an installation decides for itself; the meaning of each setting is in docs/operations.md."""

    data_dir: Path = setting(PROJECT / "var", read.folder)
    database_url: str = setting("", read.text, "DATABASE_URL", "SQLALCHEMY_DATABASE_URI")  # empty: SQLite in data_dir
    secret_key: str = setting("", read.secret)  # empty: made once, kept in data_dir/secret_key
    old_secret_keys: tuple[str, ...] = setting((), read.secrets)  # whose peppers may still stand in hashes of passwords
    site_url: str = setting("", read.web_address)  # where readers find the site, for links in e-mails; empty: local_url
    allowed_hosts: tuple[str, ...] = setting((), read.texts)  # empty: any name
    posts_per_minute: int = setting(600, read.whole(1, 1_000_000))
    site_name: str = setting("Arboretum", read.text)
    site_timezone: str = setting("America/Los_Angeles", read.time_zone)
    site_private: bool = setting(False, read.yes_or_no)
    trusted_networks: tuple[read.Network, ...] = setting(LOOPBACK, read.networks)
    trusted_proxies: tuple[read.Network, ...] = setting((), read.networks)
    host: str = setting("127.0.0.1", read.text)
    port: int = setting(8050, read.whole(1, 65535))
    workers: int = setting(2, read.whole(1, 64))
    threads: int = setting(4, read.whole(1, 256))
    demo: bool = setting(True, read.yes_or_no)
    cookie_secure: bool = setting(False, read.yes_or_no)
    tolerance: timedelta = setting(timedelta(minutes=10), read.minutes, "TOLERANCE_MINUTES")
    tolerance_daily: timedelta = setting(timedelta(hours=11), read.minutes, "TOLERANCE_DAILY_MINUTES")
    tolerance_sensor: timedelta = setting(timedelta(minutes=10), read.minutes, "TOLERANCE_SENSOR_MINUTES")
    keep_originals_days: int = setting(0, DAYS)  # 0: for ever; so with the next three
    keep_samples_days: int = setting(0, DAYS)
    keep_ten_minutes_days: int = setting(0, DAYS)
    keep_hours_days: int = setting(0, DAYS)
    mail_server: str = setting("", read.text)
    mail_port: int = setting(587, read.whole(1, 65535))
    mail_tls: str = setting("auto", read.mail_tls)
    mail_username: str = setting("", read.text)
    mail_password: str = setting("", read.text)
    mail_from: str = setting("", read.mail_address)

    def __repr__(self) -> str:
        """All but the secrets, so that a log line cannot give them away."""
        shown = (f"{field.name}={getattr(self, field.name)!r}" for field in fields(self) if field.name not in SECRETS)
        return f"Config({', '.join(shown)})"

    def tolerance_of(self, family: str) -> timedelta:
        """How far from the moment of a question a document of that family may lie."""
        rules = {"instant": self.tolerance, "day": self.tolerance_daily, "sensor": self.tolerance_sensor}
        return rules[FAMILIES[family].clock_rule]

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Config:
        """Read ARBORETUM_CONFIG or /etc/config.json, then the environment over it.

        Raises ConfigError which lists every wrong setting, one a line.
        """
        environment = os.environ if environ is None else environ
        named = environment.get("ARBORETUM_CONFIG", "")
        stated: dict[str, tuple[Any, str]] = {}
        if named or SYSTEM_FILE.exists():
            path = Path(named) if named else SYSTEM_FILE
            stated = {name: (value, str(path)) for name, value in read_file(path).items() if value not in ("", None)}
        stated |= {name: (environment[name], "environment") for name in SETTINGS if environment.get(name)}
        values = checked(stated)
        if values.get("mail_server") and not values.get("site_url"):
            raise ConfigError(
                "MAIL_SERVER: e-mails carry links; set SITE_URL as well, like https://arboretum.example.org"
            )
        if values.get("mail_username") and values.get("mail_tls") == "no":
            raise ConfigError("MAIL_TLS: no would send MAIL_PASSWORD for all to read; write starttls or tls")
        # A database somebody has named may hold real documents: invented ones come into it only when that is said.
        values.setdefault("demo", not values.get("database_url"))
        return cls(**values)


# Setting -> (field, reader).  A later name of the same field wins over an earlier one.
SETTINGS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    name: (row.name, row.metadata["reader"])
    for row in fields(Config)
    for name in row.metadata["names"] or (row.name.upper(),)
}


def checked(stated: Mapping[str, tuple[Any, str]]) -> dict[str, Any]:
    """The fields of the settings stated, each as (value, where it was read).  Raises one ConfigError for all."""
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for name, (key, reader) in SETTINGS.items():
        if name not in stated:
            continue
        value, place = stated[name]
        try:
            values[key] = reader(value)
        except ValueError as problem:
            shown = "" if key in SECRETS else f"{value!r}: "
            wrong.append(f"{name} ({place}): {shown}{problem}")
    if wrong:
        raise ConfigError("\n".join(wrong))
    return values
