"""One configured device: asked through its driver, and its readings as the site's documents."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from collector.config import DeviceConfig
from collector.daemon.clock import UNSYNCED, Stamp
from collector.daemon.transitions import News
from collector.documents.emus import build_bms, by_sentence
from collector.documents.tristar import build_tristar, build_tristar_daily, compact
from collector.drivers import DRIVERS
from collector.drivers.emus import reader as emus_reader
from collector.drivers.reading import Reading
from collector.drivers.tristar import registers_table
from data.errors import DecodeError, TransportError

# Driver -> the family of its documents and what is asked at every poll.
POLLS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "tristar_mppt": ("tristar", registers_table.LIVE),
    "emus_g1": ("bms", (*emus_reader.LIVE, *emus_reader.LISTED)),
}

log = logging.getLogger(__name__)


class Reader(Protocol):
    """A driver of collector.drivers."""

    def read(self, groups: Sequence[str]) -> Reading:
        """The values of these groups; TransportError when nothing answered."""

    def close(self) -> None:
        """Let go of the port."""


class PolledDevice:
    """A device and its reader.  One thread uses it; with `shares_port` the port is free between two polls."""

    def __init__(self, config: DeviceConfig, reader: Reader, zone: ZoneInfo, shares_port: bool = False) -> None:
        self.name = config.name
        self.interval_seconds = config.interval_seconds
        self.zone = zone
        self.family, self._groups = POLLS[config.driver]
        self.has_days = self.family == "tristar"
        self._string = config.string
        self._reader = reader
        self._shares_port = shares_port
        self._gaps = News(log, f"{config.name}, in part")

    def read(self) -> Reading:
        """One poll.  What did not come is logged when it begins and when it ends."""
        reading = self._read(self._groups)
        if reading.failed:
            reasons = "; ".join(f"{group}: {reason}" for group, reason in reading.failed.items())
            self._gaps.failed(reasons, ",".join(sorted(reading.failed)))
        else:
            self._gaps.recovered()
        return reading

    def read_settings(self) -> Mapping[str, Any]:
        """The charge settings; empty when the device does not tell them now."""
        try:
            return self._read(("eeprom_settings",)).values
        except (TransportError, DecodeError) as problem:
            log.warning("%s: no charge settings today: %s", self.name, problem)
            return {}

    def document(self, reading: Reading, stamp: Stamp) -> str:
        """The reading as the site's JSON, on one line."""
        if self.family == "bms":
            return compact(build_bms(by_sentence(reading.values)))
        return compact(build_tristar(reading.values, self._string, self._day(stamp)))

    def daily_document(self, values: Mapping[str, Any], day: date | None) -> str | None:
        """The day's log as the site's JSON, with the charge settings when `values` has them; None without a log."""
        content = build_tristar_daily(values, self._string, day)
        return None if content["Daily Logger Values"] is None else compact(content)

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
