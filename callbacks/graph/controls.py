"""The controls of a graph page, read: a window, an interval, a tick format, or an error at a field in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from callbacks.graph.date_format import d3_format
from data.errors import RangeError
from data.ranges import TimeRange, parse_instant
from pages.graph.form import CUSTOM

QUICK = {
    "6h": timedelta(hours=6),
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
}
STILL_COMING = timedelta(days=2)
LONGEST_INTERVAL_MINUTES = 527_040  # 366 days
FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True, slots=True)
class Selection:
    """The window and how it is drawn; `rolling` is a window that ends now.  With `errors` (field name -> words) nothing
    is drawn."""

    window: TimeRange | None
    interval: timedelta
    tick_format: str
    rolling: bool
    errors: Mapping[str, str] = field(default_factory=dict)


def selection(
    values: Mapping[str, Any],
    now: datetime,
    zone: ZoneInfo,
    spans: Sequence[TimeRange],
    longest: int = LONGEST_INTERVAL_MINUTES,
) -> Selection:
    """Read the controls; `spans` are those in which the chosen devices have data, for the range `all`.

    `longest` is the longest interval in minutes.
    """
    errors: dict[str, str] = {}
    interval = timedelta(minutes=10)
    try:
        interval = interval_of(values["interval"], longest)
    except RangeError as error:
        errors["interval"] = str(error)
    tick_format = ""
    try:
        tick_format = d3_format(values["date_format"] or "")
    except RangeError as error:
        errors["date_format"] = str(error)
    rolling = values["range"] != CUSTOM
    window = None
    if rolling:
        window = quick_window(values["range"], now, spans)
    else:
        window, wrong = own_window(values["start"], values["end"], zone)
        errors.update(wrong)
    return Selection(window, interval, tick_format, rolling, errors)


def interval_of(text: Any, longest: int = LONGEST_INTERVAL_MINUTES) -> timedelta:
    """The interval of a field: a multiple of ten, from 10 to `longest`.  Raises RangeError in the reader's words."""
    stripped = str(text if text is not None else "").strip()
    if not stripped.isdecimal() or not stripped.isascii():
        raise RangeError("Give whole minutes, such as 10 or 60.")
    minutes = int(stripped[:9])
    if minutes == 0 or minutes % 10:
        lower = minutes // 10 * 10
        near = f"{lower} or {lower + 10}" if lower else "10"
        raise RangeError(f"Must be a multiple of 10, above 0: try {near}.")
    if minutes > longest:
        raise RangeError(f"At most {longest} minutes{', a year' if longest == LONGEST_INTERVAL_MINUTES else ''}.")
    return timedelta(minutes=minutes)


def quick_window(name: str, now: datetime, spans: Sequence[TimeRange]) -> TimeRange:
    """The window of a quick range, which ends now; `all` holds all data, and ends now where data still comes."""
    length = QUICK.get(name)
    if length is not None:
        return TimeRange.last(length, now)
    if not spans:
        return TimeRange.last(QUICK["24h"], now)
    first, last = min(span.start_at for span in spans), max(span.end_at for span in spans)
    end = now if now - last < STILL_COMING else last + timedelta(minutes=1)
    return TimeRange(min(first, end - timedelta(minutes=10)), end)


def own_window(start: str | None, end: str | None, zone: ZoneInfo) -> tuple[TimeRange | None, dict[str, str]]:
    """The window between two fields in site time, and what is wrong with them."""
    errors = {}
    instants = {}
    for name, text in (("start", start), ("end", end)):
        if not text:
            errors[name] = f"Choose {'a start' if name == 'start' else 'an end'}: a date and a time."
            continue
        try:
            instants[name] = parse_instant(text, zone)
        except RangeError:
            errors[name] = "Write it like 2019-12-03T11:40."
            continue
        if not FIRST_YEAR <= instants[name].year < LAST_YEAR:
            errors[name] = f"The year must lie between {FIRST_YEAR} and {LAST_YEAR - 1}."
    if not errors and instants["end"] <= instants["start"]:
        errors["end"] = "The end must come after the start."
    return (None, errors) if errors else (TimeRange(instants["start"], instants["end"]), {})


def field_text(at: datetime, zone: ZoneInfo) -> str:
    """An instant as a date-time field holds it, in site time to the minute."""
    return at.astimezone(zone).strftime("%Y-%m-%dT%H:%M")


def controls_after(
    values: Mapping[str, Any], triggered: str | None, suggestion: Mapping[str, Any] | None, now: str
) -> dict[str, Any]:
    """The controls after a change of `triggered`.

    A typed start or end makes the window the reader's own; the button of an empty graph takes the suggestion.  An
    address that gives a start and no end means until `now`, the text of this moment.
    """
    after = dict(values)
    if triggered in ("start", "end"):
        after["range"] = CUSTOM
    elif triggered == "go-there" and isinstance(suggestion, Mapping):
        after.update(suggestion)
    elif triggered in (None, "theme") and after["range"] == CUSTOM and after["start"] and not after["end"]:
        after["end"] = now
    return after
