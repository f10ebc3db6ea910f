"""The collector's settings: one TOML file, checked as a whole, every wrong setting reported at once."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from collector.drivers import DRIVERS
from collector.drivers.driver import DeviceConfig
from collector.transports.modbus.tcp import SCHEME, ModbusTcp
from data.errors import ConfigError, RangeError
from data.names import SLUG
from data.ranges import zone_named

REQUIRED = object()


@dataclass(frozen=True, slots=True)
class UplinkConfig:
    """`[uplink]`: the server's address without a path of ours, the key it gave, and documents per request."""

    url: str
    key: str
    batch: int
    timeout_seconds: float


@dataclass(frozen=True, slots=True)
class Config:
    """The whole file.  `spool_path` is absolute: a relative one starts at the folder of the file."""

    zone: ZoneInfo
    uplink: UplinkConfig
    spool_path: Path
    spool_max_bytes: int
    trust_clock: bool
    patience_seconds: float
    devices: tuple[DeviceConfig, ...]


class Table:
    """One table of the file: hands out checked settings and collects what is wrong with the others."""

    def __init__(self, name: str, content: object, wrong: list[str]) -> None:
        self._name = name
        self._wrong = wrong
        self._left: dict[str, Any] = {}
        if isinstance(content, Mapping):
            self._left = dict(content)
        else:
            self.complain("", "write it as a table")

    def complain(self, key: str, advice: str) -> None:
        """Report one setting."""
        self._wrong.append(f"{self._name} {key}: {advice}" if key else f"{self._name}: {advice}")

    def text(self, key: str, default: str | object = REQUIRED) -> str:
        """A text; an empty one counts as missing."""
        return str(self._checked(key, default, str, 'write it in quotation marks, like "…"', ""))

    def whole(self, key: str, default: int | object, low: int, high: int) -> int:
        """A whole number from low to high."""
        advice = f"a whole number from {low} to {high} is needed"
        value = self._checked(key, default, int, advice, low)
        if not low <= value <= high:
            self.complain(key, f"{value} is outside: {advice}")
        return int(value)

    def number(self, key: str, default: float, low: float, high: float) -> float:
        """A number from low to high."""
        advice = f"a number from {low:g} to {high:g} is needed"
        value = self._checked(key, default, (int, float), advice, low)
        if not (math.isfinite(value) and low <= value <= high):
            self.complain(key, f"{value} is outside: {advice}")
        return float(value)

    def choice(self, key: str, default: object, choices: tuple[object, ...]) -> Any:
        """One of the choices."""
        value = self._left.pop(key, default)
        if not any(value is choice or (type(value) is type(choice) and value == choice) for choice in choices):
            named = ", ".join(
                str(choice).lower() if isinstance(choice, bool) else repr(choice)
                for choice in choices
                if choice is not None
            )
            self.complain(key, f"{value!r} is not one of {named}")
        return value

    def finish(self) -> None:
        """Report the settings that nothing has read: most often a misspelling."""
        for key in self._left:
            self.complain(key, "there is no such setting")

    def _checked(self, key: str, default: Any, kind: type | tuple[type, ...], advice: str, stand_in: Any) -> Any:
        value = self._left.pop(key, default)
        if value is REQUIRED or value == "":
            if default is REQUIRED:
                self.complain(key, f"is missing: {advice}")
                return stand_in
            return default
        if not isinstance(value, kind) or isinstance(value, bool):
            self.complain(key, f"found {value!r}: {advice}")
            return stand_in
        return value


