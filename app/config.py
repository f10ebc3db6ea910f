"""Settings: a JSON file, the environment over it, every wrong one reported at once."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from data.errors import ConfigError, RangeError
from data.families import FAMILIES
from data.ranges import zone_named

Network = IPv4Network | IPv6Network

PROJECT = Path(__file__).resolve().parent.parent
SYSTEM_FILE = Path("/etc/config.json")
LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
# auto: from the start on port 465, else when the server offers it, and always with credentials.
MAIL_TLS = ("auto", "starttls", "tls", "no")
# What stands beside the password of the first start.
GOOD_ONCE = "it is for choosing your own; until then it opens the site on this machine only"
YES = ("yes", "true", "on", "1")
NO = ("no", "false", "off", "0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What an installation decides for itself; the meaning of each setting is in docs/operations.md."""

    data_dir: Path = PROJECT / "var"
    database_url: str = ""  # empty: SQLite in data_dir
    secret_key: str = ""  # empty: made once, kept in data_dir/secret_key
    old_secret_keys: tuple[str, ...] = ()  # whose peppers may still stand in hashes of passwords
    site_url: str = ""  # where readers find the site, for links in e-mails; empty: the local address
    allowed_hosts: tuple[str, ...] = ()  # empty: any name
    posts_per_minute: int = 600
    site_name: str = "Arboretum"
    site_timezone: str = "America/Los_Angeles"
    site_private: bool = False
    trusted_networks: tuple[Network, ...] = LOOPBACK
    trusted_proxies: tuple[Network, ...] = ()
    host: str = "127.0.0.1"
    port: int = 8050
    workers: int = 2
    threads: int = 4
    demo: bool = True
    cookie_secure: bool = False
    tolerance: timedelta = timedelta(minutes=10)
    tolerance_daily: timedelta = timedelta(hours=11)
    tolerance_sensor: timedelta = timedelta(minutes=10)
    keep_originals_days: int = 0  # 0: for ever; so with the next three
    keep_samples_days: int = 0
    keep_ten_minutes_days: int = 0
    keep_hours_days: int = 0
    mail_server: str = ""
    mail_port: int = 587
    mail_tls: str = "auto"  # one of MAIL_TLS
    mail_username: str = ""
    mail_password: str = ""
    mail_from: str = ""

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


def yes_or_no(value: Any) -> bool:
    """A yes or a no, however it was spelled."""
    word = str(value).strip().lower()
    if word in YES or word in NO:
        return word in YES
    raise ValueError("write yes or no")


def networks(value: Any) -> tuple[Network, ...]:
    """A list, or a text separated by commas or spaces, of addresses and networks."""
    names = value if isinstance(value, list) else re.split(r"[,\s]+", str(value).strip())
    try:
        return tuple(ip_network(str(name).strip()) for name in names if str(name).strip())
    except ValueError as cause:
        raise ValueError(f"{cause}; write networks like 192.168.1.0/24, separated by commas") from cause


def whole(low: int, high: int) -> Callable[[Any], int]:
    """A reader of whole numbers from `low` to `high`."""

    def read(value: Any) -> int:
        problem = ValueError(f"write a whole number from {low} to {high}")
        if isinstance(value, bool):
            raise problem
        try:
            number = int(str(value).strip())
        except ValueError:
            raise problem from None
        if not low <= number <= high:
            raise problem
        return number

    return read


def minutes(value: Any) -> timedelta:
    """A length in minutes, whole or not, above 0 and up to a week."""
    problem = ValueError("write minutes, above 0 and up to 10080")
    try:
        number = float(str(value).strip())
    except ValueError:
        raise problem from None
    if not 0 < number <= 10080:
        raise problem
    return timedelta(minutes=number)


def time_zone(value: Any) -> str:
    """The name of a time zone that this machine knows."""
    try:
        zone_named(str(value).strip())
    except RangeError as cause:
        raise ValueError(str(cause)) from cause
    return str(value).strip()


def text(value: Any) -> str:
    """A text as it stands; numbers are taken as their digits."""
    if isinstance(value, (dict, list, bool)):
        raise ValueError("write a text")
    return str(value)


def folder(value: Any) -> Path:
    """A folder, with ~ for the home folder; made where it is missing."""
    return Path(text(value)).expanduser().absolute()


def secret(value: Any) -> str:
    """A secret key of at least 16 characters."""
    if len(text(value)) < 16:
        raise ValueError("write at least 16 characters, or leave it out: a key is then made in DATA_DIR")
    return text(value)


def texts(value: Any) -> tuple[str, ...]:
    """A list, or a text separated by commas or spaces."""
    parts = value if isinstance(value, list) else re.split(r"[,\s]+", text(value))
    return tuple(text(part).strip() for part in parts if part)


def secrets(value: Any) -> tuple[str, ...]:
    """Secret keys of earlier times."""
    return tuple(secret(key) for key in texts(value))


def web_address(value: Any) -> str:
    """The address of a site, without a path or a slash at its end."""
    address = urlsplit(text(value).strip())
    if address.scheme not in ("http", "https") or not address.hostname or address.path.strip("/") or address.query:
        raise ValueError("write an address like https://arboretum.example.org")
    return f"{address.scheme}://{address.netloc}"


