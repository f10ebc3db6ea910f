"""The documents of registered sensors: every number in them is a series."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data.document.posted_value import number, posted_unit, posted_value
from data.folding import Document

MOST_SENSOR_KEYS = 500
LONGEST_KEY = 200


def leaves(content: Document) -> list[tuple[str, float, str]]:
    """(key, value, unit) of every numeric leaf; an object with a value is one leaf under its own key.

    A key is the path joined by `/`, an element of a list by its place from 0; of two that come out alike the second is
    `key (2)`.  Beyond MOST_SENSOR_KEYS there are none.
    """
    numbers: dict[str, tuple[float, str]] = {}
    waiting: list[tuple[str, Any]] = [("", content)]
    while waiting and len(numbers) < MOST_SENSOR_KEYS:
        path, node = waiting.pop()
        value = number(node)
        if value is not None and _printable(path):
            numbers[_free(path, numbers)] = value, _printable(posted_unit(node))
        elif type(node) is dict or type(node) is list:
            below = f"{path}/" if path else ""
            inside = node.items() if type(node) is dict else enumerate(node)
            waiting += [(f"{below}{key}", child) for key, child in inside][::-1]
    whole = posted_value(content)
    if whole is not None and list(numbers) == [whole.names[0]]:
        return [(key, value, whole.unit) for key, (value, _) in numbers.items()]
    return [(key, value, unit) for key, (value, unit) in numbers.items()]


def _free(path: str, taken: Mapping[str, Any]) -> str:
    key = free = _printable(path)[:LONGEST_KEY]
    count = 2
    while free in taken:
        suffix = f" ({count})"
        free, count = key[: LONGEST_KEY - len(suffix)] + suffix, count + 1
    return free


def _printable(text: str) -> str:
    return text if text.isprintable() else "".join(filter(str.isprintable, text))


def sensor_units(content: Document) -> dict[str, str]:
    """The unit a sensor posts beside each of its keys; empty where it posts none."""
    return {key: unit for key, _, unit in leaves(content)}
