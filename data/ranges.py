"""Instants and windows: aware UTC inside, integer milliseconds at rest, any offset at the edge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from data.errors import RangeError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ONE_MILLISECOND = timedelta(milliseconds=1)


def to_milliseconds(at: datetime) -> int:
    """Whole milliseconds since 1970-01-01T00:00Z; a naive datetime is a ValueError."""
    if at.tzinfo is None:
        raise ValueError(f"naive datetime {at.isoformat()}: give it a time zone")
    return (at - EPOCH) // ONE_MILLISECOND


def from_milliseconds(milliseconds: int) -> datetime:
    """The aware UTC instant of `to_milliseconds`."""
    return EPOCH + timedelta(milliseconds=milliseconds)


def parse_instant(text: str, zone: tzinfo = UTC) -> datetime:
    """Read `2019-12-03 11:40:00`, with `T` for the space, without seconds, or with an offset.

    A text without an offset is read in `zone`.  Returns aware UTC.  Raises RangeError for anything else.
    """
    stripped = text.strip()
    try:
        at = datetime.fromisoformat(stripped)
    except ValueError as cause:
        raise RangeError(f"cannot read {text!r} as a date: write it like 2019-12-03 11:40:00") from cause
    if len(stripped) <= len("2019-12-03"):
        raise RangeError(f"{text!r} has no time of day: write it like 2019-12-03 11:40:00")
    if at.tzinfo is None:
        at = at.replace(tzinfo=zone)
    try:
        return at.astimezone(UTC)
    except OverflowError as cause:
        raise RangeError(f"{text!r} lies outside the years that can be stored") from cause


def zone_named(name: str) -> ZoneInfo:
    """The zone of an IANA name such as America/Los_Angeles.  Raises RangeError when there is none of that name."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as cause:
        raise RangeError(f"no time zone named {name!r}: use a name like America/Los_Angeles") from cause


@dataclass(frozen=True, slots=True)
class TimeRange:
    """A half-open window [start_at, end_at), aware UTC."""

    start_at: datetime
    end_at: datetime

    def __post_init__(self) -> None:
        if self.start_at.tzinfo is None or self.end_at.tzinfo is None:
            raise ValueError("a TimeRange takes aware datetimes")
        if self.end_at < self.start_at:
            start, end = self.start_at.isoformat(), self.end_at.isoformat()
            raise RangeError(f"the window ends ({end}) before it starts ({start}): change them round")

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return (self.end_at - self.start_at).total_seconds()

    @classmethod
    def last(cls, length: timedelta, end_at: datetime) -> TimeRange:
        """The window of that length that ends at `end_at`."""
        return cls(end_at - length, end_at)
