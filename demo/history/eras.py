"""The long past in eras of some weeks, each with a model of its own that starts a little earlier, so none waits.

The model is told nothing of what came before it, and two days later nothing of its first state is left; only its
counters are joined, so that they rise from era to era without a step.
"""

from __future__ import annotations

import pickle
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from demo.launch import MODEL_DAYS, WARM_UP_DAYS, Launch
from demo.minutes import DAY
from demo.model.instant import Instant
from demo.model.model import Model

LONGEST_DAYS = 42
LOG_COUNTERS = ("ah_total", "wh_total", "ah_since", "wh_since")
MANAGER_COUNTERS = ("charged", "discharged")

Totals = dict[str, float]


@dataclass(frozen=True, slots=True)
class Era:
    """The minutes from `first` up to, not including, `last`; its model runs from `start`.

    At the minute `joins` the model of the next, newer era starts; there its counters are joined to this one's.
    """

    start: int
    first: int
    last: int
    joins: int


@dataclass(frozen=True, slots=True)
class Run:
    """What a model's run through an era gives: the instants asked for, pickled, by part; and what was counted."""

    parts: dict[int, bytes]
    gained: Totals


def eras(launch: Launch, first: int, last: int) -> list[Era]:
    """The eras of the minutes from `first` up to `last`, newest first; the newest has the model of the launch."""
    midnight = -(-(launch.start + WARM_UP_DAYS * DAY) // DAY) * DAY
    begin = midnight if launch.days > MODEL_DAYS else first
    spans = [Era(launch.start, begin, last, last)]
    while spans[-1].first > first:
        newer = spans[-1]
        begin = max(newer.first - LONGEST_DAYS * DAY, first // DAY * DAY)
        spans.append(Era(begin - WARM_UP_DAYS * DAY, max(begin, first), newer.first, newer.start))
    return spans


def run(launch: Launch, era: Era, parts: Mapping[int, Sequence[int]]) -> Run:
    """Run an era's model; `parts` has the minutes whose instants are wanted, by the name of the part."""
    model = Model(launch.seed, launch.anchor, era.start)
    model.hours = folded(model.hours, (era.start - launch.start) / 60)
    before = totals(model)
    every_minute = {minute for minutes in parts.values() for minute in minutes}
    by_minute = instants(model, [minute for minute in every_minute if minute < era.joins])
    model.advance(era.joins)
    gained = difference(totals(model), before)
    by_minute |= instants(model, [minute for minute in every_minute if minute >= era.joins])
    return Run(
        {name: pickle.dumps([by_minute[minute] for minute in minutes]) for name, minutes in parts.items()}, gained
    )


def instants(model: Model, chosen: Collection[int]) -> dict[int, Instant]:
    """Go on with a model as far as it takes; the instants of these minutes."""
    minutes = set(chosen)
    by_minute: dict[int, Instant] = {}
    last = max(minutes, default=-1)
    while model.minute <= last:
        minute = model.minute
        instant = model.step(keep=minute in minutes)
        if instant is not None:
            by_minute[minute] = instant
    return by_minute


def opened(packed: bytes, moved_by: Totals) -> list[Instant]:
    """The instants of one part, their counters joined to those of the newer eras."""
    instants: Iterable[Instant] = pickle.loads(packed)  # made by `run`, in this process or one it started
    return [_moved(instant, moved_by) for instant in instants] if moved_by else list(instants)


def totals(model: Model) -> Totals:
    """Everything that is only ever counted up and that nothing else depends on."""
    manager = model.manager
    return {
        **{f"{each}.{name}": getattr(log, name) for each, log in enumerate(model.logs) for name in LOG_COUNTERS},
        **{name: getattr(manager, name) for name in MANAGER_COUNTERS},
        **{f"counts.{number}": count for number, count in manager.counts.items()},
    }


def difference(totals: Totals, other: Totals) -> Totals:
    """`one` minus `other`, counter by counter."""
    return {name: totals.get(name, 0.0) - value for name, value in other.items()}


def folded(value: float, move: float) -> float:
    """A counter moved; one that would be below zero was reset by hand then, when it stood at its first value."""
    return value + move if value + move >= 0 else (value + move) % max(value, 1.0)


def _moved(instant: Instant, by: Totals) -> Instant:
    controllers = []
    for each, controller in enumerate(instant.controllers):
        log: dict[str, Any] = dict(controller.log)
        for name in LOG_COUNTERS:
            log[name] = folded(log[name], by[f"{each}.{name}"])
        controllers.append(replace(controller, log=log))
    manager = instant.manager
    for name in MANAGER_COUNTERS:
        setattr(manager, name, folded(getattr(manager, name), by[name]))
    manager.counts = {number: int(folded(count, by[f"counts.{number}"])) for number, count in manager.counts.items()}
    first, second = controllers
    return replace(instant, controllers=(first, second))
