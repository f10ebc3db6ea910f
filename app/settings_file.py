"""The JSON file of settings, and what is wrong with one that cannot be read."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from data.errors import ConfigError


def read_file(path: Path) -> dict[str, Any]:
    """The settings in a JSON file.  Raises ConfigError that says where it stops being JSON, and why if it can tell."""
    try:
        content = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as cause:
        raise ConfigError(f"{path}: cannot be read ({cause}); ARBORETUM_CONFIG names another file") from cause
    try:
        settings = json.loads(content)
    except json.JSONDecodeError as cause:
        raise ConfigError(f"{path}, line {cause.lineno}: {why_not_json(content, cause)}") from cause
    if not isinstance(settings, dict):
        raise ConfigError(f'{path}: write an object, {{"SITE_NAME": "My site"}}')
    return settings


def why_not_json(content: str, cause: json.JSONDecodeError) -> str:
    """The mistakes people make in such a file, by name."""
    reasons = []
    if re.search("[\u2018\u2019\u201c\u201d\u201e\u00ab\u00bb]", content):
        reasons.append('typographic quotes (\u201c \u201d): replace them by straight ones (")')
    if re.search(r",\s*[}\]]", content):
        reasons.append("a trailing comma: take away the comma before the closing bracket")
    return "not JSON, it has " + " and ".join(reasons) if reasons else f"not JSON: {cause}"
