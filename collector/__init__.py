"""The daemon on the Pi: reads the devices, keeps every reading on disk, sends it on.

For scripts: `from collector import BMS, BMSStatistic, Morningstar`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collector.scripts.bms import BMS, BMSStatistic
    from collector.scripts.morningstar import Morningstar

__all__ = ["BMS", "BMSStatistic", "Morningstar"]

# Name -> its module, imported when it is asked for: the daemon's other parts do without.
_HOMES = {
    "BMS": "collector.scripts.bms",
    "BMSStatistic": "collector.scripts.bms",
    "Morningstar": "collector.scripts.morningstar",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
