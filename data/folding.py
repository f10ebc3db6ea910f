"""What the dialects have in common: keys without spaces, underscores and case."""

from __future__ import annotations

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


class Sections:
    """The sections of one document, each folded when it is first asked for."""

    def __init__(self, content: Document) -> None:
        self.top = folded(content)
        self.sections: dict[str, Node] = {}

    def __call__(self, name: str) -> Node:
        """The section of that folded name; empty when there is none."""
        section = self.sections.get(name)
        if section is None:
            section = self.sections[name] = folded(self.top.get(name))
        return section

    def value(self, place: tuple[str, ...]) -> Any:
        """What stands at that place, a key or a section and a key, all folded; None when nothing does."""
        if len(place) == 1:
            return self.top.get(place[0])
        return self(place[0]).get(place[1])
