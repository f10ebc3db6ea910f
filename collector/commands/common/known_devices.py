"""The devices found on each adapter: names that stay with their device when ports change places."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from collector.drivers import DRIVERS
from collector.drivers.tools import Found
from collector.transports.adapters import ADAPTER_PREFIX
from data.errors import ConfigError

MEMORY = Path("~/.config/arboretum/devices.json")


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A remembered device: its name, and what it is recognised by."""

    name: str
    driver: str
    port: str
    unit_id: int = 1
    adapter: str = ""
    serial_number: str = ""

    @property
    def where(self) -> str:
        """The port to open: by its adapter where that has a number, so that another path makes no difference."""
        return ADAPTER_PREFIX + self.adapter if self.adapter else self.port


def recognise(answering: Sequence[Found], remembered: Sequence[KnownDevice]) -> list[KnownDevice]:
    """The known devices that answered, in the order in which they were found; a new one gets the next free name.

    A device is recognised by its own serial number; by its adapter when it has none or replaces a known device;
    by its port when it has neither.
    """
    left = list(remembered)
    names: dict[int, str] = {}
    for same in (_same_device, _same_adapter, _same_port):
        for place, device in enumerate(answering):
            match = next((old for old in left if place not in names and same(device, old)), None)
            if match is not None:
                names[place] = match.name
                left.remove(match)
    taken = {old.name for old in remembered}
    for place, device in enumerate(answering):
        if place not in names:
            names[place] = _free_name(DRIVERS[device.driver].first_name, taken)
            taken.add(names[place])
    return [
        KnownDevice(names[place], device.driver, device.port, device.unit_id, device.adapter, device.serial_number)
        for place, device in enumerate(answering)
    ]


def _same_device(device: Found, remembered: KnownDevice) -> bool:
    return bool(device.serial_number) and (device.driver, device.serial_number) == (
        remembered.driver,
        remembered.serial_number,
    )


def _same_adapter(device: Found, remembered: KnownDevice) -> bool:
    ours, theirs = ((each.driver, each.adapter, each.unit_id) for each in (device, remembered))
    return bool(device.adapter) and ours == theirs


def _same_port(device: Found, remembered: KnownDevice) -> bool:
    nameless = not (device.adapter or remembered.adapter) and not (device.serial_number and remembered.serial_number)
    return nameless and (device.driver, device.port, device.unit_id) == (
        remembered.driver,
        remembered.port,
        remembered.unit_id,
    )


def _free_name(prefix: str, taken: Iterable[str]) -> str:
    numbers = range(1, len(set(taken)) + 2)
    return next(name for number in numbers if (name := f"{prefix}{number}") not in set(taken))


def remember(seen: Sequence[KnownDevice], remembered: Sequence[KnownDevice]) -> list[KnownDevice]:
    """The memory after a look at the ports: devices that were seen as they are now, the others as they were."""
    names = {device.name for device in seen}
    return sorted([*seen, *(old for old in remembered if old.name not in names)], key=lambda device: device.name)


def call(devices: Sequence[KnownDevice], name: str, serial_number: str) -> list[KnownDevice]:
    """Give `name` to the device with this serial number, its own or its adapter's; two devices swap their names.

    Raises ConfigError when no device has it.
    """
    chosen = next((device for device in devices if serial_number in (device.serial_number, device.adapter)), None)
    if chosen is None:
        raise ConfigError(f"no device or adapter with the serial number {serial_number!r} was found")
    swap = {chosen.name: name, name: chosen.name}
    return [replace(device, name=swap.get(device.name, device.name)) for device in devices]


def read_memory(path: Path) -> list[KnownDevice]:
    """The remembered devices; none when there is no memory yet.  Raises ConfigError when the file is another one."""
    try:
        content = json.loads(path.expanduser().read_text(encoding="utf-8"))
        return [KnownDevice(**fields) for fields in content]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError) as cause:
        raise ConfigError(f"{path} is no memory of devices ({cause}): delete it, or name another --memory") from cause


def write_memory(path: Path, devices: Sequence[KnownDevice]) -> None:
    """Keep the devices: the file is the old one or the new one, never half of it.  Raises ConfigError if it cannot."""
    place = path.expanduser()
    fresh = place.with_name(place.name + ".new")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(json.dumps([asdict(device) for device in devices], indent=1) + "\n", encoding="utf-8")
        os.replace(fresh, place)
    except OSError as cause:
        raise ConfigError(f"cannot remember the devices in {path}: {cause.strerror}; name another --memory") from cause