def mail_tls(value: Any) -> str:
    """One of MAIL_TLS."""
    word = "no" if value is False else text(value).strip().lower()
    if word not in MAIL_TLS:
        raise ValueError(f"write one of {', '.join(MAIL_TLS)}")
    return word


def mail_address(value: Any) -> str:
    """One e-mail address."""
    if not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", text(value)):
        raise ValueError("write an address like site@example.org")
    return text(value)


# Setting -> (field, reader).  A later row with the same field wins over an earlier one.
SETTINGS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "DATA_DIR": ("data_dir", folder),
    "DATABASE_URL": ("database_url", text),
    "SQLALCHEMY_DATABASE_URI": ("database_url", text),
    "SECRET_KEY": ("secret_key", secret),
    "OLD_SECRET_KEYS": ("old_secret_keys", secrets),
    "SITE_URL": ("site_url", web_address),
    "ALLOWED_HOSTS": ("allowed_hosts", texts),
    "POSTS_PER_MINUTE": ("posts_per_minute", whole(1, 1_000_000)),
    "SITE_NAME": ("site_name", text),
    "SITE_TIMEZONE": ("site_timezone", time_zone),
    "SITE_PRIVATE": ("site_private", yes_or_no),
    "TRUSTED_NETWORKS": ("trusted_networks", networks),
    "TRUSTED_PROXIES": ("trusted_proxies", networks),
    "HOST": ("host", text),
    "PORT": ("port", whole(1, 65535)),
    "WORKERS": ("workers", whole(1, 64)),
    "THREADS": ("threads", whole(1, 256)),
    "DEMO": ("demo", yes_or_no),
    "COOKIE_SECURE": ("cookie_secure", yes_or_no),
    "TOLERANCE_MINUTES": ("tolerance", minutes),
    "TOLERANCE_DAILY_MINUTES": ("tolerance_daily", minutes),
    "TOLERANCE_SENSOR_MINUTES": ("tolerance_sensor", minutes),
    "KEEP_ORIGINALS_DAYS": ("keep_originals_days", whole(0, 100_000)),
    "KEEP_SAMPLES_DAYS": ("keep_samples_days", whole(0, 100_000)),
    "KEEP_TEN_MINUTES_DAYS": ("keep_ten_minutes_days", whole(0, 100_000)),
    "KEEP_HOURS_DAYS": ("keep_hours_days", whole(0, 100_000)),
    "MAIL_SERVER": ("mail_server", text),
    "MAIL_PORT": ("mail_port", whole(1, 65535)),
    "MAIL_TLS": ("mail_tls", mail_tls),
    "MAIL_USERNAME": ("mail_username", text),
    "MAIL_PASSWORD": ("mail_password", text),
    "MAIL_FROM": ("mail_from", mail_address),
}
SECRETS = ("secret_key", "old_secret_keys", "mail_password", "database_url")


def checked(stated: Mapping[str, tuple[Any, str]]) -> dict[str, Any]:
    """The fields of the settings stated, each as (value, where it was read).  Raises one ConfigError for all."""
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for name, (field, read) in SETTINGS.items():
        if name not in stated:
            continue
        value, place = stated[name]
        try:
            values[field] = read(value)
        except ValueError as problem:
            shown = "" if field in SECRETS else f"{value!r}: "
            wrong.append(f"{name} ({place}): {shown}{problem}")
    if wrong:
        raise ConfigError("\n".join(wrong))
    return values


def read_file(path: Path) -> dict[str, Any]:
    """The settings in a JSON file.  Raises ConfigError that says where it stops being JSON, and why if it can tell."""
    try:
        content = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as cause:
        raise ConfigError(f"{path}: cannot be read ({cause}); ARBORETUM_CONFIG names another file") from cause
    try:
        settings = json.loads(content)
    except json.JSONDecodeError as cause:
        raise ConfigError(f"{path}, line {cause.lineno}: {why_not_json(content, cause)}") from cause
    if not isinstance(settings, dict):
        raise ConfigError(f'{path}: write an object, {{"SITE_NAME": "My site"}}')
    return settings


def why_not_json(content: str, cause: json.JSONDecodeError) -> str:
    """The mistakes people make in such a file, by name."""
    reasons = []
    if re.search("[\u2018\u2019\u201c\u201d\u201e\u00ab\u00bb]", content):
        reasons.append('typographic quotes (\u201c \u201d): replace them by straight ones (")')
    if re.search(r",\s*[}\]]", content):
        reasons.append("a trailing comma: take away the comma before the closing bracket")
    return "not JSON, it has " + " and ".join(reasons) if reasons else f"not JSON: {cause}"


def local_url(config: Config) -> str:
    """The address of the site for programs on this machine."""
    host = config.host if is_loopback(config.host) else "127.0.0.1"
    return f"http://{bracketed(host)}:{config.port}"


def is_loopback(host: str) -> bool:
    """Whether that host is this machine's loopback."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def bracketed(host: str) -> str:
    """The host as it stands in an address."""
    return f"[{host}]" if ":" in host else host
