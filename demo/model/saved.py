"""A model's state as JSON, and back: going on from it gives the same numbers as never having stopped."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from demo.model.manager import Manager
from demo.model.model import VERSION, Model

PARTS = ("pack", "manager")
PAIRS = ("controllers", "logs")
PLAIN = (
    "minute",
    "hours",
    "room",
    "heatsinks",
    "slow_volts",
    "slow_amperes",
    "sweeps",
    "fan",
    "saves",
    "heater_gone",
    "book",
    "load_coulombs",
    "output_coulombs",
)


def save(model: Model) -> dict[str, Any]:
    """Everything that the next step depends on, as plain values of its own."""
    return {
        "version": VERSION,
        "seed": model.seed,
        "anchor": model.anchor.isoformat(),
        "start": model.start,
        **{name: _plain(getattr(model, name)) for name in PLAIN},
        **{name: _fields(getattr(model, name)) for name in PARTS},
        **{name: [_fields(part) for part in getattr(model, name)] for name in PAIRS},
    }


def restore(saved: dict[str, Any], seed: int, anchor: datetime, start: int) -> Model | None:
    """The model that was saved; None when it is another's, of another version, or damaged."""
    expected = {"version": VERSION, "seed": seed, "anchor": anchor.isoformat(), "start": start}
    if any(saved.get(key) != value for key, value in expected.items()):
        return None
    model = Model(seed, anchor, start)
    try:
        for name in PLAIN:
            setattr(model, name, _plain(saved[name]))
        for name in PARTS:
            _fill(getattr(model, name), saved[name])
        for name in PAIRS:
            for part, fields in zip(getattr(model, name), saved[name], strict=True):
                _fill(part, fields)
    except (KeyError, TypeError, ValueError):
        return None
    _number_keys(model.manager)
    return model


def _fields(part: object) -> dict[str, Any]:
    return {name: _plain(value) for name, value in vars(part).items() if not name.startswith("_")}


def _fill(part: object, fields: dict[str, Any]) -> None:
    missing = {name for name in vars(part) if not name.startswith("_")} - fields.keys()
    if missing:
        raise ValueError(f"no {', '.join(sorted(missing))}")
    for name, value in fields.items():
        setattr(part, name, _plain(value))


def _number_keys(manager: Manager) -> None:
    """JSON has only text for keys; statistics are numbered."""
    manager.counts = {int(key): value for key, value in manager.counts.items()}
    manager.extremes = {int(key): value for key, value in manager.extremes.items()}


def _plain(value: Any) -> Any:
    """A copy that shares nothing."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
