"""What one value of a document is: a number or a word, or an object that holds it as `value` with its `unit`."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

_NUMBERS = (int, float)
_CONTAINERS = (dict, list)


class PostedValue(NamedTuple):
    """The value of an object: a number, a text, a boolean or None.

    `unit` is the posted text, empty where there is none; `names` are the keys that both stand under, the value's first.
    """

    value: Any
    unit: str
    names: tuple[str, ...]


def posted_value(node: Any) -> PostedValue | None:
    """The value that an object holds under `value`, its unit under `unit` or else `units`, in any case.

    None for what is no object, has no `value`, or has an object or a list there.
    """
    if type(node) is not dict:
        return None
    name = _spelled(node, "value")
    if name is None or isinstance(node[name], _CONTAINERS):
        return None
    units = (_spelled(node, "unit"), _spelled(node, "units"))
    kept = (key for key in units if key is not None and (node[key] is None or isinstance(node[key], str)))
    return PostedValue(node[name], posted_unit(node), (name, *kept))


def posted_unit(node: Any) -> str:
    """The text that an object holds under `unit`, else under `units`, in any case; empty where it holds none."""
    if type(node) is not dict:
        return ""
    key = _spelled(node, "unit") or _spelled(node, "units")
    unit = None if key is None else node[key]
    return unit if isinstance(unit, str) else ""


def _spelled(node: dict[str, Any], word: str) -> str | None:
    """The key that is that word, else the first that is in another case."""
    if word in node:
        return word
    for key in node:
        if len(key) == len(word) and key.lower() == word:
            return key
    return None


def number(value: Any) -> float | None:
    """The finite number in a value: a number, a numeric string, or an object with `value`; None for anything else.

    `12_34` is a name: that Python reads it as a number is Python's own.
    """
    kind = type(value)
    if kind is float:
        return value if math.isfinite(value) else None
    if kind is dict:
        name = _spelled(value, "value")
        value = None if name is None else value[name]
        kind = type(value)
    if kind is str:
        # A word is none; the words that `float` knows are infinite, and to let it fail costs ten times as much.
        if "_" in value or value[:1].isalpha():
            return None
    elif kind is bool or not isinstance(value, _NUMBERS):
        return None
    try:
        finite = float(value)
    except (ValueError, OverflowError):
        return None
    return finite if math.isfinite(finite) else None
