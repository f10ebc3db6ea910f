"""Lists of stored documents, the newest first, page by page; and a document as rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from data import queries
from data.document import posted_value
from data.queries import Latest
from data.ranges import from_milliseconds, to_milliseconds

# A document may be as long as 1.2 MB: a page ends when its documents hold so many leaves.
MOST_LEAVES_OF_PAGE = 20_000


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Documents of one device, the newest first; `before` is where the next page begins, None on the last."""

    entries: tuple[Latest, ...]
    before: int | None


def entry_page(session: Session, device_id: int, before: datetime | None, most: int) -> EntryPage:
    """The newest documents measured before that instant, about `most`: those of one instant stay together."""
    documents: list[Latest] = []
    leaves = 0
    for document in queries.newest_first(session, device_id, queries.EVER, before):
        full = len(documents) >= most or leaves > MOST_LEAVES_OF_PAGE
        if full and document.recorded_at != documents[-1].recorded_at:
            return EntryPage(tuple(documents), to_milliseconds(documents[-1].recorded_at))
        documents.append(document)
        leaves += sum(1 for _ in rows_of(document.content))
    return EntryPage(tuple(documents), None)


def instant_of(milliseconds: str) -> datetime | None:
    """The instant in an address; None when it is invalid."""
    if not milliseconds.removeprefix("-").isdecimal() or len(milliseconds) > 15:
        return None
    number = int(milliseconds)
    if not to_milliseconds(queries.EVER.start_at) <= number < to_milliseconds(queries.EVER.end_at):
        return None
    return from_milliseconds(number)


def rows_of(content: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """(name, value) of every leaf: the name is the way to it, a {value, unit} is one leaf."""
    if isinstance(content, dict) and content:
        quantity = posted_value(content)
        if quantity is not None and len(quantity.names) == len(content) and (path or len(content) > 1):
            yield path, f"{shown(quantity.value)} {quantity.unit}".strip()
            return
        for key, value in content.items():
            yield from rows_of(value, f"{path} / {key}" if path else str(key))
    elif isinstance(content, list) and any(isinstance(item, (dict, list)) for item in content):
        for place, value in enumerate(content, start=1):
            yield from rows_of(value, f"{path} / {place}" if path else str(place))
    elif isinstance(content, list):
        yield path, ", ".join(shown(item) for item in content)
    elif content != {} or path:
        yield path, "" if content == {} else shown(content)


def shown(value: Any) -> str:
    """A leaf as text: 0 is a value, null is not."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
