"""How the site stands now: what flows where, how old each number is, and the sentence that says it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from callbacks.common import formatting
from data import gaps
from data.catalogue.codes import FLOAT, NIGHT
from data.queries import Latest
from pages.graph.form import IMPORTED

NOTHING_YET = "Nothing has been measured yet."
IDLE_WATTS = 5.0
FULL_PERCENT = 99.0
ROUNDING_MINUTES = 10
Spacings = Mapping[tuple[int, str], timedelta]  # by device id and family
LONGEST_FORECAST = timedelta(hours=48)
LONGEST_CHARGE = timedelta(hours=10)


@dataclass(frozen=True, slots=True)
class Source:
    """One device's newest document: its age, the spacing expected of it, and whether it has fallen silent."""

    latest: Latest
    name: str
    age: timedelta
    expected: timedelta

    @property
    def silent(self) -> bool:
        """Whether it is too old to count as now."""
        return self.age > gaps.silent_after(self.expected)

    @property
    def late_after_seconds(self) -> float:
        """From what age on it asks for attention."""
        return gaps.late_after(self.expected).total_seconds()

    def reading(self, key: str) -> float | None:
        """The reading of a metric, if the document has it."""
        return self.latest.readings.get(key)

    @property
    def charge_state(self) -> float | None:
        """The number of the controller's charge state, if the document has it."""
        return self.reading("charge_state")


@dataclass(frozen=True, slots=True)
class Condition:
    """The site at one moment: its controllers by string, its battery manager, if any, and its other devices."""

    strings: tuple[Source, ...]
    battery: Source | None
    others: tuple[Source, ...] = ()

    @property
    def sources(self) -> tuple[Source, ...]:
        """The controllers, then the battery manager; not the others."""
        return (*self.strings, self.battery) if self.battery else self.strings

    @property
    def speaking(self) -> tuple[Source, ...]:
        """The controllers whose numbers count as now."""
        return tuple(source for source in self.strings if not source.silent and source.reading("p_out") is not None)

    @property
    def solar_watts(self) -> float | None:
        """What the controllers put out together; None when none of them speaks."""
        speaking = self.speaking
        return sum(source.reading("p_out") or 0.0 for source in speaking) if speaking else None

    @property
    def battery_watts(self) -> float | None:
        """Power into the battery; negative when it is drawn on."""
        if self.battery is None or self.battery.silent:
            return None
        volts, amps = self.battery.reading("total_voltage"), self.battery.reading("total_current")
        return volts * amps if volts is not None and amps is not None else None

    @property
    def load_watts(self) -> float | None:
        """Solar output minus battery power, where all of it was measured at about the same time; never below zero.

        None when a controller is silent or the clocks of the documents lie too far apart.
        """
        battery, solar = self.battery_watts, self.solar_watts
        if battery is None or solar is None or self.battery is None or len(self.speaking) < len(self.strings):
            return None
        sources = (*self.speaking, self.battery)
        apart = max(source.age for source in sources) - min(source.age for source in sources)
        if apart > gaps.late_after(max(source.expected for source in sources)) + timedelta(seconds=30):
            return None
        return max(0.0, solar - battery)


def source_name(latest: Latest) -> str:
    """What a device is called in a sentence."""
    device = latest.device
    if device.kind == "bms":
        return "the battery" if device.slug == "bms" else device.name
    if device.string is not None:
        return f"string {device.string}"
    return "the controller" if device.slug == "tristar" else device.name


def sources_of(rows: Sequence[Latest], spacings: Spacings, now: datetime) -> list[Source]:
    """Each newest document with its age and the spacing expected of its device."""
    return [
        Source(
            latest,
            source_name(latest),
            max(timedelta(0), now - latest.recorded_at),
            spacings.get((latest.device.id, latest.family), gaps.UNKNOWN_SPACING),
        )
        for latest in rows
    ]


def condition(rows: Sequence[Latest], spacings: Spacings, now: datetime) -> Condition:
    """The condition from the newest documents; `spacings` are those of `queries.spacings`.

    Where several battery managers post, the one heard last counts.  A controller that never told its string counts
    only while none did.
    """
    sources = sources_of(rows, spacings, now)
    batteries = sorted((source for source in sources if source.latest.family == "bms"), key=lambda source: source.age)
    strings = [
        source for source in sources if source.latest.family == "tristar" and source.latest.device.slug != IMPORTED
    ]
    others = tuple(source for source in sources if source.latest.family == "device")
    string_sources = [source for source in strings if source.latest.device.string is not None]
    ordered = sorted(
        string_sources or strings, key=lambda source: (source.latest.device.string or 9, source.latest.device.slug)
    )
    return Condition(tuple(ordered), batteries[0] if batteries else None, others)


