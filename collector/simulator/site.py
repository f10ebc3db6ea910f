"""The virtual site: two charge controllers and a battery manager, each on a line of its own, and their state."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from collector.drivers.registers import Value
from collector.drivers.tools import Simulated
from collector.simulator.emus.faults import AwkwardEmus, emus_faults_named
from collector.simulator.emus.obedient import ObedientEmus
from collector.simulator.modbus.faults import faults_named
from collector.simulator.modbus.tcp_link import TcpLink
from collector.simulator.pty_link import PtyLink
from collector.simulator.tristar.device import VirtualTristar
from collector.simulator.tristar.values import WITH_ETHERNET
from collector.simulator.unplugging import RENAMES, UNPLUGGINGS, Unplugging

TRISTARS = {"tristar_1": "1", "tristar_2": "2"}  # line -> the controller's name in a state
EMUS = "emus"
# The second string stands a little worse.
SECOND: Mapping[str, Value] = {
    "serial_number": "10491235",
    "battery_current": 17.9,
    "output_power": 241.1,
    "input_power": 251.0,
    "array_current": 3.44,
}


class VirtualSite:
    """Three devices on pseudo-terminals, under symbolic links in a folder; they answer until `close`.

    With `waits` they are silent until the first state comes: before it they have no values of the site.
    `amperes` is the controllers' model, `volts` the system's.  `listen` has them answer in the network as well.
    `further` are other devices by their lines.
    Raises OSError when the folder or a link in it cannot be made.
    """

    def __init__(
        self,
        folder: Path,
        every_seconds: float = 0.0,
        waits: bool = False,
        amperes: int = WITH_ETHERNET,
        volts: int = 12,
        further: Mapping[str, Simulated] = MappingProxyType({}),
    ) -> None:
        self.further = further
        self.tristars = {
            "1": VirtualTristar(amperes=amperes, volts=volts),
            "2": VirtualTristar(SECOND, amperes=amperes, volts=volts),
        }
        self.emus = ObedientEmus(every_seconds=every_seconds)
        self._awkward = AwkwardEmus(self.emus)
        self.lines: dict[str, PtyLink] = {}
        try:
            for line, name in TRISTARS.items():
                self.lines[line] = PtyLink(folder / line, self.tristars[name])
            self.lines[EMUS] = PtyLink(folder / EMUS, self._awkward)
            for line, device in further.items():
                self.lines[line] = PtyLink(folder / line, device)
        except OSError:
            for plugged in self.lines.values():
                plugged.close()
            raise
        for plugged in self.lines.values():
            plugged.silent = waits
            plugged.start()
        self.network: dict[str, TcpLink] = {}
        self._gone: set[str] = set()
        self._unplugging: dict[str, Unplugging] = {}

    def listen(self, port: int = 0) -> None:
        """Answer over Modbus TCP too, on this port and the next; 0: any.  ValueError for a model without Ethernet."""
        for place, (line, name) in enumerate(TRISTARS.items()):
            link = TcpLink(self.tristars[name], port=port + place if port else 0)
            link.silent, link.always = self.lines[line].silent, self.lines[line].always
            link.start()
            self.network[line] = link

    def spoil(self, name: str, faults: str) -> None:
        """From now on every answer of a line has these faults, "late + bad crc"; an empty text ends them.

        The controllers have those of `modbus_faults`, the battery manager those of `emus_faults`, each line those of
        `unplugging`.  ValueError for a line or a fault that there is not.
        """
        if name not in self.lines:
            raise ValueError(f"there is no line {name!r}: there are {', '.join(self.lines)}")
        parts = [name.strip() for name in faults.split("+")]
        of_answers = "+".join(fault for fault in parts if fault not in UNPLUGGINGS)
        if name == EMUS:
            self._awkward.faults = emus_faults_named(of_answers) if of_answers else set()
        else:
            chosen = faults_named(of_answers) if of_answers else ()
            for link in self._links(name):
                link.always = chosen
        self._stay_plugged(name)
        unplugging = set(parts) & set(UNPLUGGINGS)
        if unplugging and name not in self._gone:
            self._unplugging[name] = Unplugging(self.lines[name], RENAMES in unplugging)

    def _stay_plugged(self, name: str) -> None:
        if name in self._unplugging:
            self._unplugging.pop(name).stop()

    def _links(self, name: str) -> list[PtyLink | TcpLink]:
        return [self.lines[name], *([self.network[name]] if name in self.network else [])]

    def _plug(self, gone: set[str]) -> None:
        """Pull these lines out, and plug in again which are no longer named."""
        for name in gone - self._gone:
            self._stay_plugged(name)
            self.lines[name].vanish()
        for name in self._gone - gone:
            self.lines[name].come_back()
        self._gone = gone

    def change(self, state: Mapping[str, Any]) -> None:
        """Take a state.

        `tristar` has values by the controller's name, `emus` by sentence, the name of any further line its
        device's; what is not named stays as it is.
        `silent` names the lines whose device does not answer from now on, all others do; `gone` those whose adapter is
        pulled out, all others are plugged in; `faults` has the faults of a line by its name, as `spoil` takes them.
        ValueError, for a name or a value that a device has not; that device then keeps what it had.
        """
        controllers, battery, faults = (state.get(name) or {} for name in ("tristar", "emus", "faults"))
        silent, gone = (set(state.get(name) or ()) for name in ("silent", "gone"))
        unknown = [*(set(controllers) - set(self.tristars)), *((silent | gone) - set(self.lines))]
        if unknown:
            raise ValueError(f"there is no {', '.join(sorted(unknown))}")
        for name in self.lines:
            for link in self._links(name):
                link.silent = name in silent
        for name, text in faults.items():
            self.spoil(name, text)
        self._plug(gone)
        for name, values in controllers.items():
            self.tristars[name].change(values)
        if battery:
            self.emus.change(battery)
        for line, device in self.further.items():
            device.change(state.get(line) or {})

    def close(self) -> None:
        """Hang up and remove the links."""
        for name in self.lines:
            self._stay_plugged(name)
            for link in self._links(name):
                link.close()


def take_state(site: VirtualSite, line: str, complain: Callable[[str], None]) -> None:
    """Take one line of state; a wrong one is told and changes nothing more."""
    try:
        state = json.loads(line)
        if not isinstance(state, dict):
            raise ValueError(f"found {type(state).__name__}, expected an object")
        site.change(state)
    except (ValueError, TypeError, AttributeError) as problem:
        complain(f"state ignored: {problem}")
