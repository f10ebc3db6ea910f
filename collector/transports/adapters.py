"""The serial ports there are, and the serial numbers of the adapters behind them."""

from __future__ import annotations

import glob
import platform
from collections.abc import Iterable
from dataclasses import dataclass

from serial.tools import list_ports

from data.errors import ConfigError, TransportError

# A port that is named by its adapter is found wherever the adapter is plugged in.
ADAPTER_PREFIX = "adapter:"
HIGHEST_COM = 256
PATTERNS = {"Linux": "/dev/ttyUSB*", "Darwin": "/dev/tty.usbserial*"}


@dataclass(frozen=True, slots=True)
class Adapter:
    """One port and what is known of its USB adapter; `serial_number` is empty where it has none."""

    port: str
    serial_number: str = ""
    product: str = ""


def candidates(system: str | None = None, pattern: str | None = None) -> list[str]:
    """The ports where a device may be, in the order of their numbers; `pattern` names others.

    Raises ConfigError on a system whose ports are not known.
    """
    system = platform.system() if system is None else system
    if pattern is None:
        if system == "Windows":
            return [f"COM{number}" for number in range(1, HIGHEST_COM + 1)]
        system = "Linux" if system.upper().startswith("CYGWIN") else system
        if system not in PATTERNS:
            raise ConfigError(f"the serial ports of {system or 'this system'} are not known: name them with --ports")
        pattern = PATTERNS[system]
    return sorted(glob.glob(pattern), key=lambda path: (len(path), path))


def adapters() -> list[Adapter]:
    """Every port that the system knows the adapter of."""
    return [Adapter(port.device, port.serial_number or "", port.product or "") for port in list_ports.comports()]


def path_of(port: str, present: Iterable[Adapter] | None = None) -> str:
    """The path of a port; `adapter:SERIAL` is looked up among the adapters that are plugged in now.

    Raises TransportError when it is not plugged in.
    """
    if not port.startswith(ADAPTER_PREFIX):
        return port
    serial_number = port.removeprefix(ADAPTER_PREFIX)
    for adapter in adapters() if present is None else present:
        if serial_number and adapter.serial_number == serial_number:
            return adapter.port
    raise TransportError(
        f"no adapter with the serial number {serial_number!r} is plugged in; `probe` lists those that are"
    )
