"""The parts of a driver for commands, and what these show.  The daemon loads nothing of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from collector.drivers.decoding import Decoding
from collector.drivers.driver import DeviceConfig
from collector.drivers.reading import Reading

MISSING = "—"
# A secret is asked for at the terminal and never stands on a command line.
SECRET = "PASSWORD"

Do = Callable[[Any, Sequence[str], int, bool], Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One value as a table shows it.  `meaning` has the name of a code or of each set bit; None for other values."""

    group: str
    key: str
    value: Any
    unit: str = ""
    meaning: Sequence[str] | None = None

    def as_json(self) -> dict[str, Any]:
        """The row as JSON: names only where there are any."""
        content = {"group": self.group, "key": self.key, "value": self.value, "unit": self.unit}
        return content if self.meaning is None else content | {"names": list(self.meaning)}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its title, the heads of its columns, its rows, and lines that stand below it.

    Columns named in `numbers` are set to the right.  A row of `marked` is shown bold.
    """

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[object]]
    notes: Sequence[str] = ()
    numbers: frozenset[str] = frozenset()
    marked: frozenset[int] = frozenset()


def shown(value: object) -> str:
    """A value as a table shows it: a dash for none, a list with commas, three places after the point."""
    if value is None or value == "":
        return MISSING
    if isinstance(value, (list, tuple)):
        return ", ".join(shown(item) for item in value) if value else MISSING
    return f"{value:.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


class Shown(Protocol):
    """A content that can be shown as JSON and as a table."""

    def as_json(self) -> dict[str, Any]:
        """As JSON."""

    def sheet(self) -> Sheet:
        """As a table."""


class Settings(Shown, Protocol):
    """The settings of one device."""

    def differences(self, path: Path) -> Shown:
        """What differs from a file.  Raises ConfigError when it holds no settings of such a device."""


@dataclass(frozen=True, slots=True)
class Found:
    """A device that proved its kind.  `serial_number` is its own, `adapter` its USB adapter's; empty if unknown.

    `note` says what still prevents its readings.
    """

    driver: str
    port: str
    unit_id: int = 1
    adapter: str = ""
    serial_number: str = ""
    model: str = ""
    firmware: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """One change: `takes` names its values, `do(line, values, system_volts, allow_changes)` makes it.

    Without `is_answered` the device has no documented answer: the line does not tell whether the change was made.
    """

    takes: tuple[str, ...]
    summary: str
    do: Do
    is_answered: bool = True


@dataclass(frozen=True, slots=True)
class Changes:
    """What can be changed: the actions by name, the line over which they are done, and a log-in where one is needed."""

    actions: Mapping[str, Action]
    open_line: Callable[[DeviceConfig], Any]
    log_in: Callable[[Any, str], object] | None = None


class VirtualDevice(Protocol):
    """The device at the far end of a virtual line."""

    @property
    def delay_seconds(self) -> float:
        """From a question to its answer."""

    @property
    def every_seconds(self) -> float | None:
        """How often it speaks unasked; None: never."""

    def receive(self, data: bytes) -> list[bytes]:
        """Take bytes as they come, in pieces of any size; the answers they lead to, in order."""

    def unasked(self) -> list[bytes]:
        """The bytes that it sends unasked."""


class Simulated(VirtualDevice, Protocol):
    """A virtual device whose values can be changed."""

    def change(self, values: Mapping[str, Any]) -> None:
        """Take new values.  Raises ValueError, and changes nothing, for an unknown key or an impossible value."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What the commands do with one kind of device.

    Attributes:
        rows: every value of a reading, in the order of the device's table.
        dump_raw: {"raw": place -> undecoded content, "failed": place -> reason}.
        prove: the device at a port and a unit id behind an adapter; raises TransportError or DecodeError for another.
        decoding: its part of `decode`.
        read_settings: its settings, for a system of so many volts; None where it has none to read.
        changes: what `change` can do to it.
        virtual: a device of this kind that `simulate` can put on a line of its own.
    """

    rows: Callable[[Reading], list[Row]]
    dump_raw: Callable[[DeviceConfig], dict[str, Any]]
    prove: Callable[[str, int, str], Found]
    decoding: Decoding
    read_settings: Callable[[DeviceConfig, int | None], Settings] | None = None
    changes: Changes = field(default_factory=lambda: Changes({}, lambda _device: None))
    virtual: Callable[[], Simulated] | None = None


def whole(text: str) -> int:
    """The whole number that a person typed.  Raises ValueError."""
    try:
        return int(text)
    except ValueError as cause:
        raise ValueError(f"{text!r} is not a whole number") from cause


def number(text: str) -> int | float:
    """The number that a person typed.  Raises ValueError."""
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError as cause:
        raise ValueError(f"{text!r} is not a number") from cause
