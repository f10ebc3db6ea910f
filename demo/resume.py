"""The model of a demonstration at a given minute: gone on with, or from its start."""

from __future__ import annotations

from pathlib import Path

from demo.launch import Launch, kept
from demo.model.model import Model
from demo.model.saved import restore


def fresh(launch: Launch) -> Model:
    """The model at its start."""
    return Model(launch.seed, launch.anchor, launch.start)


def model_at(launch: Launch, path: Path | None, minute: int) -> Model:
    """The model at a minute, from what was kept beside the state file or, without that, from its start."""
    saved = kept(path) if path is not None else None
    model = restore(saved, launch.seed, launch.anchor, launch.start) if saved else None
    if model is None or model.minute > minute:
        model = fresh(launch)
    model.advance(minute)
    return model
