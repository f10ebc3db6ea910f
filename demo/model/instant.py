"""The site at one instant, as the model knows it, and the site between two minutes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from demo.model.controllers import CABLE_OHMS, OWN_WATTS, SHARE_LOST
from demo.model.manager import Manager


@dataclass(frozen=True, slots=True)
class ControllerInstant:
    """One controller: its stage, what it measures and what it has counted (`log` has the fields of DayLog)."""

    stage: int
    target: float
    sense: float
    amperes: float
    array_volts: float
    heatsink: float
    slow_volts: float
    slow_amperes: float
    sweep: tuple[float, ...]  # watts and volts of the maximum power point, open volts, when last looked for
    faults: int
    alarms: int
    log: dict[str, Any]

    def output_watts(self, volts: float) -> float:
        """What it gives at its terminals, with so many volts at the battery."""
        return (volts + self.amperes * CABLE_OHMS) * self.amperes

    def input_watts(self, volts: float) -> float:
        """What it takes from its string."""
        return OWN_WATTS + (1 + SHARE_LOST) * self.output_watts(volts) if self.amperes > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Instant:
    """Everything that can be measured at the site at `second` (since 1970, fractions between minutes)."""

    second: float
    volts: float
    amperes: float  # into the pack
    cells: tuple[float, ...]
    rates: tuple[float, ...]  # of the shunts, 0 to 1
    degrees: float
    charge: float  # the manager's count, 0 to 1
    load_watts: float
    room: float
    air: float
    dew_point: float
    ghi: float
    zenith: float
    lamps: float
    loads_on: bool
    hours: float
    controllers: tuple[ControllerInstant, ControllerInstant]
    manager: Manager


def between(before: Instant, after: Instant, second: float) -> Instant:
    """The site at a second between two minutes: what is smooth moves evenly, what is a state is the earlier one's."""
    share = (second - before.second) / (after.second - before.second)

    def mixed(name: str) -> float:
        earlier: float = getattr(before, name)
        later: float = getattr(after, name)
        return earlier + share * (later - earlier)

    if before.loads_on != after.loads_on:
        return replace(before, second=second)
    first_controller, second_controller = (
        _controller(earlier, later, share) for earlier, later in zip(before.controllers, after.controllers, strict=True)
    )
    return replace(
        before,
        second=second,
        volts=mixed("volts"),
        amperes=mixed("amperes"),
        degrees=mixed("degrees"),
        load_watts=mixed("load_watts"),
        room=mixed("room"),
        air=mixed("air"),
        ghi=mixed("ghi"),
        hours=mixed("hours"),
        cells=_mixed(before.cells, after.cells, share),
        rates=_mixed(before.rates, after.rates, share),
        charge=mixed("charge") if after.manager.stage == before.manager.stage else before.charge,
        controllers=(first_controller, second_controller),
    )


def _controller(before: ControllerInstant, after: ControllerInstant, share: float) -> ControllerInstant:
    if before.stage != after.stage:
        return before
    names = ("amperes", "array_volts", "heatsink", "slow_volts", "slow_amperes")
    return replace(
        before,
        **{name: getattr(before, name) + share * (getattr(after, name) - getattr(before, name)) for name in names},
    )


def _mixed(before: tuple[float, ...], after: tuple[float, ...], share: float) -> tuple[float, ...]:
    return tuple(earlier + share * (later - earlier) for earlier, later in zip(before, after, strict=True))
