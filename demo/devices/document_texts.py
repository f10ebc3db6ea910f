"""The texts of the devices' documents, put together from parts that were spelt before.

Every value goes through the words or the sentence of its device; what a part of a document says depends on them alone,
so the same words need not be decoded and spelt twice.  The texts are those of `compact(build_...(values))`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

import orjson

from collector.drivers import sentences
from collector.drivers.documents import compact, rows_of, set_names, shaped
from collector.drivers.emus import sentences_table
from collector.drivers.emus.document import CLOSING, SECTIONS, Fields, build_section, needed
from collector.drivers.emus.reader import LISTED
from collector.drivers.registers import Value, decode_register, encode
from collector.drivers.scalings import SHAPES, multiplier
from collector.drivers.tristar import registers_table
from collector.drivers.tristar.document import FLAGS, heading
from data.document import FieldRow

Said = Mapping[str, Any] | Sequence[Mapping[str, Any]]
Lines = tuple[bytes, ...]

# Parts remembered of one register; a register seldom holds so many different counts.
MOST_SPELT = 8192
SEVERAL = (*sentences_table.GROUPED, *LISTED)
NEEDED = {section: needed(section) for section in SECTIONS}
HEAD, TAIL = compact({"name": "BMS"})[:-1], compact(CLOSING)[1:]
TITLES = {section: compact(section) + ":" for section in SECTIONS}
# Register -> what one of its counts is worth; None for one that is no scaled number.
WORTH = {
    key: None if row.scale in SHAPES else multiplier(row.scale, row.factor, registers_table.USUAL_SCALES)
    for key, row in registers_table.BY_KEY.items()
}


def spelt(part: Any) -> str:
    """`compact` of a part of a document, sooner: their numbers are rounded counts, which both write alike."""
    return orjson.dumps(part).decode()


# The battery manager


class Sentences:
    """The lines of each sentence; what has not changed is not encoded again."""

    def __init__(self) -> None:
        self._said: dict[str, tuple[Said, Lines]] = {}

    def lines(self, name: str, values: Said) -> Lines:
        """The lines with which the device says this."""
        before = self._said.get(name)
        if before is not None and (before[0] is values or before[0] == values):
            return before[1]
        if isinstance(values, Mapping):
            lines: Lines = (sentences.encode(sentences_table.SENTENCES, name, values),)
        elif name in LISTED:
            lines = tuple(_entry(name, tuple(fields.items())) for fields in values or [{}])
        else:
            lines = tuple(sentences.encode(sentences_table.SENTENCES, name, fields) for fields in values or [{}])
        self._said[name] = (values, lines)
        return lines


@lru_cache(maxsize=2048)
def _entry(name: str, items: tuple[tuple[str, Any], ...]) -> bytes:
    """A line of a list, whose entries seldom change."""
    return sentences.encode(sentences_table.SENTENCES, name, dict(items))


def replies(name: str, lines: Lines) -> list[Fields]:
    """What a reader finds in the lines of one answer."""
    decoded = [_decoded(line) for line in lines]
    if name in SEVERAL:
        return [fields for fields, says_something in decoded if says_something]
    return [fields for fields, _ in decoded]


@lru_cache(maxsize=4096)
def _decoded(line: bytes) -> tuple[Fields, bool]:
    """What a line says, and whether it says anything."""
    sentence = sentences_table.decode(line)
    return sentence.fields, not sentence.is_empty


def battery(lines: Mapping[str, Lines]) -> str:
    """The battery manager's document."""
    parts = [
        TITLES[section] + _section(section, tuple([lines.get(name) for name in NEEDED[section]]))
        for section in SECTIONS
    ]
    return ",".join((HEAD, *parts, TAIL))


@lru_cache(maxsize=8192)
def _section(section: str, lines: tuple[Lines | None, ...]) -> str:
    several = zip(NEEDED[section], lines, strict=True)
    answers = {name: replies(name, some) for name, some in several if some is not None}
    return spelt(build_section(section, answers))


# The charge controllers


def tristar(values: Mapping[str, Any], string: int, day: date) -> str:
    """A controller's document of an instant at which everything was read."""
    sections = []
    for section, rows in _rows().items():
        parts = []
        for register, worth, texts, row in rows:
            value = values[register]
            key = value if worth is None or not isinstance(value, int | float) else round(value / worth)
            part = texts.get(key)
            parts.append(_measured(row, texts, key) if part is None else part)
        parts += [_flags(section, name, values[key]) for name, (key, _) in FLAGS["tristar"].get(section, {}).items()]
        sections.append(f"{_title(section)}{{{','.join(parts)}}}")
    return f"{_heading(string, day)},{','.join(sections)}}}"


def on_the_wire(key: str, value: Value) -> Value:
    """This value as a reader of the register finds it."""
    worth = WORTH[key]
    return _of_counts(key, value if worth is None or not isinstance(value, int | float) else round(value / worth))


@lru_cache(maxsize=16_384)
def _of_counts(key: str, count: Value) -> Value:
    """What a reader finds in a register that holds this count; or this value, where it holds something else."""
    row, worth = registers_table.BY_KEY[key], WORTH[key]
    held = count if worth is None or not isinstance(count, int) else count * worth
    return decode_register(row, encode(row, held, registers_table.USUAL_SCALES), registers_table.USUAL_SCALES)


Spelt = dict[Value, str]  # what a register holds -> the part of the document


@lru_cache(maxsize=1)
def _rows() -> dict[str, list[tuple[str, float | None, Spelt, FieldRow]]]:
    """Section -> its registers, what one of their counts is worth, and what was spelt of them before."""
    return {
        section: [(row.driver, WORTH[row.driver], {}, row) for row in rows]
        for section, rows in rows_of("tristar").items()
    }


def _measured(row: FieldRow, texts: Spelt, count: Value) -> str:
    if len(texts) >= MOST_SPELT:
        texts.clear()
    part = f"{compact(row.pointer[1])}:{spelt(shaped(row, _of_counts(row.driver, count)))}"
    texts[count] = part
    return part


@lru_cache(maxsize=256)
def _flags(section: str, name: str, value: Value) -> str:
    key, names = FLAGS["tristar"][section][name]
    return f"{compact(name)}:{compact(set_names(on_the_wire(key, value), names))}"


@lru_cache(maxsize=64)
def _title(section: str) -> str:
    return compact(section) + ":"


@lru_cache(maxsize=64)
def _heading(string: int, day: date) -> str:
    return compact(heading(string, day))[:-1]
