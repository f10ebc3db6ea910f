"""What the dialects have in common: keys without spaces and case, and values that are a number however they stand."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

Document = Mapping[str, Any]
Node = dict[str, Any]  # a section under its folded keys


@lru_cache(maxsize=8192)
def fold(key: str) -> str:
    """What the spellings of a key have in common: no spaces, no underscores, no case."""
    return key.replace(" ", "").replace("_", "").lower()


def folded(section: Any) -> Node:
    """A section under its folded keys, the first of two that fold alike; empty for what is no object."""
    if not isinstance(section, Mapping):
        return {}
    node: Node = {}
    for key, value in section.items():
        node.setdefault(fold(key), value)
    return node


_NUMBERS = (int, float)


def _by_any_case(section: dict[str, Any], wanted: str) -> Any:
    return next((value for key, value in section.items() if key.lower() == wanted), None)


def number(value: Any) -> float | None:
    """The finite number in a value: a number, a numeric string, or an object with `value`; None for anything else.

    `12_34` is a name: that Python reads it as a number is Python's own.
    """
    kind = type(value)
    if kind is float:
        return value if math.isfinite(value) else None
    if kind is dict:
        value = value["value"] if "value" in value else _by_any_case(value, "value")
        kind = type(value)
    if kind is str:
        # A word is none; the words that `float` knows are infinite, and to let it fail costs ten times as much.
        if "_" in value or value[:1].isalpha():
            return None
    elif kind is bool or not isinstance(value, _NUMBERS):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


class Sections:
    """The sections of one document, each folded when it is first asked for."""

    def __init__(self, content: Document) -> None:
        self.top = folded(content)
        self.known: dict[str, Node] = {}

    def __call__(self, name: str) -> Node:
        """The section of that folded name; empty when there is none."""
        found = self.known.get(name)
        if found is None:
            found = self.known[name] = folded(self.top.get(name))
        return found

    def value(self, place: tuple[str, ...]) -> Any:
        """What stands at that place, a key or a section and a key, all folded; None when nothing does."""
        if len(place) == 1:
            return self.top.get(place[0])
        return self(place[0]).get(place[1])
