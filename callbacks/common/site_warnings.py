"""The warnings of the home page: what the newest documents say of themselves, and silence.

Prefixes, classes and order are those of the first site; the words after a prefix are the document's own.
"""

from __future__ import annotations

from dataclasses import dataclass

from callbacks.common import formatting
from callbacks.common.condition import Condition, Source


@dataclass(frozen=True, slots=True)
class SiteWarning:
    """A notice: its class (`warning`, `danger`, `nodata`), the prefix, and what follows it."""

    kind: str
    prefix: str
    text: str


def warnings(state: Condition) -> list[SiteWarning]:
    """Every warning, in the order shown; empty when all is well."""
    reports = []
    for prefix, kind, field in (("Tristar Alarms: ", "warning", "alarms"), ("Tristar Faults: ", "danger", "faults")):
        for source in state.strings:
            names = getattr(source.latest.flags, field)
            if names:
                reports.append(SiteWarning(kind, prefix, f"{', '.join(names)} ({source.name})"))
    if state.battery is not None:
        flags = state.battery.latest.flags
        for kind, what, names in (
            ("warning", "status", flags.status_errors),
            ("danger", "power", flags.power_errors),
            ("danger", "protection", flags.protection_errors),
        ):
            if names:
                reports.append(SiteWarning(kind, "BMS ERROR: ", f"{', '.join(names)} ({what})"))
    return reports + [silence(source) for source in state.sources if source.silent]


def silence(source: Source) -> SiteWarning:
    """The warning of a device that has not been heard."""
    return SiteWarning(
        "nodata", "No data ", f"from {source.name} for {formatting.span(source.age)}: what it shows is that old."
    )
