"""The entries of documents as rows: one row for each place, one value for each document, nothing posted left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from callbacks.common.formatting import capitalised
from callbacks.values.cell import NOT_SENT, Shown, short, shown, truth
from callbacks.values.labels import ENTRIES, NAME_LISTS, flag_words, metric_at
from data.document import fold, posted_value

MOST_ROWS = 300  # of one section
LONGEST_LABEL = 80
IN_THE_TITLE = ("statistic", "logeventnumber")  # what lines are called whose heading says it
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One entry: what people call it, its posted name where that is another, what it is, a value for each document.

    `mark` says in words what is wrong between the values.
    """

    label: str
    name: str
    explanation: str
    values: tuple[Shown, ...]
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A small table: a heading, the names of its columns, and its rows, each with a name of its own."""

    title: str
    facts: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Shown, ...]], ...]
    is_line: bool = False  # whether it goes on with the table before it


@dataclass(slots=True)
class Section:
    """A part of the page: rows under the names of the documents, small tables, and sentences."""

    title: str
    rows: list[Row] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    name: str = ""  # the posted name, where the title is another
    missing: str = ""  # why there is nothing, in the document's own words
    cut: bool = False  # whether the document holds more than is shown

    @property
    def size(self) -> int:
        """How many lines it takes."""
        return len(self.rows) + sum(len(grid.rows) * max(1, len(grid.head)) for grid in self.grids)


def is_quantity(node: Any) -> bool:
    """Whether an object is a value with its unit and nothing else."""
    quantity = posted_value(node)
    return quantity is not None and len(quantity.names) == len(node)


def apart(node: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """An object with a plain value, as that value with its unit and what else it holds; else nothing and all of it."""
    quantity = posted_value(node)
    names = () if quantity is None else quantity.names
    return {name: node[name] for name in names}, {name: part for name, part in node.items() if name not in names}


def is_leaf(node: Any) -> bool:
    """Whether a node is shown as one value."""
    if isinstance(node, Mapping):
        return not node or is_quantity(node)
    return not isinstance(node, list) or not any(isinstance(item, dict | list) for item in node)


def leaves(node: Any, names: frozenset[str] = frozenset()) -> Iterator[tuple[Path, Any]]:
    """(path, value) of every value below a node, in its order; what stands at a name of `names` is one value."""
    waiting: list[tuple[Path, Any]] = [((), node)]
    while waiting:
        path, entry = waiting.pop()
        flags = len(path) == 1 and fold(path[0]) in names and _are_flags(entry)
        if path and (flags or is_leaf(entry)):
            yield path, entry
            continue
        if isinstance(entry, Mapping):
            measured, inside = apart(entry) if path else ({}, entry)
            if measured:
                yield path, measured
        else:
            inside = {str(n): item for n, item in enumerate(entry, start=1)}
        waiting.extend(reversed([((*path, str(name)), child) for name, child in inside.items()]))


def _are_flags(node: Any) -> bool:
    return isinstance(node, Mapping) and all(truth(flag) is not None for flag in node.values())


def rows(family: str, section: str, nodes: Sequence[Any], zone: ZoneInfo) -> list[Row]:
    """The rows of one section of several documents; a node that is None has no such section.

    `section` is its folded name, empty for the top of the document.  At most MOST_ROWS rows.
    """
    entries: dict[tuple[Path, int], tuple[Path, dict[int, Any]]] = {}
    lists = frozenset(name for where, name in NAME_LISTS[family] if where == section)
    for column, node in enumerate(nodes):
        if node is None:
            continue
        counts: dict[Path, int] = {}
        for path, posted in islice(leaves(node, lists), MOST_ROWS):
            place = _place(family, section, path)
            counts[place] = counts.get(place, 0) + 1
            entries.setdefault((place, counts[place]), (path, {}))[1][column] = posted
    beside = [_beside(node) for node in nodes]
    return [
        row_of(family, section, path, [posted.get(n, MISSING) for n in range(len(nodes))], beside, zone)
        for path, posted in list(entries.values())[:MOST_ROWS]
    ]


MISSING: Any = object()
CAPACITY = "batterycapacity"


def _place(family: str, section: str, path: Path) -> Path:
    """What the spellings of one place have in common, so that they share a row."""
    folded = tuple(map(fold, path))
    metric = metric_at(family, section, folded[0]) if len(folded) == 1 else None
    return folded if metric is None else ("", metric.key)


def _beside(node: Any) -> dict[str, Any]:
    """What the reading of another entry depends on: the unit of a charge is told by the capacity beside it."""
    capacities = (
        [value for name, value in node.items() if fold(str(name)) == CAPACITY] if isinstance(node, Mapping) else []
    )
    return {CAPACITY: capacities[0]} if capacities else {}


def row_of(
    family: str, section: str, path: Path, posted: Sequence[Any], beside: Sequence[Mapping[str, Any]], zone: ZoneInfo
) -> Row:
    """The row at one place; what a document does not have is said to be not sent."""
    key = fold(path[-1])
    where = section if len(path) == 1 else "\0"  # what lies deeper is no place of the tables
    values = tuple(
        NOT_SENT if value is MISSING else shown(family, where, key, value, siblings, zone)
        for value, siblings in zip(posted, beside, strict=True)
    )
    label, explanation = words_of(family, where, key, path)
    name = "" if fold(label) == fold("".join(path)) or len(path) > 1 else short(path[0], LONGEST_LABEL)
    return Row(label, name, explanation, values)


def words_of(family: str, section: str, key: str, path: Path) -> tuple[str, str]:
    """What the entry at a place is called, and the sentence that explains it, if there is one."""
    if (names := NAME_LISTS[family].get((section, key))) is not None:
        return names.label, names.explanation
    if (metric := metric_at(family, section, key)) is not None:
        return metric.label, metric.explanation
    words = ENTRIES.get(key)
    explanation = words.explanation if words is not None else ""
    if not explanation and family == "bms":
        explanation = flag_words(key)
    own = path[-1].strip()
    last = capitalised(own.replace("_", " ")) if explanation else own if "_" in own else capitalised(own)
    steps = [*(step.strip() for step in path[:-1]), words.label if words is not None and words.label else last]
    return short(" · ".join(steps), LONGEST_LABEL) or "(no name)", explanation


def grid(title: str, records: Mapping[str, Mapping[str, Any]], zone: ZoneInfo) -> Grid:
    """A list of like objects as a table: a line for each, a column for each name; a value stands with its unit."""
    keys: dict[str, str] = {}
    for record in records.values():
        for name in record:
            keys.setdefault(fold(name), name)
    quantities = [apart(record)[0] for record in records.values()]
    units = {fold(name) for quantity in quantities for name in list(quantity)[1:]}
    columns = [key for key in keys if key not in units]
    stem, labels = _numbered(list(records))
    if fold(stem) in IN_THE_TITLE:
        stem = "No."
    lines = []
    for label, record, quantity in zip(labels, records.values(), quantities, strict=True):
        inside = {fold(name): value for name, value in record.items()}
        if units and quantity:
            inside["value"] = quantity
        cells = [
            shown("bms", "\0", column, inside[column], {}, zone) if column in inside else NOT_SENT for column in columns
        ]
        lines.append((label, tuple(cells)))
    head = [ENTRIES[key].label if key in ENTRIES and ENTRIES[key].label else capitalised(keys[key]) for key in columns]
    return Grid(title, "", (stem, *head), tuple(lines))


def is_record(node: Any) -> bool:
    """Whether an object is a line of a list: some names, each with a plain value."""
    return (
        isinstance(node, Mapping)
        and 0 < len(node) <= 8
        and not is_quantity(node)
        and not any(isinstance(value, dict | list) for value in node.values())
    )


def _numbered(names: Sequence[str]) -> tuple[str, list[str]]:
    """What the names have in common before their number, and the numbers; no stem where there is no such pattern."""
    parts = [name.strip().rpartition(" ") for name in names]
    stems = {stem for stem, _, number in parts if number.isdigit()}
    if len(stems) == 1 and all(number.isdigit() for *_, number in parts) and "" not in stems:
        return capitalised(stems.pop()), [number for *_, number in parts]
    return "", [short(capitalised(name), LONGEST_LABEL) for name in names]
