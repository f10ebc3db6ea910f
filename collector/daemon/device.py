"""A configured device: it is read through its driver, and its readings become the site's documents."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from collector.daemon.clock import UNSYNCED, Stamp
from collector.daemon.transitions import Transitions
from collector.drivers import DRIVERS
from collector.drivers.documents import compact
from collector.drivers.driver import DeviceConfig, Reader
from collector.drivers.reading import Reading
from data.errors import DecodeError, TransportError

log = logging.getLogger(__name__)


class PolledDevice:
    """A device and its reader.  One thread uses it; with `shares_port` the port is free between two polls."""

    def __init__(self, config: DeviceConfig, reader: Reader, zone: ZoneInfo, shares_port: bool = False) -> None:
        self.name = config.name
        self.interval_seconds = config.interval_seconds
        self.zone = zone
        self._driver = DRIVERS[config.driver]
        self.family = self._driver.family
        self.day_log = self._driver.day_log
        self.day_family = self.day_log.family if self.day_log else ""
        self._string = config.string
        self._reader = reader
        self._shares_port = shares_port
        self._gaps = Transitions(log, f"{config.name}, in part")

    def read(self) -> Reading:
        """One poll.  Missing groups are logged when they begin to fail and when they come again."""
        reading = self._read(self._driver.live)
        if reading.failed:
            reasons = "; ".join(f"{group}: {reason}" for group, reason in reading.failed.items())
            self._gaps.failed(reasons, ",".join(sorted(reading.failed)))
        else:
            self._gaps.recovered()
        return reading

    def read_settings(self) -> Mapping[str, Any]:
        """The settings that belong to the log of a day; empty when the device does not answer now."""
        try:
            return self._read(self.day_log.settings).values if self.day_log else {}
        except (TransportError, DecodeError) as problem:
            log.warning("%s: no charge settings today: %s", self.name, problem)
            return {}

    def document(self, reading: Reading, stamp: Stamp) -> str:
        """The reading as the site's JSON, on one line."""
        return compact(self._driver.build(reading.values, self._string, self._day(stamp)))

    def daily_document(self, values: Mapping[str, Any], day: date | None) -> str | None:
        """The day's log as the site's JSON, with the settings when `values` has them; None without a log."""
        content = self.day_log.build(values, self._string, day) if self.day_log else None
        return None if content is None else compact(content)

    def close(self) -> None:
        """Let go of the port."""
        self._reader.close()

    def _read(self, groups: Sequence[str]) -> Reading:
        try:
            return self._reader.read(groups)
        finally:
            if self._shares_port:
                self._reader.close()

    def _day(self, stamp: Stamp) -> date | None:
        """The day at the site, unless the clock cannot know it."""
        return None if stamp.clock == UNSYNCED else stamp.recorded_at.astimezone(self.zone).date()


def open_devices(configs: Sequence[DeviceConfig], zone: ZoneInfo) -> dict[str, list[PolledDevice]]:
    """The devices by port, each with a reader that opens its port at the first poll."""
    ports: dict[str, list[PolledDevice]] = {}
    for config in configs:
        shares_port = sum(other.port == config.port for other in configs) > 1
        reader = DRIVERS[config.driver].open(config.port, config.unit_id)
        ports.setdefault(config.port, []).append(PolledDevice(config, reader, zone, shares_port))
    return ports
