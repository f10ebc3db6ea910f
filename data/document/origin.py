"""Whose document it is, when it was measured, and whether it is another one."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from data.document.parsing import parse_content
from data.document.posted_value import number
from data.errors import RangeError
from data.folding import Document, folded
from data.ranges import parse_instant


def controller_string(content: Document, stated: str | None = None) -> int | None:
    """Which controller: `string` in the document or stated beside it, else a trailing 1 or 2 in its name."""
    top = folded(content)
    for value in (top.get("string"), stated):
        if (string := number(value)) in (1.0, 2.0):
            return int(string or 0)
    name = top.get("name")
    trailing = re.search(r"(?<!\d)([12])\s*$", name) if isinstance(name, str) else None
    return int(trailing[1]) if trailing else None


def stated_instant(content: Document) -> datetime | None:
    """When the document says it was measured: ISO 8601 with a time of day in `timestamp` or `date`, else None."""
    stated = stated_text(content)
    return None if stated is None else parse_instant(stated)


def stated_text(content: Document) -> str | None:
    """The text of `stated_instant`."""
    top = folded(content)
    for key in ("timestamp", "date"):
        value = top.get(key)
        if not isinstance(value, str):
            continue
        try:
            parse_instant(value)
        except RangeError:
            continue
        return value
    return None


def same_content(one: str, other: str) -> bool:
    """Whether two posted texts are equal as JSON.  Raises DocumentError when one of them is no document."""
    return one == other or _same(parse_content(one), parse_content(other))


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON: to Python true is 1, to JSON it is not."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)
