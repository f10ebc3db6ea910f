"""What the builders of documents share: measured values in their sections, names of bits, and the general document.

Where each measured value sits is in data/document, FIELDS.  Source of the shapes: docs/api.md, "Documents".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from data.catalogue import METRICS
from data.document import FIELDS, FieldRow

Values = Mapping[str, Any]
Content = dict[str, Any]

_ON_ONE_LINE = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
DECIMALS = 3  # finer than one count of any register or sentence
SWITCHES = 8

CODES = {metric.key: metric.codes.names for metric in METRICS if metric.codes is not None}


def compact(content: Any) -> str:
    """A document, or a part of one, as it is kept and sent: JSON on one line."""
    return _ON_ONE_LINE.encode(content)


def build_device(name: str, values: Values, string: int | None = None, day: date | None = None) -> Content:  # noqa: ARG001
    """The document of a device without a dialect of its own: each value under its key, in the catalogue's unit."""
    strings = {} if string is None else {"string": string}
    return {"name": name, **strings, **{key: rounded(value) for key, value in values.items()}}


def measured(family: str, read: Callable[[str], Any], was_read: Callable[[str], bool]) -> dict[str, Content | None]:
    """The sections of a family with their measured values, in the order of FIELDS.

    `read` gives the value of a driver's key, `was_read` says whether it is known; a section of which nothing is known
    is None.
    """
    return {section: measured_section(family, section, read, was_read) for section in rows_of(family)}


def measured_section(
    family: str, section: str, read: Callable[[str], Any], was_read: Callable[[str], bool]
) -> Content | None:
    """One section of `measured`."""
    rows = rows_of(family).get(section, ())
    if any(was_read(row.driver) for row in rows):
        return {row.pointer[1]: shaped(row, read(row.driver)) for row in rows}
    return None


def shaped(row: FieldRow, value: Any) -> Any:
    """One value as the site's documents write it."""
    if row.shape == "text":
        return _text(row.metric, value)
    if row.shape == "value_unit":
        return with_unit(value, row.unit_word)
    return rounded(value)


def with_unit(value: Any, unit: str) -> Content:
    """A value beside its unit."""
    return {"value": rounded(value), "unit": unit}


def rounded(value: Any) -> Any:
    """A float rounded to DECIMALS; every other value as it is."""
    return round(value, DECIMALS) if isinstance(value, float) else value


def set_names(value: Any, names: Mapping[int, str], separator: str = ", ") -> str | None:
    """The names of the set bits in one text; None when no bit is set or nothing is known."""
    if not isinstance(value, int) or value == 0:
        return None
    return separator.join(bit_names(value, names)) or None


def bit_names(value: int, names: Mapping[int, str]) -> list[str]:
    """The names of the set bits; a bit without a name by its number, counted from 1."""
    return [names.get(bit, f"N/A {bit + 1}") for bit in range(value.bit_length()) if value >> bit & 1]


def switches(value: int) -> str:
    """ON or OFF for each DIP switch, from 1 to 8."""
    return " ".join("ON" if value >> bit & 1 else "OFF" for bit in range(SWITCHES))


@lru_cache(maxsize=8)
def rows_of(family: str) -> Mapping[str, Sequence[FieldRow]]:
    """The rows of a family by section, in the order of FIELDS."""
    sections: dict[str, list[FieldRow]] = {}
    for row in FIELDS:
        if row.family == family:
            sections.setdefault(row.pointer[0], []).append(row)
    return sections


def _text(metric: str, value: Any) -> Any:
    """The name of a code; the number itself when the code is not known; the switches from 1 to 8."""
    if metric == "dip_switches":
        return None if value is None else switches(value)
    return CODES[metric].get(value, value)
