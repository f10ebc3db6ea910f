"""Many documents of one template to readings at once: what data.document.readings says of each, in whole arrays.

The plan of a template is drawn by running the very rule of single documents on its template; a test compares the two
on every dialect.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from data import document
from data.arrays import Floats
from data.document.cells import Cell, cells
from data.document.normalising import RULES
from data.document.posted_value import posted_value
from data.document.reading import is_listed, limits, normalised, placed
from data.document.sensors import leaves
from data.document.unlisted import unlisted
from data.errors import DocumentError
from data.folding import Sections, fold
from data.ranges import parse_instant
from data.templates import times
from data.templates.splitting import SLOT, fill, prove, slot_of, time_stand_ins, with_stand_ins

# What another metric has to say about a metric's unit.
_NEEDED = {rule.metric: rule.deciding for rules in RULES.values() for rule in rules}
# What stands in these keys decides which metric the numbers beside it are of.
_DECIDING = frozenset({"firstcellnumber", "cellnumberoffirstcellingroup", "string"})


@dataclass(frozen=True, slots=True)
class Source:
    """Where the value of one metric comes from: a slot, or the same number in every document (`slot` None)."""

    metric: str
    slot: int | None
    value: float
    raw: Callable[[float], float] | None = None
    above: float = np.inf


@dataclass(frozen=True, slots=True)
class Plan:
    """How documents of one template are read."""

    family: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Traits:
    """What is the same in all documents of one template."""

    deciding: tuple[int, ...]  # the slots whose numbers choose the plan
    stated_slot: tuple[int, str] | None  # the slot and the mark of the time by which such documents go
    stated_at: datetime | None  # that time where it is the same in all of them
    flags: document.Flags

    def stated_in(self, numbers: str) -> datetime | None:
        """When the document with these numbers says it was measured."""
        if self.stated_slot is None:
            return self.stated_at
        slot, mark = self.stated_slot
        return parse_instant(times.text(mark, int(numbers.split(",")[slot])))


@lru_cache(maxsize=512)
def traits(family: str, template: str) -> Traits:
    """What the template alone tells.  Raises DocumentError when it is none of a JSON document."""
    content = with_stand_ins(template)
    deciding = tuple(sorted(_deciding(content))) if family != "sensor" else ()
    stated = document.stated_text(content)
    slot = None if stated is None else time_stand_ins(template).get(stated)
    stated_at = None if stated is None else parse_instant(stated)
    return Traits(deciding, slot, stated_at, document.flags(family, content))


@lru_cache(maxsize=512)
def is_sound(family: str, template: str) -> bool:
    """Whether documents may be taken apart by that template: it is one of a JSON document, no slot within a text."""
    try:
        prove(template)
        traits(family, template)
    except DocumentError:
        return False
    return True


def _deciding(node: Any) -> set[int]:
    found: set[int] = set()
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict):
            for key, value in node.items():
                waiting.append(value)
                if fold(key) in _DECIDING:
                    posted = posted_value(value)
                    slot = slot_of(value if posted is None else posted.value)
                    if slot is not None:
                        found.add(slot)
    return found


@lru_cache(maxsize=512)
def plan(family: str, template: str, decided: tuple[float, ...] = ()) -> Plan:
    """The plan for documents of that template whose deciding slots hold these numbers."""
    if family == "sensor":
        content = with_stand_ins(template)
        return Plan(family, tuple(_source(key, value) for key, value, _ in leaves(content)))
    known = dict(zip(traits(family, template).deciding, decided, strict=True))
    content = with_stand_ins(template, known)
    sections = Sections(content)
    found = {metric: _source(metric, value) for metric, value in placed(family, sections).items()}
    if family == "bms":
        found |= {cell.metric: _cell_source(cell) for cell in cells(sections)}
    for key, value, _ in unlisted(family, content):
        if key not in found and not is_listed(key):
            found[key] = _source(key, value)
    return Plan(family, tuple(found.values()))


def _source(metric: str, value: float) -> Source:
    return Source(metric, slot_of(value), value)


def _cell_source(cell: Cell) -> Source:
    return Source(cell.metric, slot_of(cell.value), cell.value, cell.raw, cell.above)


Numbers = Callable[[int], Floats]  # slot -> its number in each document


def readings(
    family: str, template: str, numbers: Numbers, count: int, wanted: Collection[str] | None = None
) -> dict[str, Floats]:
    """Metric -> its value in each of the `count` documents, NaN where the rule leaves it out; all, or those wanted."""
    if not is_sound(family, template):
        return _one_by_one(family, template, numbers, count)
    deciding = traits(family, template).deciding
    if not deciding:
        return _read(plan(family, template), numbers, count, wanted)
    parts, place = np.unique(np.column_stack([numbers(slot) for slot in deciding]), axis=0, return_inverse=True)
    found: dict[str, Floats] = {}
    for part, decided in enumerate(parts):
        chosen = plan(family, template, tuple(decided.tolist()))
        if len(parts) == 1:
            return _read(chosen, numbers, count, wanted)
        rows = np.flatnonzero(place.reshape(-1) == part)
        for metric, column in _read(chosen, _of_rows(numbers, rows), len(rows), wanted).items():
            found.setdefault(metric, np.full(count, np.nan))[rows] = column
    return found


def _one_by_one(family: str, template: str, numbers: Numbers, count: int) -> dict[str, Floats]:
    """The same of documents whose template is no longer taken apart: each is put together and read by the rule."""
    rows = np.column_stack([numbers(slot) for slot in range(template.count(SLOT))]).tolist()
    found: dict[str, Floats] = {}
    for place, values in enumerate(rows):
        for metric, value in of_one(family, template, values).items():
            found.setdefault(metric, np.full(count, np.nan))[place] = value
    return found


def of_one(family: str, template: str, values: Sequence[float]) -> dict[str, float]:
    """What data.document.readings says of the one document with these numbers in the slots of its template."""
    if not is_sound(family, template):
        return document.readings(family, document.parse_content(fill(template, ",".join(map(repr, values)))))
    decided = tuple(float(values[slot]) for slot in traits(family, template).deciding)
    chosen = plan(family, template, decided)
    if family == "sensor":
        return {
            source.metric: source.value if source.slot is None else float(values[source.slot])
            for source in chosen.sources
        }
    return normalised(family, {source.metric: _value(source, values) for source in chosen.sources})


def _value(source: Source, values: Sequence[float]) -> float:
    value = source.value if source.slot is None else float(values[source.slot])
    return source.raw(value) if source.raw is not None and value > source.above else value


def _of_rows(numbers: Numbers, rows: npt.NDArray[np.intp]) -> Numbers:
    return lambda slot: numbers(slot)[rows]


def slots(family: str, template: str, values: Floats) -> dict[int, str]:
    """Slot -> the metric that is likely the same number; to be compared, for the rule may have translated it."""
    if not is_sound(family, template):
        return {}
    deciding = traits(family, template).deciding
    decided = tuple(values[0, deciding].tolist()) if deciding and len(values) else ()
    chosen = plan(family, template, decided)
    return {source.slot: source.metric for source in chosen.sources if source.slot is not None}


def _read(chosen: Plan, numbers: Numbers, count: int, wanted: Collection[str] | None) -> dict[str, Floats]:
    needed = None if wanted is None else {*wanted, *(_NEEDED[metric] for metric in wanted if metric in _NEEDED)}
    found = {
        source.metric: _column(source, numbers, count)
        for source in chosen.sources
        if needed is None or source.metric in needed
    }
    if chosen.family == "sensor":
        return found
    for rule in RULES.get(chosen.family, ()):
        if rule.metric in found and rule.deciding in found and (where := rule.holds(found[rule.deciding])).any():
            column = found[rule.metric].copy()
            values = column[where] * rule.factor
            column[where] = (
                values if rule.decimals is None else [round(value, rule.decimals) for value in values.tolist()]
            )
            found[rule.metric] = column
    for metric, column in found.items():
        low, high = limits(metric)
        outside = (column < low) | (column > high)
        if outside.any():
            found[metric] = np.where(outside, np.nan, column)
    return found if wanted is None else {metric: found[metric] for metric in wanted if metric in found}


def _column(source: Source, numbers: Numbers, count: int) -> Floats:
    column = np.full(count, source.value, dtype=np.float64) if source.slot is None else numbers(source.slot)
    if source.raw is not None:
        bare = column > source.above
        if bare.any():
            column = column.copy()
            column[bare] = [source.raw(value) for value in column[bare].tolist()]
    return column
