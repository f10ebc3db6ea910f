"""Times that stand in a document as texts, as numbers; the template keeps how they are written.

`"2026-06-01T12:00:05.250Z"` is the mark `T3Z` and the number 1780315205250: milliseconds since 1970 by the clock that
wrote it, whatever its zone.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

# Begins the mark in a template, in front of the slot; JSON forbids it raw, as it does the slot.
TIME = "\x02"
# The value of a key: a date, or a date and a time of day with or without seconds, their decimals, and a zone.
WRITTEN = re.compile(
    r':(?: ?)"'
    r"(2[01]\d\d-[01]\d-[0-3]\d)(?:([T ])([0-2]\d:[0-5]\d)(?::([0-5]\d)(?:\.(\d{1,6}))?)?(Z|[+-]\d\d:?\d\d)?)?"
    r'(?=")'
)
_MARK = re.compile(r"d|([T ])([ms1-6])(Z|[+-]\d\d:?\d\d)?")
FIRST_DASHES = 8
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the zone stays in the mark


def may_be_in(text: str) -> bool:
    """Whether it is worth a look: far faster than the pattern.  The text has five characters at least.

    A date has a dash behind its year, and a search for one character takes a hundredth of the time of one for two.
    """
    place = text.find("-")
    for _ in range(FIRST_DASHES):
        if place < 0:
            return False
        if text[place - 5] == '"' and text[place - 4] == "2":
            return True
        place = text.find("-", place + 1)
    return ':"2' in text or ': "2' in text


def mark_and_number(written: re.Match[str]) -> tuple[str, int] | None:
    """How a match of WRITTEN is written, and its number; None for a day that no month has, or an hour of no day."""
    day, separator, minute, second, decimals, zone = written.groups()
    try:
        since = datetime.fromisoformat(f"{day}T{minute or '00:00'}:{second or '00'}") - _EPOCH
    except ValueError:
        return None
    if minute is None:
        return "d", since.days
    seconds = since.days * 86_400 + since.seconds
    if second is None:
        return f"{separator}m{zone or ''}", seconds // 60
    if decimals is None:
        return f"{separator}s{zone or ''}", seconds
    return f"{separator}{len(decimals)}{zone or ''}", seconds * 10 ** len(decimals) + int(decimals)


def text(mark: str, number: int) -> str:
    """The time as it was written.  Raises ValueError for a mark that is none."""
    parts = _MARK.fullmatch(mark)
    if parts is None:
        raise ValueError(f"{mark!r} says of no time how it is written")
    separator, unit, zone = parts.groups(default="")
    if not unit:
        return (_EPOCH + timedelta(days=number)).date().isoformat()
    digits = int(unit) if unit.isdigit() else 0
    seconds, decimals = divmod(number * (60 if unit == "m" else 1), 10**digits)
    at = (_EPOCH + timedelta(seconds=seconds)).isoformat(separator, "minutes" if unit == "m" else "seconds")
    return at + (f".{decimals:0{digits}}" if digits else "") + zone


def stand_in(mark: str, slot: int) -> int:
    """A number for that slot whose text no other slot's stand-in has: so many days after the first of 1970."""
    unit = mark[1:2]
    in_a_day = 86_400 * 10 ** int(unit) if unit.isdigit() else {"": 1, "m": 1_440, "s": 86_400}[unit]
    return (slot + 1) * in_a_day
