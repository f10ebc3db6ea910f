"""A driver is one record: what the daemon needs of a kind of device; what commands for people need is in tools.py."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from collector.drivers.documents import Content, Values
from collector.drivers.reading import Reading


class Reader(Protocol):
    """Asks one device."""

    def read(self, groups: Sequence[str]) -> Reading:
        """The values of these groups; TransportError when nothing answered."""

    def close(self) -> None:
        """Let go of the port."""


@dataclass(frozen=True, slots=True)
class DayLog:
    """The log of a day that a device keeps, as a document of its own.

    Attributes:
        build: the document of some values; None when the log is not among them.
        settings: groups that are read for it as well, once a day.
        counters: keys of values that only grow within one log.
    """

    family: str
    build: Callable[[Values, int | None, date | None], Content | None]
    settings: tuple[str, ...]
    counters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Driver:
    """One kind of device.

    Attributes:
        name: what the settings and the commands call it.
        open: a reader for a port and a unit id; the port is opened at the first read.
        live: groups that are asked for at every poll.  groups: all that can be asked for.
        build: the document of a poll's values, of a string and of a day at the site.
        family: the family of these documents.
        first_name: what `probe` calls the devices, before their number.
        tools: the module with its `TOOLS`, which only commands for people load.
        has_unit_id: several may share a port, and one may be in the network under "tcp://…".
        asks_lines: questions are lines; their line ends do not count.
    """

    name: str
    open: Callable[[str, int], Reader]
    live: tuple[str, ...]
    groups: tuple[str, ...]
    build: Callable[[Values, int | None, date | None], Content]
    baud: int
    first_name: str
    tools: str
    family: str = "device"  # the general one
    day_log: DayLog | None = None
    has_unit_id: bool = False
    asks_lines: bool = False


@dataclass(frozen=True, slots=True)
class DeviceConfig:
    """One `[[device]]`: what it is, where it is plugged in and how often it is asked."""

    name: str
    driver: str
    port: str
    unit_id: int
    string: int | None
    interval_seconds: float
