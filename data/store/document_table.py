"""A table: the documents of one device, family and stretch of time, in memory as arrays, nothing lost.

Entries become tables, sealed blocks become tables again, tables are joined; a table gives readings, flags and texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import orjson

from data import document
from data.arrays import Bools, Floats, Integers, Places
from data.document import Flags
from data.templates import extraction, splitting
from data.templates.split_many import split_many
from data.templates.splitting import SLOT

CLOCKS = ("server", "stated", "synced", "unsynced", "restored")


@dataclass(frozen=True, slots=True)
class Row:
    """One document as an entry holds it: milliseconds, clock, and its text or its numbers with its template."""

    recorded_at: int
    received_at: int
    clock: str
    template: str | None
    body: str

    @property
    def text(self) -> str:
        """The posted text."""
        return self.body if self.template is None else splitting.fill(self.template, self.body)


@dataclass(frozen=True, slots=True)
class Group:
    """The documents of one template: their places in the table, their numbers, and which are written with a point."""

    template: str
    places: Places  # ascending
    values: Floats  # documents x slots
    pointed: Bools  # documents x slots

    def numbers(self, slot: int) -> Floats:
        """What stands in that slot in each document."""
        return self.values[:, slot]

    def text(self, number: int) -> str:
        """The text of the document at that number of the group: equal to the posted one as JSON."""
        row, pointed = self.values[number].tolist(), self.pointed[number].tolist()
        numbers = [repr(value) if point else str(int(value)) for value, point in zip(row, pointed, strict=True)]
        return splitting.fill(self.template, ",".join(numbers))


@dataclass(frozen=True, slots=True)
class DocumentTable:
    """Documents in the order of their times, each time once (milliseconds)."""

    family: str
    times: Integers
    received: Integers
    clocks: npt.NDArray[np.uint8]
    groups: tuple[Group, ...] = ()
    plain: Mapping[int, str] = field(default_factory=dict)  # place -> text of the documents without a template

    def __len__(self) -> int:
        return len(self.times)

    def readings(self) -> dict[str, Floats]:
        """Metric -> one value a document, NaN where it has none; metrics in the order of their keys.

        A metric none of whose values can be believed is left out: it may have no series.
        """
        columns: dict[str, Floats] = {}
        for group in self.groups:
            for metric, column in extraction.readings(
                self.family, group.template, group.numbers, len(group.places)
            ).items():
                columns.setdefault(metric, np.full(len(self), np.nan))[group.places] = column
        for place, text in self.plain.items():
            for metric, value in document.readings(self.family, document.parse_content(text)).items():
                columns.setdefault(metric, np.full(len(self), np.nan))[place] = value
        return {metric: columns[metric] for metric in sorted(columns) if not np.isnan(columns[metric]).all()}

    def text(self, place: int) -> str:
        """The text of the document at that place, equal to the posted one as JSON."""
        if place in self.plain:
            return self.plain[place]
        for group in self.groups:
            number = int(np.searchsorted(group.places, place))
            if number < len(group.places) and group.places[number] == place:
                return group.text(number)
        raise IndexError(place)

    def texts(self) -> list[str]:
        """All texts, in the order of the times."""
        texts = [""] * len(self)
        for place, text in self.plain.items():
            texts[place] = text
        for group in self.groups:
            for number, place in enumerate(group.places.tolist()):
                texts[place] = group.text(number)
        return texts

    def flags(self) -> list[Flags]:
        """What each document reports."""
        flags = [_NOTHING] * len(self)
        for group in self.groups:
            group_flags = extraction.traits(self.family, group.template).flags
            for place in group.places.tolist():
                flags[place] = group_flags
        for place, text in self.plain.items():
            flags[place] = document.flags(self.family, document.parse_content(text))
        return flags

    def between(self, start: int, end: int) -> DocumentTable:
        """The documents with start <= time < end."""
        first, last = np.searchsorted(self.times, (start, end)).tolist()
        return self.taken(np.arange(first, last))

    def taken(self, places: npt.NDArray[np.int64]) -> DocumentTable:
        """The documents at these places, which ascend."""
        return merged(self.family, [(self, places)])


_NOTHING = Flags()


def clock_code(clock: str) -> int:
    """The number of that clock word; a word of no list is `stated`."""
    return CLOCKS.index(clock) if clock in CLOCKS else CLOCKS.index("stated")


def from_rows(family: str, rows: Sequence[Row]) -> DocumentTable:
    """The table of rows in the order of their times.

    Documents that came as text are taken apart; a template that only one of them has is not worth its name.
    """
    apart: dict[str, list[tuple[int, str]]] = {}
    plain: dict[int, str] = {}
    splits = iter(split_many([row.body for row in rows if row.template is None]))
    for place, row in enumerate(rows):
        if row.template is not None:
            apart.setdefault(row.template, []).append((place, row.body))
        elif (split := next(splits)) is not None:
            apart.setdefault(split.template, []).append((place, split.numbers))
        else:
            plain[place] = row.body
    stored_templates = {row.template for row in rows if row.template is not None}
    groups = []
    for template, some in apart.items():
        if template not in stored_templates and (len(some) < 2 or not extraction.is_sound(family, template)):
            plain.update((place, rows[place].body) for place, _ in some)
        else:
            groups.append(_group(template, some))
    return DocumentTable(
        family,
        np.array([row.recorded_at for row in rows], dtype=np.int64),
        np.array([row.received_at for row in rows], dtype=np.int64),
        np.array([clock_code(row.clock) for row in rows], dtype=np.uint8),
        tuple(groups),
        plain,
    )


def _group(template: str, some: Sequence[tuple[int, str]]) -> Group:
    numbers = [text for _, text in some]
    values = np.array(orjson.loads(f"[[{'],['.join(numbers)}]]"), dtype=np.float64)
    styles: dict[bytes, list[bool]] = {}
    keys = [splitting.style(text) for text in numbers]
    for key in keys:
        if key not in styles:
            styles[key] = splitting.points(key)
    if len(styles) == 1:
        pointed = np.broadcast_to(np.array(styles[keys[0]], dtype=bool), values.shape)
    else:
        pointed = np.array([styles[key] for key in keys], dtype=bool)
    assert values.shape[1] == template.count(SLOT)
    return Group(template, np.array([place for place, _ in some], dtype=np.intp), values, pointed)


def joined(family: str, tables: Iterable[DocumentTable]) -> DocumentTable:
    """One table of all; of documents with the same time the one of the earlier table stays."""
    some = [table for table in tables if len(table)]
    if not some:
        return from_rows(family, [])
    return merged(family, [(table, np.arange(len(table))) for table in some])


def merged(family: str, parts: Sequence[tuple[DocumentTable, npt.NDArray[np.int64]]]) -> DocumentTable:
    """One table of the chosen places of each part; of equal times the first part's."""
    times = np.concatenate([table.times[places] for table, places in parts])
    order = np.argsort(times, kind="stable")
    sorted_times = times[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = sorted_times[1:] != sorted_times[:-1]
    order = order[first]
    target = np.full(len(times), -1, dtype=np.int64)  # place in the concatenation -> place in the result
    target[order] = np.arange(len(order))
    groups: dict[str, list[tuple[Places, Floats, Bools]]] = {}
    plain: dict[int, str] = {}
    offset = 0
    for table, places in parts:
        to = np.full(len(table), -1, dtype=np.int64)
        to[places] = target[offset : offset + len(places)]
        offset += len(places)
        for group in table.groups:
            group_places = to[group.places]
            kept = group_places >= 0
            if kept.any():
                groups.setdefault(group.template, []).append(
                    (group_places[kept], group.values[kept], group.pointed[kept])
                )
        plain.update((int(to[place]), text) for place, text in table.plain.items() if to[place] >= 0)
    return DocumentTable(
        family,
        times[order],
        np.concatenate([table.received[places] for table, places in parts])[order],
        np.concatenate([table.clocks[places] for table, places in parts])[order],
        tuple(_one_group(template, some) for template, some in groups.items()),
        plain,
    )


def _one_group(template: str, some: Sequence[tuple[Places, Floats, Bools]]) -> Group:
    places, values, pointed = (np.concatenate(parts) for parts in zip(*some, strict=True))
    order = np.argsort(places)
    return Group(template, places[order], values[order], pointed[order])
