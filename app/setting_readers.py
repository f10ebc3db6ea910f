"""Readers of settings: each takes a value of the file or the environment, and raises ValueError with what to write."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from data.errors import RangeError
from data.ranges import zone_named

Network = IPv4Network | IPv6Network

# auto: from the start on port 465, else when the server offers it, and always with credentials.
MAIL_TLS = ("auto", "starttls", "tls", "no")
YES = ("yes", "true", "on", "1")
NO = ("no", "false", "off", "0")


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
