"""Query parameters of the JSON routes: their schemas, their checks and their values.

The JSON schema of a parameter is what its text is held against and what stands in /api/v1/openapi.json.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from werkzeug.datastructures import MultiDict

from data.errors import RangeError
from data.ranges import from_milliseconds, parse_instant, to_milliseconds, zone_named

FIRST_YEAR, LAST_YEAR = 1900, 9000
FIRST_MILLISECOND = to_milliseconds(datetime(FIRST_YEAR, 1, 1, tzinfo=UTC))
LAST_MILLISECOND = to_milliseconds(datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC)) - 1
A_DATE = len("2026-11-24")
# A plus sign in an address reads as a space: 2026-11-24T10:00 01:00 was meant to be +01:00.
LOST_PLUS = re.compile(r"^(.{11}\S+) (\d\d:\d\d)$")
INSTANT = (
    r"^(-?[0-9]{1,15}|[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+ -][0-9]{2}:[0-9]{2})?)?)$"
)
Schema = Mapping[str, Any]
Read = Callable[[str, tzinfo], Any]


def as_it_is(text: str, _zone: tzinfo) -> str:
    """The text itself."""
    return text


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of the query.  `many` may be repeated; `listed` holds several between commas; `loose` is told as it
    came, without a check."""

    name: str
    description: str
    schema: Schema
    read: Read = as_it_is
    default: Any = None
    required: bool = False
    many: bool = False
    listed: bool = False
    loose: bool = False

    def value(self, texts: list[str], zone: tzinfo) -> Any:
        """The value of the texts of a query.  Raises RangeError that says what would be valid."""
        if not texts:
            if self.required:
                raise RangeError(f"{self.name} is missing: {self.description}")
            return self.default
        if self.loose:
            return texts[0]
        if not self.many and len(texts) > 1:
            raise RangeError(f"{self.name} was given {len(texts)} times: give it once")
        parts = [part for text in texts for part in text.split(",")] if self.listed else texts
        for part in parts:
            if problem := misfit(part, self.schema):
                raise RangeError(f"{self.name} is {part[:80]!r}: {problem}")
        if self.many or self.listed:
            return tuple(dict.fromkeys(self.read(part, zone) for part in parts))
        return self.read(parts[0], zone)


def misfit(text: str, schema: Schema) -> str | None:
    """The reason why a text does not match the schema; None when it does."""
    if "enum" in schema:
        return None if text in schema["enum"] else f"it is one of {', '.join(schema['enum'])}"
    if schema["type"] == "integer":
        low, high = schema["minimum"], schema["maximum"]
        fits = re.fullmatch("[0-9]{1,18}", text, re.ASCII) is not None and low <= int(text) <= high
        return None if fits else f"it is a whole number from {low} to {high}"
    if not schema["minLength"] <= len(text) <= schema["maxLength"] or not text.isprintable():
        return f"it is a text of {schema['minLength']} to {schema['maxLength']} printable characters"
    if "pattern" in schema and re.search(schema["pattern"], text) is None:
        return f"write it like {schema['examples'][0]}"
    return None


def argument_values(
    parameters: tuple[Parameter, ...], query: MultiDict[str, str], strict: bool = True
) -> dict[str, Any]:
    """The value of each parameter, its default where the query lacks it.  Raises RangeError.

    Where it is not `strict`, names that nobody knows and parameters left empty are passed over.
    """
    if not (strict or query or any(parameter.required for parameter in parameters)):
        return {parameter.name: parameter.default for parameter in parameters}  # a post's usual case, and the fastest
    by_name = {parameter.name: parameter for parameter in parameters}
    if not strict:
        query = MultiDict((name, text) for name, text in query.items(multi=True) if text)
    for name in query if strict else ():
        if name not in by_name:
            takes = f"this route takes {', '.join(by_name)}" if by_name else "this route takes none"
            raise RangeError(f"there is no parameter {name[:80]!r}: {takes}")
    zone: tzinfo = UTC
    if TZ.name in by_name:
        zone = TZ.value(query.getlist(TZ.name), UTC)
    return {name: parameter.value(query.getlist(name), zone) for name, parameter in by_name.items()}


def instant(text: str, zone: tzinfo) -> datetime:
    """The instant of milliseconds since 1970, of a date (its midnight) or of a date with a time of day."""
    if re.fullmatch("-?[0-9]+", text):
        number = int(text)
        if not FIRST_MILLISECOND <= number <= LAST_MILLISECOND:  # Python's dates end not far beyond
            raise RangeError(f"{text} lies outside the years {FIRST_YEAR} to {LAST_YEAR}")
        at = from_milliseconds(number)
    else:
        at = parse_instant(f"{text} 00:00" if len(text) == A_DATE else LOST_PLUS.sub(r"\1+\2", text), zone)
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise RangeError(f"{text} lies outside the years {FIRST_YEAR} to {LAST_YEAR}")
    return at


def seconds(text: str, _zone: tzinfo) -> timedelta:
    """A length in seconds."""
    return timedelta(seconds=int(text))


def whole(text: str, _zone: tzinfo) -> int:
    """A whole number."""
    return int(text)


def zone_of(text: str, _zone: tzinfo) -> tzinfo:
    """The time zone of that name."""
    return zone_named(text)


def text_schema(most: int = 200, **more: Any) -> dict[str, Any]:
    """A text of one line."""
    return {"type": "string", "minLength": 1, "maxLength": most, **more}


def number_schema(low: int, high: int, **more: Any) -> dict[str, Any]:
    """A whole number from `low` to `high`."""
    return {"type": "integer", "minimum": low, "maximum": high, **more}


def choice_schema(*choices: str, **more: Any) -> dict[str, Any]:
    """One of these texts."""
    return {"type": "string", "enum": list(choices), **more}


INSTANT_SCHEMA = text_schema(40, pattern=INSTANT, examples=["2026-11-24T08:00:00Z", "2026-11-24", "1795507200000"])
INSTANT_TEXT = (
    "ISO 8601 with a time of day, a date (its midnight), or milliseconds since 1970; "
    "without an offset it is read in `tz`"
)

FROM = Parameter("from", f"The start of the window, part of it. {INSTANT_TEXT}.", INSTANT_SCHEMA, instant)
TO = Parameter("to", f"The end of the window, no part of it. {INSTANT_TEXT}.", INSTANT_SCHEMA, instant)
TZ = Parameter(
    "tz",
    "The time zone in which days begin and times without an offset are read; UTC when left out.",
    text_schema(64, pattern="^[A-Za-z0-9_+/-]+$", examples=["America/Los_Angeles"]),
    zone_of,
    default=UTC,
)
TIMES = Parameter(
    "times",
    "How instants are written: `ms`, milliseconds since 1970, or `iso`, texts like 2026-11-24T08:00:00Z.",
    choice_schema("ms", "iso"),
)
METRICS = Parameter(
    "metric",
    "A metric of the device, by its key; repeat it for several. All of them when left out.",
    text_schema(examples=["battery_voltage"]),
    many=True,
    default=(),
)
