"""The names a document reports: alarms, faults, flags, errors and pins, in the posted words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from data.catalogue.codes import ALARMS, BATTERY_STATUS, DAILY_FLAGS, FAULTS, PIN_STATUS, POWER_REDUCTION, PROTECTION
from data.folding import Document, Node, Sections, fold


@dataclass(frozen=True, slots=True)
class Flags:
    """The names a document reports, in the posted words; an empty list is a clear answer or none at all."""

    alarms: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    daily_alarms: list[str] = field(default_factory=list)
    daily_faults: list[str] = field(default_factory=list)
    daily_flags: list[str] = field(default_factory=list)
    status_errors: list[str] = field(default_factory=list)
    power_errors: list[str] = field(default_factory=list)
    protection_errors: list[str] = field(default_factory=list)
    pins: list[str] = field(default_factory=list)


def names(value: Any, known: Sequence[str] = ()) -> list[str]:
    """The names in null, a text with commas, a list, or an object of flags; names run together are told apart.

    `known` are the names to look for in a text without separators.
    """
    if isinstance(value, str):
        parts = [part.strip() for part in value.split(",")]
        return [name for part in parts if part for name in _told_apart(part, known)]
    if isinstance(value, Mapping):
        return [str(key).strip() for key, flag in value.items() if _flag(flag)]
    if isinstance(value, list | tuple):
        return [name.strip() for name in value if isinstance(name, str) and name.strip()]
    return []


def _told_apart(text: str, vocabulary: Sequence[str]) -> list[str]:
    """The known names that make up a text written without separators; the text itself when they do not."""
    spellings = {fold(name): name for name in vocabulary} | ({"eneredfloat": "Entered float"} if vocabulary else {})
    rest, words = fold(text), []
    while rest:
        match = max((spelling for spelling in spellings if rest.startswith(spelling)), key=len, default=None)
        if match is None:
            return [text]
        words.append(spellings[match])
        rest = rest[len(match) :]
    return words


def _flag(value: Any) -> bool | None:
    """A flag that travels as a boolean or as the word for one; None for anything else."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    return None


def flags(family: str, content: Document) -> Flags:
    """The names of alarms, faults, flags, errors and pins in a document.  Never raises for a document."""
    sections = Sections(content)
    if family == "device":
        return Flags(**{kind.name: names(sections.top.get(fold(kind.name))) for kind in fields(Flags)})
    if family == "tristar":
        status = sections("status")
        return Flags(
            alarms=names(status.get("alarms"), list(ALARMS.names.values())),
            faults=names(status.get("faults"), list(FAULTS.names.values())),
        )
    if family == "tristar_daily":
        values = sections("dailyloggervalues")
        return Flags(
            daily_alarms=names(values.get("dailyalarms"), list(ALARMS.names.values())),
            daily_faults=names(values.get("dailyfaults"), list(FAULTS.names.values())),
            daily_flags=names(values.get("dailyflags"), list(DAILY_FLAGS.names.values())),
        )
    if family == "bms":
        status = _unfused(sections("bmsstatus"))
        return Flags(
            status_errors=names(status.get("statuserrors")) or _invalid(status),
            power_errors=names(status.get("powererrors")) or _set(status, POWER_REDUCTION.names),
            protection_errors=names(status.get("protectionerrors")) or _set(status, PROTECTION.names),
            pins=names(status.get("pinsconnected")) or _set(status, PIN_STATUS.names),
        )
    return Flags()


# The old reader's validity flags, which are true when all is well -> what to say when they are not.
_VALIDITY = {"valid" + fold(name.removesuffix(" not valid")): name for name in BATTERY_STATUS.names.values()}


def _unfused(status: Node) -> Node:
    """One reader posts two flags under one key, with a comma between their names."""
    fused = [key for key in status if "," in key]
    return status | {name: status[key] for key in fused for name in key.split(",")} if fused else status


def _invalid(status: Node) -> list[str]:
    return [words for key, words in _VALIDITY.items() if _flag(status.get(key)) is False]


def _set(status: Node, words: Mapping[int, str]) -> list[str]:
    return [word for word in words.values() if _flag(status.get(fold(word))) is True]
