"""A virtual EMUS G1 that obeys commands, for testing the changes of a real one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from collector.drivers import sentences
from collector.drivers.emus import parameters
from collector.simulator.emus.device import Said, VirtualEmus
from collector.simulator.emus.noon import NOON_PARAMETERS

LEVELS = 2


class ObedientEmus(VirtualEmus):
    """Stores parameters, clears its log, takes a state of charge and passwords; `told` has what it was told.

    With `locked` it asks for a log-in before each of these.  Passwords are by level, 1 and 2; an empty one lets
    everybody in.
    """

    def __init__(self, values: Mapping[str, Said] | None = None, locked: bool = False, **rest: Any) -> None:
        super().__init__(values, **rest)
        self.locked = locked
        self.passwords = {1: "", 2: ""}
        self.told: list[tuple[str, ...]] = []

    @property
    def level(self) -> int:
        """The present access level."""
        status: Any = self._values["PW1"]
        return int(status["authentication_status"])

    def answer(self, name: str, fields: list[str]) -> list[bytes]:
        """The lines that answer one sentence of a host, without line ends."""
        answers = super().answer(name, fields)
        if answers or fields == ["?"]:
            return answers
        if name == "PW1":
            return self._log_in(fields[0])
        if name == "SS1" and fields != ["c"]:
            return []
        if self.locked and not self.level:
            return [sentences.frame("PW1", "?")]
        self.told.append((name, *fields))
        return self._obey(name, fields)

    def _obey(self, name: str, fields: list[str]) -> list[bytes]:
        if name == "CF2":
            self.parameters[parameters.identify(fields[0])] = fields[1]
            return [sentences.frame(name, *fields)]
        if name == "LG1":
            self.change({"LG1": []})
            return self.lines("LG1")
        if name == "SS1":
            self.change({"SS1": [{"statistic_id": 0, "value": 0}]})
        if name == "SC1":
            charge: Any = self._values["BC1"]
            self.change({"BC1": {**charge, "state_of_charge": float(int(fields[0], 16))}})
        if name == "FD1":
            self.parameters = dict(NOON_PARAMETERS)
            self.change({"LG1": []})
        if name == "RS1":
            self.change({"PW1": {"authentication_status": 0}})
            return [b"#", *self.lines("VR1")]
        if name == "PW2":
            self.passwords[max(self.level, 1)] = fields[0]
            return [sentences.frame(name, "1")]
        return []

    def _log_in(self, password: str) -> list[bytes]:
        level = self.level
        if not password:
            level = max(level - 1, 0)
        elif level < LEVELS and self.passwords[level + 1] in ("", password):
            level += 1
        self.change({"PW1": {"authentication_status": level}})
        return self.lines("PW1")
