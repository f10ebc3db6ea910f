"""Reads a VE.Direct port: listens, joins the blocks of one device, and sends nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol, Self

from collector.drivers import blocks
from collector.drivers.blocks import Block, BlockCutter
from collector.drivers.reading import Reading
from collector.drivers.victron_vedirect.fields_table import (
    BY_KEY,
    CHARGE_STATES,
    FIELDS,
    GROUPS,
    NO_INPUT_POWER,
    OFF,
)
from collector.transports.talking_line import TalkingLine
from data.catalogue.codes import NIGHT
from data.errors import DecodeError, TransportError

BAUD = 19200
# A device speaks once a second; a whole block after a half one comes within two.
LISTEN_SECONDS = 3.0
# A monitor's history belongs to the block that follows within this.
OLDEST_HISTORY_SECONDS = 3.0
ADDED = {"charge_state": "live"}  # what is worked out -> its group


class ByteSource(Protocol):
    """What the reader needs of a transport."""

    def heard(self, seconds: float) -> Iterator[bytes]:
        """The pieces that arrive in so many seconds."""

    def close(self) -> None:
        """Let go of the line."""


class Joiner:
    """Joins what one device says: a block without a product belongs to the one with it."""

    def __init__(self) -> None:
        self.live: Block | None = None
        self._rest: Block = {}
        self._rest_at = 0.0

    def take(self, block: Block, at: float) -> Block | None:
        """Take one block; returns the whole reading when it is complete, else None."""
        if b"PID" not in block:
            self._rest, self._rest_at = block, at
            return None if self.live is None else self.live | block
        self.live = block
        if b"CS" in block:  # a controller says all in one block
            return block
        is_fresh = self._rest and at - self._rest_at <= OLDEST_HISTORY_SECONDS
        return block | self._rest if is_fresh else None


class VeDirect:
    """One controller or monitor.  Groups are those of the table."""

    def __init__(self, transport: ByteSource, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._transport = transport
        self._monotonic = monotonic

    @classmethod
    def open(cls, port: str, unit_id: int = 1) -> Self:  # noqa: ARG003
        """A reader on a serial port, which is opened at the first read.  The device has no unit id."""
        return cls(TalkingLine(port, BAUD))

    def read(self, groups: Sequence[str] = GROUPS) -> Reading:
        """One poll.  Raises ValueError for a group there is not, TransportError when no whole block came."""
        if unknown := set(groups) - set(GROUPS):
            raise ValueError(f"there are no groups {sorted(unknown)}")
        block, failed = self.read_block()
        values = values_of(block)
        return Reading({key: value for key, value in values.items() if group_of(key) in groups}, failed)

    def read_block(self) -> tuple[Block, dict[str, str]]:
        """The fields as they came, and the reason for those that did not."""
        joiner, cutter = Joiner(), BlockCutter()
        problem: DecodeError | None = None
        for received in self._transport.heard(LISTEN_SECONDS):
            for block in cutter.feed(received):
                if isinstance(block, DecodeError):
                    problem = block
                elif (whole := joiner.take(block, self._monotonic())) is not None:
                    return whole, {}
        if joiner.live is not None:
            return joiner.live, {"history": f"no block of the history came within {LISTEN_SECONDS:g} s"}
        raise TransportError(
            f"no whole block of VE.Direct within {LISTEN_SECONDS:g} s" + ("" if problem is None else f"; {problem}")
        )

    def close(self) -> None:
        """Let go of the port."""
        self._transport.close()


def group_of(key: str) -> str:
    """The group of a value."""
    return ADDED.get(key) or BY_KEY[key].group


def values_of(block: Block) -> dict[str, Any]:
    """The values of a block, and the charge state that follows from them.  Raises DecodeError for a wrong field."""
    values = blocks.decode(FIELDS, block)
    state, reasons = values.get("operation_state"), values.get("off_reason")
    if isinstance(state, int):
        is_night = state == OFF and isinstance(reasons, int) and bool(reasons & NO_INPUT_POWER)
        values["charge_state"] = NIGHT if is_night else CHARGE_STATES.get(state)
    return values
