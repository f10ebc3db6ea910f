"""Newest documents as the queries give them, written out by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

from callbacks.common.condition import Condition, condition
from data.catalogue.codes import CHARGE_STATE
from data.queries import DeviceRow, Latest

NOW = datetime(2019, 12, 3, 19, 40, tzinfo=UTC)  # 11:40 at the site
FIELDS = ("alarms", "faults", "status_errors", "power_errors", "protection_errors")
FULL_CHARGE = 1_296_000.0


def charge_state(word: str) -> float:
    """The number of a charge state by its key."""
    return float(CHARGE_STATE.number(word))


def latest(
    slug: str,
    readings: Mapping[str, float],
    age: timedelta = timedelta(seconds=8),
    expected: int | None = 60,
    flags: Mapping[str, Sequence[str]] | None = None,
    family: str | None = None,
) -> Latest:
    """The newest document of that device."""
    kind = slug.partition("-")[0]
    string = int(slug[-1]) if slug[-1] in "12" else None
    number = {"bms": 1, "tristar-1": 2, "tristar-2": 3}.get(slug, 4)
    device = DeviceRow(number, slug, kind, slug.title(), string, True, expected, None, None)
    named = SimpleNamespace(**{field: list((flags or {}).get(field, ())) for field in FIELDS})
    return Latest(device, family or kind, NOW - age, NOW - age, "synced", dict(readings), cast(Any, named), "{}")


def battery(volts: float = 13.4, amps: float = 10.0, percent: float = 72.0, **more: Any) -> Latest:
    """The battery manager's."""
    readings = {
        "total_voltage": volts,
        "total_current": amps,
        "state_of_charge": percent,
        "battery_charge": FULL_CHARGE * percent / 100,
        "battery_capacity": FULL_CHARGE,
    }
    return latest("bms", readings, **more)


def string(number: int, watts: float = 206.0, state: str = "mppt", **more: Any) -> Latest:
    """A controller's."""
    return latest(f"tristar-{number}", {"p_out": watts, "charge_state": charge_state(state)}, **more)


def stands(*rows: Latest) -> Condition:
    """The condition of a site with those newest documents."""
    spacings = {
        (row.device.id, row.family): timedelta(seconds=row.device.expected_interval_seconds)
        for row in rows
        if row.device.expected_interval_seconds
    }
    return condition(rows, spacings, NOW)
