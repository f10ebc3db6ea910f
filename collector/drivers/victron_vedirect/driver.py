"""The record of Victron's VE.Direct devices.  Source: docs/devices/victron_vedirect.md."""

from __future__ import annotations

from datetime import date

from collector.drivers import blocks
from collector.drivers.documents import Content, Values, build_device
from collector.drivers.driver import Driver
from collector.drivers.victron_vedirect.fields_table import BY_KEY, GROUPS
from collector.drivers.victron_vedirect.reader import BAUD, VeDirect

# What the site shows as names: the document's key -> the field whose code or bits they are.
NAMED = {"faults": "error_code", "alarms": "alarm_reason"}


def _build(values: Values, string: int | None, day: date | None) -> Content:
    named = {name: blocks.names(BY_KEY[key], values[key] or 0) for name, key in NAMED.items() if key in values}
    return build_device("Victron", values, string, day) | {
        name: [] if values[NAMED[name]] == 0 else texts for name, texts in named.items()
    }


VICTRON_VEDIRECT = Driver(
    name="victron_vedirect",
    open=VeDirect.open,
    live=GROUPS,
    groups=GROUPS,
    build=_build,
    baud=BAUD,
    first_name="victron-",
    tools="collector.drivers.victron_vedirect.tools",
)
