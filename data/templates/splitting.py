"""A document apart: its template, which its device posts again and again, and the numbers that stand in it.

The template is the posted text with every number literal and every time taken out of it (data.templates.times says how
a time is a number); text = template + numbers, byte for byte.
A text whose template is known needs no parser: what was JSON with other numbers is JSON with these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import orjson

from data import document
from data.document import parse_content
from data.errors import DocumentError
from data.templates import times
from data.templates.times import TIME

# Stands in a template where a number was; JSON forbids it raw, in strings as elsewhere.
SLOT = "\x01"
# Whole numbers from here on lose digits as 64-bit floats; documents with such numbers are kept as they came.
LARGEST = 10**15
# A text with more numbers than this is kept as it came.
MOST_SLOTS = 4_000
SHORTEST = 40
# The digests of templates up to this length are kept in memory.
REMEMBERED = 20_000

# After the first spelling of a colon only, which is fast; texts with lists take the complete pattern.
_NUMBER = "(-?[0-9][0-9.eE+-]*)"
_AFTER_COLON = (":", re.compile(":" + _NUMBER))
_AFTER_COLON_AND_BLANK = (": ", re.compile(": " + _NUMBER))
_ANYWHERE = ("", re.compile(r"(?:(?<=[:\[,])|(?<=[:\[,] ))" + _NUMBER))
_DIGITS = b"0123456789-"


@dataclass(frozen=True, slots=True)
class Split:
    """A text apart: the template with SLOT for each number, and the number literals joined by commas."""

    template: str
    numbers: str

    @property
    def values(self) -> list[int | float]:
        """The numbers."""
        found: list[int | float] = orjson.loads(f"[{self.numbers}]")
        return found


def split(text: str) -> Split | None:
    """The template and the numbers of a text; None for a text that is better kept as it came.

    That a template is one of a JSON document is not said: `prove` does, once for each template.
    """
    if SLOT in text or TIME in text or len(text) < SHORTEST:
        return None
    mark, pattern = _spelling(text)
    if "-" in text and times.may_be_in(text):
        template, literals, numbers = _with_times(text, mark, pattern)
        joined = ",".join(literals)
        exact = _are_exact(numbers, ",".join(numbers))
    else:
        pieces = pattern.split(text)
        literals = pieces[1::2]
        template = f"{mark}{SLOT}".join(pieces[::2])
        joined = ",".join(literals)
        exact = _are_exact(literals, joined)
    return Split(template, joined) if literals and len(literals) <= MOST_SLOTS and exact else None


def _with_times(text: str, mark: str, pattern: re.Pattern[str]) -> tuple[str, list[str], list[str]]:
    """The template, the literals of numbers and times in their order, and those of the numbers alone."""
    template, literals, numbers, start = [], [], [], 0
    for written in times.WRITTEN.finditer(text):
        time = times.mark_and_number(written)
        if time is not None:
            pieces = pattern.split(text[start : written.start(1)])
            template.append(f"{mark}{SLOT}".join(pieces[::2]) + f"{TIME}{time[0]}")
            numbers += pieces[1::2]
            literals += [*pieces[1::2], str(time[1])]
            start = written.end()
    pieces = pattern.split(text[start:])
    template.append(f"{mark}{SLOT}".join(pieces[::2]))
    return SLOT.join(template), literals + pieces[1::2], numbers + pieces[1::2]


def _are_exact(literals: list[str], numbers: str) -> bool:
    """Whether these, joined, are numbers that 64-bit floats and their spelling give back."""
    if "e" in numbers or "E" in numbers:
        return False
    try:
        values: list[int | float] = orjson.loads(f"[{numbers}]")
    except orjson.JSONDecodeError:
        return False
    if values and (max(values) >= LARGEST or min(values) <= -LARGEST):
        return False
    return not ("-0" in numbers and _has_negative_zero(literals))


def _spelling(text: str) -> tuple[str, re.Pattern[str]]:
    if "[" in text:
        return _ANYWHERE
    first = text.find(":")
    return _AFTER_COLON_AND_BLANK if text[first + 1 : first + 2] == " " else _AFTER_COLON


def _has_negative_zero(literals: list[str]) -> bool:
    return any(literal.startswith("-0") and float(literal) == 0 for literal in literals)


def fill(template: str, numbers: str) -> str:
    """The text whose template and numbers these are."""
    pieces = template.split(SLOT)
    literals = numbers.split(",")
    if len(literals) != len(pieces) - 1:
        raise ValueError(f"{len(literals)} numbers for a template of {len(pieces) - 1}")
    if TIME in template:
        for slot, mark in _times(pieces).items():
            pieces[slot] = pieces[slot][: -len(mark) - 1]
            literals[slot] = times.text(mark, int(float(literals[slot])))
    whole = [""] * (2 * len(literals) + 1)
    whole[::2], whole[1::2] = pieces, literals
    return "".join(whole)


def _times(pieces: list[str]) -> dict[int, str]:
    """Slot -> its mark, of the slots of times."""
    return {slot: piece.rpartition(TIME)[2] for slot, piece in enumerate(pieces[:-1]) if TIME in piece}


def digest(template: str) -> int:
    """The template's id: 63 bits of its BLAKE2b digest, the same in every database."""
    return _remembered_digest(template) if len(template) <= REMEMBERED else _digest(template)


