"""The document of the log that a device keeps of a day: at 23:58 at the site, once a day, also when late.

A controller has no clock; it begins a new log some hours into the night.  So the log as last seen is kept with every
poll: a day on which the collector was down at 23:58 gets the last log that was seen on it, under the time it was seen.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from collector.daemon.clock import UNSYNCED, Stamp
from collector.daemon.clock_holdback import GIVEN_UP
from collector.daemon.device import PolledDevice
from collector.daemon.spool import Spool
from collector.drivers.reading import Reading

DUE_AT = time(23, 58)
# Until then the controller is still in the night that follows the day.
NIGHT_ENDS_AT = time(4)
MADE = "daily made "
SEEN = "daily seen "


@dataclass(frozen=True, slots=True)
class Seen:
    """The log of one day as a poll saw it.  `counters` are those of its DayLog."""

    day: str
    recorded_at: str
    clock: str
    boot_id: str
    monotonic_seconds: float
    content: str
    counters: dict[str, float]

    @property
    def stamp(self) -> Stamp:
        """When it was seen."""
        return Stamp(datetime.fromisoformat(self.recorded_at), self.clock, self.boot_id, self.monotonic_seconds)


def due_day(at: datetime, zone: ZoneInfo) -> date:
    """The last day at the site that is over, or as good as over, at that instant."""
    local = at.astimezone(zone)
    return local.date() if local.time() >= DUE_AT else local.date() - timedelta(days=1)


def is_night_after(day: date, at: datetime, zone: ZoneInfo) -> bool:
    """True from 23:58 of the day until its night ends."""
    local = at.astimezone(zone)
    return local.date() == day or (local.date() - day == timedelta(days=1) and local.time() < NIGHT_ENDS_AT)


def keep_day(device: PolledDevice, reading: Reading, stamp: Stamp, spool: Spool) -> dict[str, str]:
    """Make the daily document if it is due; returns the note of the log seen now, to be kept with the reading."""
    if device.day_log is None:
        return {}
    local_day = stamp.recorded_at.astimezone(device.zone).date()
    live = device.daily_document(reading.values, None if stamp.clock == UNSYNCED else local_day)
    if live is None:
        return {}
    seen = read_seen(spool, device.name)
    if stamp.clock == UNSYNCED and spool.note(GIVEN_UP) != stamp.boot_id:
        keep_ended_log(device, reading.values, seen, spool)
    else:
        keep_due_day(device, reading.values, stamp, seen, spool)
    counters = {key: reading.values[key] for key in device.day_log.counters if reading.values.get(key) is not None}
    now = Seen(
        str(local_day),
        stamp.recorded_at.isoformat(),
        stamp.clock,
        stamp.boot_id,
        stamp.monotonic_seconds,
        live,
        counters,
    )
    return {SEEN + device.name: json.dumps(asdict(now))}


def keep_due_day(
    device: PolledDevice, values: Mapping[str, Any], stamp: Stamp, seen: Seen | None, spool: Spool
) -> None:
    """Keep the log of the day that is due: as it is in the night after, else as last seen on the day, else none."""
    day = due_day(stamp.recorded_at, device.zone)
    note = {MADE + device.name: str(day)}
    if spool.note(MADE + device.name) == str(day):
        return
    of_day = seen if seen is not None and seen.day == str(day) and seen.clock != UNSYNCED else None
    if is_night_after(day, stamp.recorded_at, device.zone) and not (of_day and begun_again(values, of_day)):
        content = device.daily_document({**values, **device.read_settings()}, day)
        assert content is not None, "the log is among the values"
        spool.put(device.day_family, device.name, stamp, content, note)
    elif of_day is not None:
        spool.put(device.day_family, device.name, of_day.stamp, of_day.content, note)


def keep_ended_log(device: PolledDevice, values: Mapping[str, Any], seen: Seen | None, spool: Spool) -> None:
    """Keep the log of a day without a clock: the old one as last seen, when the controller has begun a new one."""
    if seen is None or not begun_again(values, seen):
        return
    if seen.clock == UNSYNCED:
        spool.put(device.day_family, device.name, seen.stamp, seen.content)
    elif spool.note(MADE + device.name) != seen.day:
        spool.put(device.day_family, device.name, seen.stamp, seen.content, {MADE + device.name: seen.day})


def begun_again(values: Mapping[str, Any], seen: Seen) -> bool:
    """True when a counter is lower than it was: the controller has begun a new log (or was reset)."""
    return any(values.get(key) is not None and values[key] < before for key, before in seen.counters.items())


def read_seen(spool: Spool, name: str) -> Seen | None:
    """The log that the last poll saw, however long ago."""
    note = spool.note(SEEN + name)
    return None if note is None else Seen(**json.loads(note))