def sentence(
    state: Condition, now: datetime, zone: ZoneInfo, sun_until: datetime | None, steady_amps: float | None
) -> str:
    """What a person would say of it.

    `steady_amps` is the battery current of the last half hour, for the forecasts; `sun_until` is when the sun is
    expected to stop today.  A forecast that makes no sense is left out.
    """
    if not state.sources:
        return "No controller and no battery manager has been heard yet." if state.others else NOTHING_YET
    level = _level(state)
    if all(source.silent for source in state.sources):
        seen = f"; the battery was last seen at {level}" if level else ""
        return f"No data for {formatting.span(min(source.age for source in state.sources))}{seen}."
    solar = _solar_phrase(state)
    if state.battery is None or state.battery.silent or state.battery_watts is None:
        return _without_battery(state, level, solar)
    watts = state.battery_watts
    at = f"battery at {level}" if level else "the level of the battery is not known"
    if watts > IDLE_WATTS:
        if _is_full(state):
            return f"Full, at {level or '100 %'}; {f'{solar} keep' if solar else 'the sun keeps'} it there."
        ahead = _full_by(state, now, zone, sun_until, steady_amps)
        lead = f"Charging, {solar}" if solar else f"Charging with {_watts(watts)}"
        return f"{lead}; {at}{ahead}."
    if watts < -IDLE_WATTS:
        ahead = _lasts_until(state, now, zone, steady_amps)
        if (state.solar_watts or 0.0) > IDLE_WATTS:
            out = _watts(state.load_watts if state.load_watts is not None else -watts)
            return f"Drawing on the battery: {solar}, {out} used; {at}{ahead}."
        night = any(source.charge_state == NIGHT for source in state.speaking)
        lead = "Night, the battery carries" if night else "No sun, the battery carries"
        return f"{lead} {_watts(-watts)}; {f'it stands at {level}' if level else at}{ahead}."
    if _is_full(state):
        return f"Full, at {level or '100 %'}; " + (f"{solar} carry the load." if solar else "nothing flows in or out.")
    if (state.solar_watts or 0.0) > IDLE_WATTS:
        return f"In balance: {solar} carry the load; {at}."
    return f"At rest: nothing flows in or out; {at}."


def _without_battery(state: Condition, level: str, solar: str) -> str:
    if state.battery is None:
        return (
            f"{formatting.capitalised(solar)}; no battery manager has reported yet."
            if solar
            else "No sun, and no battery manager has reported yet."
        )
    if state.battery.silent:
        seen = f"; last seen at {level}" if level else ""
        rest = f" {formatting.capitalised(solar)} meanwhile." if solar else ""
        return f"No data from the battery for {formatting.span(state.battery.age)}{seen}.{rest}"
    part = f"; {solar}" if solar else ""
    return (f"Battery at {level}" if level else "The battery answers in part") + f"; its current is not known{part}."


def _level(state: Condition) -> str:
    percent = state.battery.reading("state_of_charge") if state.battery else None
    return formatting.with_unit(formatting.number(percent, 0), "%") if percent is not None else ""


def _watts(value: float) -> str:
    return formatting.with_unit(formatting.number(value, 0), "W")


def _solar_phrase(state: Condition) -> str:
    """`412 W from both strings`; empty when no sun is worth a word or nobody can tell."""
    if (state.solar_watts or 0.0) <= IDLE_WATTS:
        return ""
    names = [source.name for source in state.speaking]
    if len(names) == 2 and {source.latest.device.string for source in state.speaking} == {1, 2}:
        of = "both strings"
    else:
        of = names[0] if len(names) == 1 else f"{len(names)} controllers"
    silent = [source.name for source in state.strings if source.silent]
    missing = f" (no data from {' and '.join(silent)})" if silent else ""
    return f"{_watts(state.solar_watts or 0.0)} from {of}{missing}"


def _is_full(state: Condition) -> bool:
    assert state.battery is not None
    percent = state.battery.reading("state_of_charge")
    if percent is not None:
        return percent >= FULL_PERCENT
    return any(source.charge_state == FLOAT for source in state.speaking)


def _full_by(state: Condition, now: datetime, zone: ZoneInfo, sun_until: datetime | None, steady: float | None) -> str:
    assert state.battery is not None
    charge, capacity = state.battery.reading("battery_charge"), state.battery.reading("battery_capacity")
    amps = steady if steady is not None and steady > 0 else state.battery.reading("total_current")
    if charge is None or capacity is None or not amps or amps <= 0 or charge >= capacity:
        return ""
    seconds = (capacity - charge) / amps
    if not math.isfinite(seconds) or seconds > LONGEST_CHARGE.total_seconds():
        return ", not full today at this rate"
    at = now + timedelta(seconds=seconds)
    if sun_until is not None and at > sun_until:
        return ", not full today at this rate"
    return f", full by about {formatting.moment(formatting.rounded_to(at, ROUNDING_MINUTES), now, zone)}"


def _lasts_until(state: Condition, now: datetime, zone: ZoneInfo, steady: float | None) -> str:
    assert state.battery is not None
    charge = state.battery.reading("battery_charge")
    amps = steady if steady is not None and steady < 0 else state.battery.reading("total_current")
    if charge is None or not amps or amps >= 0:
        return ""
    seconds = charge / -amps
    if seconds > LONGEST_FORECAST.total_seconds():
        return ", enough for more than two days at this load"
    if seconds < 60 * ROUNDING_MINUTES:
        return ", nearly empty: minutes left at this load"
    at = formatting.rounded_to(now + timedelta(seconds=seconds), ROUNDING_MINUTES)
    return f", lasts until about {formatting.moment(at, now, zone)} at this load"
