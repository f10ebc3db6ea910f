"""From a document in any dialect to metrics: one rule, one table, and the units of the catalogue."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Any

from data import catalogue
from data.document.cells import cells
from data.document.fields import FIELDS
from data.document.general import metric_named
from data.document.normalising import RULES
from data.document.posted_value import number
from data.document.sensors import leaves
from data.document.unlisted import unlisted
from data.families import FAMILIES
from data.folding import Document, Sections, fold

_WORDS = re.compile(r"[^a-z0-9]+")


@lru_cache(maxsize=4096)
def _word(text: str) -> str:
    return _WORDS.sub("", text.lower()).removesuffix("stage")


_CODES = {
    metric.key: {_word(text): float(code) for code, text in metric.codes.names.items()}
    for metric in catalogue.METRICS
    if metric.codes is not None
}


def _code(metric: str, value: Any) -> float | None:
    """The code of a state that travels as a word; a bare number is the code itself."""
    if metric == "dip_switches" and isinstance(value, str) and not value.strip().isdigit():
        return _switches(value)
    if isinstance(value, str) and (code := _CODES.get(metric, {}).get(_word(value))) is not None:
        return code
    return number(value)


def _switches(text: str) -> float | None:
    """`OFF ON …`, switch 1 first, as one number with switch 1 in bit 0."""
    positions = text.upper().split()
    if not positions or any(position not in ("ON", "OFF") for position in positions):
        return None
    return float(sum(1 << bit for bit, position in enumerate(positions) if position == "ON"))


_PLACES: dict[str, tuple[tuple[str, bool, tuple[tuple[str, ...], ...]], ...]] = {
    family: tuple(
        (row.metric, row.shape == "text", tuple(tuple(map(fold, place)) for place in (row.pointer, *row.aliases)))
        for row in FIELDS
        if row.family == family
    )
    for family in FAMILIES
}
UNLIMITED = (-math.inf, math.inf)
_LIMITS = {metric.key: (metric.low, metric.high) for metric in catalogue.METRICS}


def readings(family: str, content: Document) -> dict[str, float]:
    """Metric key -> finite value in the catalogue's unit; what is absent, no number or beyond its limits is left out.

    A sensor's keys are those it posts: every numeric leaf, under its path joined by `/`; so are those of other devices
    that the table lacks.  Never raises for a document.
    """
    if family == "sensor":
        return {key: value for key, value, _ in leaves(content)}
    sections = Sections(content)
    values = placed(family, sections)
    if family == "bms":
        values |= {cell.metric: cell.reading for cell in cells(sections)}
    return unlisted_too(normalised(family, values), family, content)


def unlisted_too(values: dict[str, float], family: str, content: Document) -> dict[str, float]:
    """The readings and the numbers that the table lacks, under keys that no metric of the catalogue has."""
    for key, value, _ in unlisted(family, content):
        if key not in values and not is_listed(key):
            values[key] = value
    return values


def is_listed(key: str) -> bool:
    """Whether the catalogue has a metric of that key."""
    return key in _LIMITS or _first_cell(key) in _LIMITS


def normalised(family: str, posted: dict[str, float]) -> dict[str, float]:
    """The values as they were posted, in the catalogue's units and without those beyond their limits."""
    for rule in RULES.get(family, ()):
        if rule.metric in posted and rule.deciding in posted and rule.holds(posted[rule.deciding]):
            posted[rule.metric] = rule.value(posted[rule.metric])
    return {metric: value for metric, value in posted.items() if _plausible(metric, value)}


def placed(family: str, sections: Sections) -> dict[str, float]:
    """Metric key -> value as it was posted, for the metrics of the table; the first place that has one counts."""
    values: dict[str, float] = {}
    if family == "device":
        for name, posted in sections.top.items():
            metric_key = metric_named(name)
            value = None if metric_key is None else _code(metric_key, posted)
            if metric_key is not None and value is not None:
                values.setdefault(metric_key, value)
        return values
    for metric, is_text, places in _PLACES[family]:
        for place in places:
            posted = sections.value(place)
            value = _code(metric, posted) if is_text else number(posted)
            if value is not None:
                values[metric] = value
                break
    return values


def limits(metric: str) -> tuple[float, float]:
    """What a value of that metric must lie between to be believed."""
    return _LIMITS.get(metric) or _LIMITS.get(_first_cell(metric), UNLIMITED)


def _plausible(metric: str, value: float) -> bool:
    low, high = limits(metric)
    return low <= value <= high


@lru_cache(maxsize=2048)
def _first_cell(metric: str) -> str:
    return re.sub(r"\d+", "1", metric, count=1)
