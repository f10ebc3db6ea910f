"""Which controller a document is of, told by its template and few of its numbers: nothing is parsed."""

from __future__ import annotations

from functools import lru_cache

from data import document
from data.folding import folded
from data.templates.splitting import Split, slot_of, time_stand_ins, with_stand_ins


def controller_string(split: Split, stated: str | None) -> int | None:
    """What data.document.controller_string says of the document.  Raises DocumentError for a template of none."""
    slots = _slots(split.template)
    literals = split.numbers.split(",") if slots else []
    return _decided(split.template, tuple((slot, literals[slot]) for slot in slots), stated)


@lru_cache(maxsize=512)
def _slots(template: str) -> tuple[int, ...]:
    """The slots of `string`, and of the name where that is a time."""
    top = folded(with_stand_ins(template))
    string = slot_of(document.number(top.get("string")))
    name = time_stand_ins(template).get(str(top.get("name")))
    return (*(() if string is None else (string,)), *(() if name is None else (name[0],)))


@lru_cache(maxsize=512)
def _decided(template: str, literals: tuple[tuple[int, str], ...], stated: str | None) -> int | None:
    return document.controller_string(with_stand_ins(template, dict(literals)), stated)
