"""The documents of registered sensors: every number in them is a series."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data.document.folding import Document, number

MOST_SENSOR_KEYS = 500


def leaves(content: Document) -> list[tuple[str, float, str]]:
    """(key, value, unit) of every numeric leaf; an object with `value` is one leaf under its own key."""
    found: list[tuple[str, float, str]] = []
    waiting: list[tuple[str, Any, int]] = [("", content, 0)]
    while waiting and len(found) < MOST_SENSOR_KEYS:
        path, node, depth = waiting.pop()
        value = number(node)
        if value is not None and path:
            unit = node.get("unit", node.get("units", "")) if isinstance(node, Mapping) else ""
            found.append((_printable(path)[:200], value, _printable(unit) if isinstance(unit, str) else ""))
        elif isinstance(node, Mapping) and depth < 20:
            children = [(f"{path}/{key}" if path else key, child, depth + 1) for key, child in node.items()]
            waiting.extend(reversed(children))
    if isinstance(content.get("unit"), str) and [key for key, _, _ in found] == ["value"]:
        return [("value", found[0][1], content["unit"])]
    return found


def _printable(text: str) -> str:
    return text if text.isprintable() else "".join(filter(str.isprintable, text))


def sensor_units(content: Document) -> dict[str, str]:
    """The unit a sensor posts beside each of its keys; empty where it posts none."""
    return {key: unit for key, _, unit in leaves(content)}
