"""The cells of a table: numbers as people and loggers write them, and instants."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo

from data.errors import RangeError
from data.ranges import from_milliseconds, parse_instant

DECIMALS = ("auto", "point", "comma")
NOTHING = frozenset({"", "-", "--", "nan", "null", "none", "n/a", "na", "#n/a"})
MOST_DIGITS = 18
# Seconds reach this in the year 5138, milliseconds in 1973.
FIRST_MILLISECONDS = 1e11
TIME_FORMATS = ("auto", "iso", "epoch", "epoch-ms")
_SPACES = str.maketrans({" ": None, "\u00a0": None, "\u202f": None, "\u2009": None, "\u2212": "-"})
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_GROUPED_BY_COMMAS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
_GROUPED_BY_POINTS = re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d*)?")
_EPOCH = re.compile(r"-?\d{9,}([.,]\d+)?")

Number = int | float
ReadTime = Callable[[str], datetime]


def is_nothing(text: str) -> bool:
    """Whether a cell says that there is no value."""
    return text.strip().lower() in NOTHING


def parse_number(text: str, decimal: str = "auto", delimiter: str = ",") -> Number:
    """The number in a cell, whole where it is written whole.  Raises ValueError in words."""
    bare = text.translate(_SPACES).strip()
    plain = _with_point(bare, decimal, delimiter)
    if not _NUMBER.fullmatch(plain):
        raise ValueError(f"{text!r} is no number: correct it, or leave the cell empty")
    if plain.lstrip("+-").isdigit() and len(plain) <= MOST_DIGITS:
        return int(plain)
    value = float(plain)
    if not math.isfinite(value):
        raise ValueError(f"{text!r} is too large a number: leave the cell empty")
    return value


def _with_point(bare: str, decimal: str, delimiter: str) -> str:
    if "," not in bare and decimal != "comma":
        return bare
    if decimal == "comma" or (decimal == "auto" and bare.rfind(",") > bare.rfind(".") and bare.count(",") == 1):
        if decimal == "auto" and delimiter == "," and _GROUPED_BY_COMMAS.fullmatch(bare):
            raise ValueError(f"{bare!r} may be a thousand or a fraction: say --decimal comma or --decimal point")
        if "." in bare and not _GROUPED_BY_POINTS.fullmatch(bare):
            return bare
        return bare.replace(".", "").replace(",", ".")
    return bare.replace(",", "") if _GROUPED_BY_COMMAS.fullmatch(bare) else bare


def time_reader(time_format: str, zone: tzinfo) -> ReadTime:
    """How the cells of a time column are read: a name of TIME_FORMATS or a format of strptime; naive ones in `zone`.

    The reader raises RangeError in words.
    """
    if time_format in ("epoch", "epoch-ms"):
        return lambda text: _from_epoch(text, 1000 if time_format == "epoch" else 1)
    if time_format == "iso":
        return lambda text: parse_instant(text, zone)
    if time_format == "auto":
        return lambda text: _from_epoch(text) if _EPOCH.fullmatch(text.strip()) else parse_instant(text, zone)

    def read(text: str) -> datetime:
        try:
            at = datetime.strptime(text.strip(), time_format)  # noqa: DTZ007 - the zone comes on the next line
            return (at if at.tzinfo is not None else at.replace(tzinfo=zone)).astimezone(UTC)
        except (ValueError, OverflowError) as cause:
            raise RangeError(f"{text!r} is not of the --time-format {time_format!r} ({cause})") from cause

    return read


def _from_epoch(text: str, factor: int | None = None) -> datetime:
    try:
        value = float(text.strip().replace(",", "."))
        if factor is None:
            factor = 1 if abs(value) >= FIRST_MILLISECONDS else 1000
        return from_milliseconds(round(value * factor))
    except (ValueError, OverflowError) as cause:
        raise RangeError(f"cannot read {text!r} as seconds or milliseconds since 1970") from cause