def _digest(template: str) -> int:
    return int.from_bytes(blake2b(template.encode(), digest_size=8).digest(), "big") >> 1


_remembered_digest = lru_cache(maxsize=512)(_digest)


def style(numbers: str) -> bytes:
    """Which of the numbers are whole, as one key: the commas and the points of the literals."""
    return numbers.encode().translate(None, _DIGITS)


def points(key: bytes) -> list[bool]:
    """For each number of a `style` whether it is written with a point."""
    return [bool(part) for part in key.split(b",")]


def _stand_in(slot: int) -> int:
    return 2**52 + slot


def with_stand_ins(template: str, known: Mapping[int, int | float | str] | None = None) -> dict[str, Any]:
    """The document with a stand-in for each number (`slot_of` finds it again), or its value where it is `known`.

    In place of times stand those of `time_stand_ins`.  Raises DocumentError when the template is none of a JSON
    document; `prove` says more.
    """
    values = known or {}
    marks = _times(template.split(SLOT))
    numbers = [
        values.get(slot, times.stand_in(marks[slot], slot) if slot in marks else _stand_in(slot))
        for slot in range(template.count(SLOT))
    ]
    return parse_content(fill(template, ",".join(map(str, numbers))))


def time_stand_ins(template: str) -> dict[str, tuple[int, str]]:
    """What stands in place of each time in `with_stand_ins` -> its slot and mark."""
    marks = _times(template.split(SLOT))
    return {times.text(mark, times.stand_in(mark, slot)): (slot, mark) for slot, mark in marks.items()}


def prove(template: str) -> None:
    """Raises DocumentError unless the template is one of a JSON document that its stand-ins, and nothing else, fill."""
    count = template.count(SLOT)
    dates = time_stand_ins(template)
    leaves = list(_leaves(with_stand_ins(template)))
    if sum(slot_of(leaf) is not None for leaf in leaves) + len(dates) != count or not dates.keys() <= _texts(leaves):
        raise DocumentError("a number stands within a text: the document is kept as it came")
    if any(map(_reads_as_stand_in, _leaves(parse_content(fill(template, ",".join("0" * count)))))):
        raise DocumentError("a number in it is like a stand-in: the document is kept as it came")


def _texts(leaves: list[Any]) -> set[str]:
    return {leaf for leaf in leaves if isinstance(leaf, str)}


def slot_of(value: Any) -> int | None:
    """The slot of a stand-in of `with_stand_ins`; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value < _stand_in(0):
        return None
    slot = int(value) - _stand_in(0)
    return slot if slot < MOST_SLOTS else None


def _reads_as_stand_in(leaf: Any) -> bool:
    """Whether a leaf, a number or a text that reads as one, would be taken for a stand-in."""
    return slot_of(document.number(leaf)) is not None


def _leaves(content: Any) -> Iterator[Any]:
    waiting = [content]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
        else:
            yield node
