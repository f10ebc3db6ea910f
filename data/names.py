"""What users, sensors, devices and e-mail addresses may be called, for forms, commands, imports and the collector."""

from __future__ import annotations

import re

from data.errors import DocumentError

LONGEST_NAME = 60
LONGEST_SENSOR_NAME = 20
# Parts between dots are never empty: nothing could be sent to such an address.
EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
# What a name given today is made of: it becomes an address, a command to copy, a file in an export.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]*")
NAME_RULE = (
    "Use letters, digits, dot, dash and underscore, beginning with a letter or digit: the name becomes an address."
)
# What a controller or a battery manager is called.
SLUG = re.compile(r"[a-z0-9][a-z0-9_.-]{0,39}")
UNSEEN = "There are characters in it that nobody can see: write it anew."
PATHS = (".", "..")  # an address with one of these is another address to every program that reads it


def is_in_an_address(name: str, longest: int) -> bool:
    """Whether an address may hold the name, and a line of a terminal; what was imported need not keep to NAME."""
    return 0 < len(name) <= longest and "/" not in name and name.isprintable() and name not in PATHS


def is_email(address: str) -> bool:
    """Whether that is an e-mail address which can be kept."""
    return len(address) <= LONGEST_NAME and EMAIL.fullmatch(address) is not None


def one_line(text: str) -> str:
    """The text with single blanks.  Raises DocumentError when it has characters that nobody can see."""
    words = " ".join(text.split())
    if not words.isprintable():
        raise DocumentError(UNSEEN)
    return words


def checked_sensor_name(name: str) -> str:
    """The name without the blanks around it.  Raises DocumentError for one that cannot be a sensor's, not even one
    that was imported: a name given today keeps to NAME."""
    name = name.strip()
    if not is_in_an_address(name, LONGEST_SENSOR_NAME):
        raise DocumentError(f"the name must have 1 to {LONGEST_SENSOR_NAME} printable characters and no slash")
    return name
