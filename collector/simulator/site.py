"""The virtual site: two charge controllers and a battery manager, each on a line of its own, and their state."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from collector.simulator.emus import VirtualEmus
from collector.simulator.pty_link import PtyLink
from collector.simulator.tristar import VirtualTristar

TRISTARS = {"tristar_1": "1", "tristar_2": "2"}  # line -> the controller's name in a state
EMUS = "emus"
# The second string stands a little worse.
SECOND = {"battery_current": 17.9, "output_power": 241.1, "input_power": 251.0, "array_current": 3.44}


class VirtualSite:
    """Three devices on pseudo-terminals, under symbolic links in a folder; they answer until `close`.

    With `waits` they are silent until the first state comes: before it they would tell of a site that is not there.
    """

    def __init__(self, folder: Path, every_seconds: float = 0.0, waits: bool = False) -> None:
        self.tristars = {"1": VirtualTristar(), "2": VirtualTristar(SECOND)}
        self.emus = VirtualEmus(every_seconds=every_seconds)
        self.lines = {line: PtyLink(folder / line, self.tristars[name]) for line, name in TRISTARS.items()}
        self.lines[EMUS] = PtyLink(folder / EMUS, self.emus)
        for line in self.lines.values():
            line.silent = waits
            line.start()

    def change(self, state: Mapping[str, Any]) -> None:
        """Take a state.

        `tristar` has values by the controller's name, `emus` by sentence; what is not named stays as it is.
        `silent` names the lines whose device does not answer from now on, all others do.  ValueError, for a name or a
        value that a device has not; that device then keeps what it had.
        """
        controllers, battery, silent = (state.get(name) or {} for name in ("tristar", "emus", "silent"))
        unknown = [*(set(controllers) - set(self.tristars)), *(set(silent) - set(self.lines))]
        if unknown:
            raise ValueError(f"there is no {', '.join(sorted(unknown))}")
        for name, line in self.lines.items():
            line.silent = name in silent
        for name, values in controllers.items():
            self.tristars[name].change(values)
        if battery:
            self.emus.change(battery)

    def close(self) -> None:
        """Hang up and remove the links."""
        for line in self.lines.values():
            line.close()


def take_state(site: VirtualSite, line: str, complain: Callable[[str], None]) -> None:
    """Take one line of state; a wrong one is told and changes nothing more."""
    try:
        state = json.loads(line)
        if not isinstance(state, dict):
            raise ValueError(f"found {type(state).__name__}, expected an object")
        site.change(state)
    except (ValueError, TypeError, AttributeError) as problem:
        complain(f"state ignored: {problem}")
