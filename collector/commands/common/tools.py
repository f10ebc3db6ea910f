"""The tools of each driver, loaded when a command asks: the only place that finds a module of a driver by its name."""

from __future__ import annotations

from importlib import import_module

from collector.drivers import DRIVERS
from collector.drivers.tools import Tools


def tools(driver: str) -> Tools:
    """The tools of this driver."""
    loaded: Tools = import_module(DRIVERS[driver].tools).TOOLS
    return loaded
