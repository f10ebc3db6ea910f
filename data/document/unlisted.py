"""Numbers that a device posts and neither the table of fields nor, for the general family, the catalogue has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data.document.cells import CELL_SECTIONS
from data.document.fields import FIELDS
from data.document.general import metric_named
from data.document.sensors import leaves
from data.families import FAMILIES, KINDS
from data.folding import Document, fold

# What says whose document it is and when it was measured, and the copy of a row that an import keeps beside its values.
IDENTITY = frozenset({("string",), ("date",), ("timestamp",), ("msviewrow",)})
# Family -> folded place, a section and a key or a key alone -> the metric that stands there.
PLACES: Mapping[str, Mapping[tuple[str, ...], str]] = {
    family: {
        tuple(map(fold, place)): row.metric
        for row in FIELDS
        if row.family == family
        for place in (row.pointer, *row.aliases)
    }
    for family in FAMILIES
}
LISTED = {family: IDENTITY.union(places) for family, places in PLACES.items()}
# A controller posts two families under one name: the keys of one begin so, those of the other never do.
PREFIXES = tuple(family.prefix for family in FAMILIES.values() if family.prefix)


def unlisted(family: str, content: Document) -> list[tuple[str, float, str]]:
    """(key, value, unit) of the numbers that have no place in the table; keys as `leaves` gives them."""
    listed = LISTED[family]
    rest: dict[str, Any] = {}
    for key, node in content.items():
        name = fold(key)
        if (name,) in listed or (family == "bms" and name in CELL_SECTIONS):
            continue
        if family == "device" and (isinstance(node, str) or metric_named(name) is not None):
            continue  # "1.61" is the version of a firmware
        if isinstance(node, Mapping):
            node = {inside: value for inside, value in node.items() if (name, fold(inside)) not in listed}
        rest[key] = node
    prefix = FAMILIES[family].prefix
    kept = prefix or family == "device"
    return [(prefix + key, value, unit) for key, value, unit in leaves(rest) if kept or not key.startswith(PREFIXES)]


def family_of_unlisted(kind: str, key: str) -> str:
    """Which of the families of that kind of device posts an unlisted number of that key."""
    families = KINDS[kind]
    return next((family for family in families if key.startswith(FAMILIES[family].prefix or "\0")), families[0])