def read_config(path: Path) -> Config:
    """Read the file.  Raises ConfigError that names every wrong setting, one a line."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as cause:
        raise ConfigError(f"cannot read {path}: {cause.strerror}; give the collector's file with --config") from cause
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as cause:
        raise ConfigError(f"{path} is not TOML: {cause}") from cause
    wrong: list[str] = []
    config = parse_config(content, path.resolve().parent, wrong)
    if wrong:
        raise ConfigError("\n".join([f"{path}: {len(wrong)} wrong", *(f"  {line}" for line in wrong)]))
    return config


def parse_config(content: Mapping[str, Any], folder: Path, wrong: list[str]) -> Config:
    """The settings of a parsed file; errors are added to `wrong`, and with one the result means nothing."""
    tables = dict(content)
    site = Table("[site]", tables.pop("site", {}), wrong)
    uplink = Table("[uplink]", tables.pop("uplink", {}), wrong)
    spool = Table("[spool]", tables.pop("spool", {}), wrong)
    clock = Table("[clock]", tables.pop("clock", {}), wrong)
    rows = tables.pop("device", [])
    if not isinstance(rows, list) or not rows:
        wrong.append("[[device]]: no device is named; write one [[device]] for each controller and battery manager")
        rows = []
    wrong.extend(f"[{name}]: there is no such table" for name in tables)
    config = Config(
        zone=_zone(site),
        uplink=UplinkConfig(
            url=_url(uplink),
            key=uplink.text("key", ""),
            batch=uplink.whole("batch", 100, 1, 1000),
            timeout_seconds=uplink.number("timeout_seconds", 30.0, 0.1, 600.0),
        ),
        spool_path=folder / spool.text("path"),
        spool_max_bytes=spool.whole("max_bytes", 500_000_000, 100_000, 2**50),
        trust_clock=clock.choice("trust", "auto", (True, "auto")) is True,
        patience_seconds=clock.number("patience_seconds", 20.0, 0.0, 7 * 86400.0),
        devices=tuple(_device(Table(f"[[device]] {place}", row, wrong)) for place, row in enumerate(rows, start=1)),
    )
    for table in (site, uplink, spool, clock):
        table.finish()
    _check_devices_together(config.devices, wrong)
    return config


def _zone(site: Table) -> ZoneInfo:
    name = site.text("timezone")
    try:
        return zone_named(name or "UTC")
    except RangeError as cause:
        site.complain("timezone", str(cause))
        return ZoneInfo("UTC")


def _url(uplink: Table) -> str:
    url = uplink.text("url").rstrip("/")
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
        plain = not (parts.username or parts.query or parts.fragment)
    except ValueError:
        usable = plain = False
    if url and not (usable and plain):
        uplink.complain("url", f"{url!r} is not the address of a server: write it like https://example.org")
    return url


def _device(table: Table) -> DeviceConfig:
    device = DeviceConfig(
        name=table.text("name"),
        driver=table.choice("driver", None, tuple(DRIVERS)),
        port=table.text("port"),
        unit_id=table.whole("unit_id", 1, 1, 247),
        string=table.choice("string", None, (None, 1, 2)),
        interval_seconds=table.number("interval_seconds", 60.0, 0.05, 86400.0),
    )
    if device.name and not SLUG.fullmatch(device.name):
        table.complain("name", f"{device.name!r}: use small letters, digits, - _ and ., at most 40, like tristar-1")
    if device.port.startswith(f"{SCHEME}://"):
        _check_network_port(table, device)
    table.finish()
    return device


def _check_network_port(table: Table, device: DeviceConfig) -> None:
    driver = DRIVERS.get(device.driver)
    if driver is not None and not driver.has_unit_id:
        table.complain("port", f"{device.port!r}: {device.driver} is for serial ports")
        return
    try:
        ModbusTcp.at(device.port)
    except ValueError as problem:
        table.complain("port", f"{problem}: write it like tcp://192.168.1.253")


def _check_devices_together(devices: tuple[DeviceConfig, ...], wrong: list[str]) -> None:
    for place, device in enumerate(devices, start=1):
        for other in devices[: place - 1]:
            if device.name and device.name == other.name:
                wrong.append(f"[[device]] {place} name: {device.name!r} is taken; every device needs a name of its own")
            if device.port and device.port == other.port:
                if device.driver != other.driver:
                    wrong.append(f"[[device]] {place} port: {device.port} is that of {other.name!r}, another protocol")
                elif device.unit_id == other.unit_id:
                    wrong.append(
                        f"[[device]] {place} unit_id: {device.unit_id} on {device.port} is that of {other.name!r}"
                    )
