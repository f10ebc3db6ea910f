"""Pages of stored documents for the plain pages: the newest first, from a time on, and a document as rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from data import queries
from data.queries import Latest
from data.ranges import TimeRange, from_milliseconds, to_milliseconds

EVER = TimeRange(from_milliseconds(-3_000_000_000_000), datetime(9001, 1, 1, tzinfo=UTC))
ONE_MILLISECOND = timedelta(milliseconds=1)
# A document may be as long as 1.2 MB: so many are read at once, and a page ends when they hold so many leaves.
AT_ONCE = 20
MOST_LEAVES_OF_PAGE = 20_000


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Documents of one device, the newest first; `before` is where the next page begins, None on the last."""

    entries: tuple[Latest, ...]
    before: int | None


def entry_page(session: Session, device_id: int, before: datetime | None, most: int) -> EntryPage:
    """The newest documents measured before that instant, about `most`: those of one instant stay together."""
    found: list[Latest] = []
    leaves = 0
    for one in newest_first(session, device_id, before):
        full = len(found) >= most or leaves > MOST_LEAVES_OF_PAGE
        if full and one.recorded_at != found[-1].recorded_at:
            return EntryPage(tuple(found), to_milliseconds(found[-1].recorded_at))
        found.append(one)
        leaves += sum(1 for _ in rows_of(one.content))
    return EntryPage(tuple(found), None)


def newest_first(session: Session, device_id: int, before: datetime | None) -> Iterator[Latest]:
    """The documents of all families, the newest first; of one instant none is left out."""
    while True:
        found = queries.documents(session, device_id, EVER, AT_ONCE, before)
        if len(found) < AT_ONCE:
            yield from found
            return
        # Another family's document of the last instant may not have had room: ask again for all of that instant.
        last_at = found[-1].recorded_at
        yield from (one for one in found if one.recorded_at != last_at)
        yield from queries.documents(session, device_id, TimeRange(last_at, last_at + ONE_MILLISECOND), AT_ONCE)
        before = last_at


def instant_of(milliseconds: str) -> datetime | None:
    """The instant of an address; None for what is none."""
    if not milliseconds.removeprefix("-").isdecimal() or len(milliseconds) > 15:
        return None
    number = int(milliseconds)
    if not to_milliseconds(EVER.start_at) <= number < to_milliseconds(EVER.end_at):
        return None
    return from_milliseconds(number)


def rows_of(content: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """(name, value) of every leaf: the name is the way to it, a {value, unit} is one leaf."""
    if isinstance(content, dict) and content:
        if set(content) == {"value", "unit"} and not isinstance(content["value"], (dict, list)):
            yield path, f"{shown(content['value'])} {shown(content['unit'])}".strip()
            return
        for key, value in content.items():
            yield from rows_of(value, f"{path} / {key}" if path else str(key))
    elif isinstance(content, list) and any(isinstance(one, (dict, list)) for one in content):
        for place, value in enumerate(content, start=1):
            yield from rows_of(value, f"{path} / {place}" if path else str(place))
    elif isinstance(content, list):
        yield path, ", ".join(shown(one) for one in content)
    elif content != {} or path:
        yield path, "" if content == {} else shown(content)


def shown(value: Any) -> str:
    """A leaf as a reader has it: 0 is a value, null is not."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
