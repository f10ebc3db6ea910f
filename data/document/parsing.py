"""From posted text to an object, with everything refused that could not be stored or answered again."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from data.errors import DocumentError

# Our documents have four levels; whoever reads one again may stand deep in the stack already.
MOST_LEVELS = 50
# Whole numbers of up to so many digits are floats too, without asking.
MOST_DIGITS = 18


def parse_content(text: str | bytes) -> dict[str, Any]:
    """The object in a posted body; a key that stands twice is kept as `key (2)`, so that nothing is lost.

    Raises DocumentError for text that is not JSON, for NaN, Infinity and numbers too large for a float, for half a
    character (a lone surrogate, which no database and no answer can hold), for what is nested too deep, and for
    anything but an object.
    """
    try:
        if isinstance(text, bytes):
            text = text.decode(json.detect_encoding(text))
        content = json.loads(
            text.removeprefix("\ufeff"),
            object_pairs_hook=_keep_repeated,
            parse_constant=_refuse_constant,
            parse_float=_float,
            parse_int=_whole,
        )
    except RecursionError:
        raise DocumentError(TOO_DEEP) from None
    except ValueError as cause:
        raise DocumentError(f"body is not JSON: {cause}") from cause
    if not isinstance(content, dict):
        raise DocumentError(f"body is a JSON {type(content).__name__}, expected an object")
    if _is_too_deep(content):
        raise DocumentError(TOO_DEEP)
    if (not text.isascii() or ("\\u" in text and _ESCAPED_SURROGATE.search(text))) and _has_surrogate(content):
        raise DocumentError("body holds half a character (a lone surrogate): send whole ones")
    return content


TOO_DEEP = f"body is nested too deep to be a document: send at most {MOST_LEVELS} levels"
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_CONTAINERS = (dict, list)


def _is_too_deep(content: dict[str, Any]) -> bool:
    level: list[Any] = [content]
    for _ in range(MOST_LEVELS):
        level = [
            child
            for node in level
            for child in (node.values() if isinstance(node, dict) else node)
            if isinstance(child, _CONTAINERS)
        ]
        if not level:
            return False
    return True


def _has_surrogate(content: dict[str, Any]) -> bool:
    try:
        json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def _float(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise ValueError(f"{digits[:20]} is too large a number; leave the value out, or write null")
    return value


def _whole(digits: str) -> int:
    """The whole number, to its last digit; as a value of a series it must fit a float."""
    if len(digits) > MOST_DIGITS:
        _float(digits)
    return int(digits)


def _keep_repeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) == len(pairs):
        return content
    content = {}
    for key, value in pairs:
        free, number = key, 2
        while free in content:
            free, number = f"{key} ({number})", number + 1
        content[free] = value
    return content


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number; leave the value out, or write null")
