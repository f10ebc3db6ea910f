"""One turn of each loop, and the loops: a thread for each port, one for the uplink."""

from __future__ import annotations

import logging
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from collector.daemon.clock import Clock
from collector.daemon.clock_holdback import ClockHoldback
from collector.daemon.daily import keep_day
from collector.daemon.device import PolledDevice
from collector.daemon.spool import Spool, Verdict
from collector.daemon.transitions import Transitions
from collector.daemon.uplink import Uplink
from data.errors import ArboretumError

IDLE_SECONDS = 1.0  # how often an empty spool is looked at
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Drained:
    """What one turn of the uplink did.  `kept` is the reason why documents stay, empty when none had to."""

    accepted: int = 0
    refused: tuple[str, ...] = ()
    kept: str = ""
    more: bool = False  # there may be more to send at once


def poll_once(device: PolledDevice, spool: Spool, clock: Clock) -> None:
    """Ask the device once and keep what it said.  Raises TransportError when nothing answered."""
    stamp = clock.stamp()
    reading = device.read()
    notes = keep_day(device, reading, stamp, spool)
    spool.put(device.family, device.name, stamp, device.document(reading, stamp), notes)


def drain_once(spool: Spool, uplink: Uplink, batch: int = 100, holdback: ClockHoldback | None = None) -> Drained:
    """Send the oldest documents in order and carry out the server's verdicts."""
    held_boot = holdback.held_boot(uplink) if holdback is not None else None
    documents = spool.take(batch, held_boot)
    if not documents:
        return Drained(kept=holdback.reason if holdback is not None else "")
    answers = uplink.send(documents)
    spool.settle(list(zip(documents, answers, strict=True)))
    kept = next((answer.reason for answer in answers if answer.verdict is Verdict.KEEP), "")
    return Drained(
        accepted=sum(answer.verdict is Verdict.ACCEPT for answer in answers),
        refused=tuple(answer.reason for answer in answers if answer.verdict is Verdict.REFUSE),
        kept=kept,
        more=not kept and len(documents) == batch,
    )


class Grid:
    """Ticks at whole multiples of the interval from the start; what was late is skipped, never made up for."""

    def __init__(self, start: float, interval_seconds: float) -> None:
        self._start = start
        self._interval_seconds = interval_seconds
        self.next_at = start

    def advance(self, now: float) -> None:
        """Move to the first tick after `now`."""
        ticks = math.floor((now - self._start) / self._interval_seconds) + 1
        self.next_at = self._start + ticks * self._interval_seconds


class Pause:
    """Pauses that double from 1 s to 60 s, each shortened by chance so that collectors do not return in step."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._longest = FIRST_PAUSE_SECONDS

    def next_seconds(self) -> float:
        """How long to wait this time."""
        seconds = self._longest * self._chance.uniform(0.5, 1.0)
        self._longest = min(self._longest * 2, LONGEST_PAUSE_SECONDS)
        return max(seconds, FIRST_PAUSE_SECONDS)

    def reset(self) -> None:
        """Begin again at the shortest."""
        self._longest = FIRST_PAUSE_SECONDS


def poll_loop(devices: Sequence[PolledDevice], spool: Spool, clock: Clock) -> None:
    """Poll the devices of one port, each on its own grid, until a stop is asked for."""
    start = clock.monotonic()
    grids = [Grid(start, device.interval_seconds) for device in devices]
    transitions = [Transitions(log, device.name) for device in devices]
    while True:
        turn = min(range(len(devices)), key=lambda index: grids[index].next_at)
        if clock.wait(grids[turn].next_at - clock.monotonic()):
            return
        guarded_poll(devices[turn], spool, clock, transitions[turn])
        grids[turn].advance(clock.monotonic())


def guarded_poll(device: PolledDevice, spool: Spool, clock: Clock, transitions: Transitions) -> None:
    """One poll whose failure does not end the loop: one failing device never stops the others."""
    try:
        poll_once(device, spool, clock)
    except ArboretumError as problem:
        transitions.failed(str(problem), type(problem).__name__)
    except Exception as problem:  # noqa: BLE001 - the outermost turn: tell it and go on
        transitions.failed("this reading is lost", repr(problem), problem)
    else:
        transitions.recovered()


def uplink_loop(spool: Spool, uplink: Uplink, clock: Clock, batch: int, holdback: ClockHoldback) -> None:
    """Send what is in the spool until a stop is asked for."""
    pause = Pause(random.Random())
    connection, refusals = Transitions(log, "uplink"), Transitions(log, "documents are refused")
    while not clock.wait(0.0):
        try:
            drained = drain_once(spool, uplink, batch, holdback)
        except Exception as problem:  # noqa: BLE001 - the outermost turn: tell it and go on
            connection.failed("this turn failed", repr(problem), problem)
            drained = Drained(kept="failed")
        else:
            if clock.wait(0.0):
                return  # what a stop cut short is no transition
            tell(drained, connection, refusals)
        if drained.kept:
            clock.wait(pause.next_seconds())
            continue
        pause.reset()
        if not drained.more:
            clock.wait(IDLE_SECONDS)


def tell(drained: Drained, connection: Transitions, refusals: Transitions) -> None:
    """Log the transitions of this turn."""
    for reason in drained.refused:
        refusals.failed(reason)
    if drained.accepted and not drained.refused:
        refusals.recovered()
    if drained.kept:
        connection.failed(drained.kept)
    elif drained.accepted or drained.refused:
        connection.recovered()
