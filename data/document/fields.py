"""Where each value sits in the posted documents: the one table from drivers' keys and places to metrics.

The rows are in `fields.tsv`, in the order in which the site's documents have them.  A place is a section and a key with
`|` between them, or a key at the top; several aliases have ` ; ` between them.
"""

from __future__ import annotations

from dataclasses import dataclass

from data import catalogue
from data.catalogue.tables import beside, read_table
from data.families import FAMILIES

PATH = beside(__file__, "fields.tsv")
_LISTED = {(metric.family, metric.key) for metric in catalogue.METRICS}
COLUMNS = ("family", "metric", "driver", "place", "shape", "unit_word", "aliases")


@dataclass(frozen=True, slots=True)
class FieldRow:
    """Where one value sits: the driver's key, the place in the site's documents, and where other dialects have it.

    `driver` is a register's key, or `SENTENCE/field` of the battery manager.  `shape` is how the site's documents write
    it: "number", "value_unit" (an object with the word `unit_word`) or "text" (a word for a code).
    """

    family: str
    metric: str
    driver: str
    pointer: tuple[str, str]
    shape: str = "number"
    unit_word: str = ""
    aliases: tuple[tuple[str, ...], ...] = ()


def field_row(family: str, metric: str, driver: str, place: str, shape: str, unit_word: str, aliases: str) -> FieldRow:
    """The place of one metric.  Raises ValueError that says what is wrong with it."""
    if family not in FAMILIES:
        raise ValueError(f"{metric}: no family is named {family!r}: there are {', '.join(FAMILIES)}")
    if (family, metric) not in _LISTED:
        raise ValueError(f"metrics.tsv has no metric {metric!r} of the family {family}")
    if not driver or place.count("|") != 1:
        raise ValueError(f"{metric} needs a driver's key and a place, section|key, not {driver!r} and {place!r}")
    if shape not in ("", "text", "value_unit") or (shape == "value_unit") != bool(unit_word):
        raise ValueError(
            f"{metric}: shape {shape!r} with the unit {unit_word!r}; give text, or value_unit and its unit"
        )
    section, _, key = place.partition("|")
    others = tuple(tuple(alias.split("|")) for alias in aliases.split(" ; ")) if aliases else ()
    return FieldRow(family, metric, driver, (section, key), shape or "number", unit_word, others)


FIELDS = read_table(PATH, COLUMNS, field_row)
