"""An adapter that is pulled out and plugged in again, now and then, under its name or another one."""

from __future__ import annotations

import threading
from itertools import cycle
from pathlib import Path

from collector.simulator.pty_link import PtyLink

# What a line is spoilt with: the adapter comes back under its own name, or under another one in turn.
VANISHES, RENAMES = "vanish", "rename"
UNPLUGGINGS = (VANISHES, RENAMES)
OTHER_NAME = "-again"
IN_SECONDS, OUT_SECONDS = 10.0, 3.0


class Unplugging:
    """Pulls the adapter of a line out every IN_SECONDS and plugs it in OUT_SECONDS later, until `stop`.

    With `renames` it comes back as NAME-again, then as NAME, and so on, as a USB port may.  The line must not be pulled
    out by anybody else meanwhile.
    """

    def __init__(self, line: PtyLink, renames: bool) -> None:
        self._line = line
        self._home = line.path
        self._renames = renames
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"adapter {line.path.name}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Leave the line plugged in under its own name."""
        self._stop.set()
        self._thread.join()
        if self._line.path != self._home:
            self._line.vanish()
            self._line.come_back(self._home)

    def _names(self) -> list[Path]:
        return [self._home.with_name(self._home.name + OTHER_NAME), self._home] if self._renames else [self._home]

    def _run(self) -> None:
        for name in cycle(self._names()):
            if self._stop.wait(IN_SECONDS):
                return
            self._line.vanish()
            self._stop.wait(OUT_SECONDS)
            self._line.come_back(name)
