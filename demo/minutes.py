"""The model's time: whole minutes since 1970 (UTC), local solar days, and weeks, the unit in which weather is made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/Los_Angeles")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = 1440
WEEK = 7 * DAY
# Pacific standard time, all year: a day of the weather begins when the sun is lowest, not when a clock is turned.
OFFSET = 8 * 60


def minute_of(at: datetime) -> int:
    """The whole minute an instant lies in."""
    return (at - EPOCH) // timedelta(minutes=1)


def instant_of(minute: float) -> datetime:
    """The instant of a minute, aware UTC; fractions of a minute are allowed."""
    return EPOCH + timedelta(minutes=minute)


def day_of(minute: int) -> int:
    """The number of the local solar day a minute belongs to."""
    return (minute - OFFSET) // DAY


def start_of_day(day: int) -> int:
    """The first minute of a local solar day."""
    return day * DAY + OFFSET


def week_of(minute: int) -> int:
    """The number of the week a minute belongs to; weeks are made of whole local solar days."""
    return (minute - OFFSET) // WEEK


def start_of_week(week: int) -> int:
    """The first minute of a week."""
    return week * WEEK + OFFSET
