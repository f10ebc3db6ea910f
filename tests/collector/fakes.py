"""Stand-ins at the clock and at the server, and documents to send."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from collector.daemon.clock import SYNCED, UNSYNCED, Stamp
from collector.daemon.device import PolledDevice
from collector.daemon.spool import Answer, Document, Spool, Verdict
from collector.drivers.driver import DeviceConfig
from collector.drivers.reading import Reading
from collector.drivers.tristar import registers_table
from collector.simulator.tristar.device import VirtualTristar

NOON = datetime(2019, 12, 3, 19, 40, tzinfo=UTC)
STORED = Answer(Verdict.ACCEPT, "stored")
KEPT = Answer(Verdict.KEEP, reason="no answer")


class FakeClock:
    """A clock that moves when told: `pass_seconds` for time itself, `set_to` for a time server."""

    def __init__(self, now: datetime = NOON, is_set: bool = True, boot_id: str = "boot-1") -> None:
        self._now = now
        self._monotonic = 100.0
        self._is_set = is_set
        self._boot_id = boot_id
        self.waits: list[float] = []
        self.stop_after_waits: int | None = None
        self.on_wait: Callable[[], None] = lambda: None

    @property
    def boot_id(self) -> str:
        return self._boot_id

    def stamp(self) -> Stamp:
        return Stamp(self._now, SYNCED if self._is_set else UNSYNCED, self._boot_id, self._monotonic)

    def monotonic(self) -> float:
        return self._monotonic

    def is_set(self) -> bool:
        return self._is_set

    def pass_seconds(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds

    def set_to(self, now: datetime) -> None:
        self._now = now
        self._is_set = True

    def wait(self, seconds: float) -> bool:
        self.waits.append(seconds)
        self.pass_seconds(max(seconds, 0.0))
        self.on_wait()
        return self.stop_after_waits is not None and len(self.waits) > self.stop_after_waits


class FakeUplink:
    """A server's stand-in: answers every document alike, or as `answer` says, and remembers what it was sent."""

    def __init__(self, answer: Callable[[Document], Answer] | None = None) -> None:
        self.answer = answer or (lambda _: STORED)
        self.reachable = True
        self.sent: list[Document] = []

    def send(self, documents: Sequence[Document]) -> list[Answer]:
        self.sent.extend(documents)
        return [self.answer(document) for document in documents]

    def is_reachable(self) -> bool:
        return self.reachable


def put(spool: Spool, clock: FakeClock, content: str = '{"n":1}', device: str = "bms", family: str = "bms") -> int:
    """One document made now, and a second goes by."""
    number = spool.put(family, device, clock.stamp(), content)
    clock.pass_seconds(1)
    return number


class FakeReader:
    """A driver's stand-in: gives these values, or raises `problem`."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = dict(values)
        self.settings = {"absorption_voltage": 14.0}
        self.failed: dict[str, str] = {}
        self.problem: Exception | None = None
        self.settings_problem: Exception | None = None
        self.asked: list[tuple[str, ...]] = []
        self.closed = 0

    def read(self, groups: Sequence[str]) -> Reading:
        self.asked.append(tuple(groups))
        if self.problem is not None:
            raise self.problem
        if "eeprom_settings" in groups:
            if self.settings_problem is not None:
                raise self.settings_problem
            return Reading(self.settings)
        return Reading(dict(self.values), dict(self.failed))

    def close(self) -> None:
        self.closed += 1


def controller(reader: FakeReader, name: str = "tristar-1", interval_seconds: float = 60.0) -> PolledDevice:
    """A charge controller at a site in California."""
    config = DeviceConfig(name, "tristar_mppt", "/dev/none", 1, 1, interval_seconds)
    return PolledDevice(config, reader, ZoneInfo("America/Los_Angeles"))


def live_values() -> dict[str, Any]:
    """What a poll of a charge controller gives: everything but the settings."""
    values = VirtualTristar().decoded()
    return {row.key: values[row.key] for row in registers_table.REGISTERS}
