"""An Emus battery manager for scripts: the owner's class, with his method names and keys, on the driver's tables."""

from __future__ import annotations

import json
import logging
import weakref
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

import collector.scripts.bms_answers as answers
from collector.drivers.emus import changes, sentences_table
from collector.drivers.emus.document import NO_CELLS, SECTIONS, build_bms, by_sentence
from collector.drivers.emus.reader import LIVE, OVERHEARD, EmusG1
from collector.drivers.emus.reply import LISTED
from collector.drivers.emus.sentences_table import AUTHENTICATION_STATUS
from collector.scripts.bms_answers import Answer, BMSStatistic
from collector.transports.serial_line import SerialLine
from data.errors import DecodeError, TransportError

__all__ = ["BMS", "BMSStatistic"]

# Sentence -> one whose count of cells tells when it is whole; of the probes', which also says that the cells answer.
COUNTED_BY = {"BB2": "BB1", "BT2": "BT1", "BV2": "BV1", "BT4": "BT1", "BT3": "BT1"}
OF_PROBES = ("BT3", "BT4")
# No failure: a pack without probes, a charger that is not on CAN, an empty log, no message.
MAY_BE_EMPTY = (*OF_PROBES, "CS1", "LG1", "CN1")
CAN_SECONDS = 5.0

log = logging.getLogger(__name__)


class BMS:
    """One control unit on a serial port.

    The port is opened at once where it is there, again when it is back, and closed by `close`, at the end of `with`
    or of the program.  A data method gives a dictionary, or the text `Cannot communicate to cells` when it could not:
    why, is in the log and in `last_error`.  Methods that change the unit raise ChangeNotAllowedError unless
    `allow_changes=True` was given here.
    """

    def __init__(self, PORT: str, BAUDRATE: int = 57600, allow_changes: bool = False) -> None:  # noqa: N803
        self.PORT = PORT
        self.BAUDRATE = BAUDRATE
        self.allow_changes = allow_changes
        self.last_error: str | None = None
        self._line = SerialLine(PORT, BAUDRATE, overhear=OVERHEARD)
        self._reader = EmusG1(self._line)
        self._end = weakref.finalize(self, self._line.close)
        try:
            self._line.open()
        except TransportError as problem:
            self._fail(PORT, problem)

    @property
    def ser(self) -> Any:
        """The open port (pyserial); None while it is closed."""
        return self._line.handle

    def close(self) -> None:
        """Close the port; the next question opens it again."""
        self._line.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def VR1(self) -> Answer | str:  # noqa: N802
        """Hardware type, serial number, firmware version."""
        return self._summary("VR1")

    def BB1(self) -> Answer | str:  # noqa: N802
        """Balancing rates of all cells in short, in %."""
        return self._summary("BB1")

    def BB2(self) -> Answer | str:  # noqa: N802
        """Balancing rate of each cell, by group, in %."""
        return self._groups("BB2")

    def BC1(self) -> Answer | str:  # noqa: N802
        """Charge and capacity in coulombs, state of charge in %."""
        return self._summary("BC1")

    def BT1(self) -> Answer | str:  # noqa: N802
        """Temperatures of the cell modules in short, in °C."""
        return self._summary("BT1")

    def BT2(self) -> Answer | str:  # noqa: N802
        """Temperature of each cell module, by group, in °C."""
        return self._groups("BT2")

    def BT3(self) -> Answer | str:  # noqa: N802
        """Temperatures of the cells in short, in °C; empty on a pack without external probes."""
        return self._summary("BT3")

    def BT4(self) -> Answer | str:  # noqa: N802
        """Temperature of each cell, by group, in °C; empty on a pack without external probes."""
        return self._groups("BT4")

    def BV1(self) -> Answer | str:  # noqa: N802
        """Voltages of the cells in short, and of the pack, in V."""
        return self._summary("BV1")

    def BV2(self) -> Answer | str:  # noqa: N802
        """Voltage of each cell, by group, in V."""
        return self._groups("BV2")

    def CF2(self, parameterID: str | int, decoded: bool = False) -> Answer | str:  # noqa: N802, N803
        """A parameter's data as the unit sent it, or its name, value and unit.

        `parameterID` is its number, its four characters on the wire or its key.  ValueError for what is none.
        """

        def build() -> Answer | str:
            parameter = self._reader.read_parameter(parameterID)
            return (
                {"name": parameter.key, "value": parameter.value, "unit": parameter.unit} if decoded else parameter.raw
            )

        return self._data("CF2", build)

    def CG1(self) -> Answer | str:  # noqa: N802
        """Whether the CAN current sensor and the groups of cells on CAN answer."""
        return self._summary("CG1")

    def CN1(self) -> Answer | str:  # noqa: N802
        """The next CAN message that the unit received; it cannot be asked for, so this waits some seconds."""
        return self._can_message("CN1")

    def CN2(self) -> Answer | str:  # noqa: N802
        """The next CAN message that the unit sent; it cannot be asked for, so this waits some seconds."""
        return self._can_message("CN2")

    def CS1(self) -> Answer | str:  # noqa: N802
        """The charger: set and actual voltage (V) and current (A); no values from a charger that is not on CAN."""
        return self._summary("CS1")

    def CV1(self) -> Answer | str:  # noqa: N802
        """Voltage of the pack (V), and current (A, into the battery is positive)."""
        return self._summary("CV1")

    def DT1(self) -> Answer:  # noqa: N802
        """Data of electric vehicles only."""
        return {"error": "not programmed"}

    def IN1(self) -> Answer | str:  # noqa: N802
        """Levels of the input pins."""
        return self._summary("IN1")

    def OT1(self) -> Answer | str:  # noqa: N802
        """Levels of the output pins."""
        return self._summary("OT1")

    def RS2(self) -> Answer | str:  # noqa: N802
        """When the unit was reset the last five times, and why."""
        return self._summary("RS2")

    def ST1(self) -> Answer | str:  # noqa: N802
        """Charging stage, last charging error, and a flag for each bit that has a name."""
        return self._summary("ST1")

    def TD1(self) -> Answer | str:  # noqa: N802
        """The unit's clock, and seconds since it was switched on."""
        return self._summary("TD1")

    def LG1(self, clear: str = "N") -> Answer | str | bool:  # noqa: N802
        """The event log, the newest first; `c` erases it (dangerous): True when the unit says that it is empty."""
        if clear in ("c", "C"):
            return self._done("LG1", lambda: changes.clear_log(self._line, self.allow_changes))
        _expect("clear", clear, ("N", "n"))
        return self._data("LG1", lambda: answers.events(self._read("LG1")))

    def SS1(self, request: str = "?", statisticIdentifier: int | None = None) -> Answer | str | bool:  # noqa: N802, N803
        """`?`: all statistics; `N` and a number: one; `c` erases the unprotected ones (dangerous)."""
        if request in ("c", "C"):
            return self._done("SS1", lambda: changes.clear_statistics(self._line, self.allow_changes))
        if request in ("N", "n"):
            if statisticIdentifier is None:
                raise ValueError("SS1('N') needs the number of a statistic")
            return self._data("SS1", lambda: self._statistic(statisticIdentifier))
        _expect("request", request, ("?",))
        return self._data("SS1", self._statistics)

    def PW1(self, request: str | None = None, password: str | None = None) -> Answer | str:  # noqa: N802
        """`?`: the access level; `P` and a password: one level up; nothing: out of the level.  The level after it."""
        if request == "?":
            return self._data("PW1", lambda: _level(self._read("PW1")[0]["authentication_status"]))
        if request is None:
            return self._data("PW1", lambda: _level(changes.log_out(self._line)))
        _expect("request", request, ("P", "p"))
        if password is None:
            raise ValueError("PW1('P') needs a password")
        return self._data("PW1", lambda: _level(changes.log_in(self._line, password)))

    def PW2(self, request: str, newPassword: str | None = None) -> bool:  # noqa: N802, N803
        """`S` and a password: set that of the present level; `C`: clear it.  True when the unit did (dangerous)."""
        _expect("request", request, ("S", "s", "C", "c"))
        if request in ("S", "s") and newPassword is None:
            raise ValueError("PW2('S') needs a password")
        password = newPassword if request in ("S", "s") else None
        return self._done("PW2", lambda: changes.set_password(self._line, password, self.allow_changes))

    def FD1(self) -> bool:  # noqa: N802
        """Factory defaults (dangerous): configuration, statistics and log are erased."""
        return self._done("FD1", lambda: changes.restore_factory_defaults(self._line, self.allow_changes))

    def RC1(self) -> bool:  # noqa: N802
        """The present current becomes zero (dangerous)."""
        return self._done("RC1", lambda: changes.zero_current_sensor(self._line, self.allow_changes))

    def RS1(self) -> bool:  # noqa: N802
        """Restart the unit (dangerous; needs a log-in)."""
        return self._done("RS1", lambda: changes.restart(self._line, self.allow_changes))

    def SC1(self, percentage: int) -> bool:  # noqa: N802
        """Set the state of charge to 0 to 100 (dangerous); False when that is no such number, or the unit refuses."""

        def change() -> bool:
            try:
                return changes.set_state_of_charge(self._line, percentage, self.allow_changes)
            except ValueError as problem:
                self._fail("SC1", problem)
                return False

        return self._done("SC1", change)

    def TC2(self, cell_module_id: int, beta: int, gamma: int, delta: int) -> bool:  # noqa: N802
        """Store the coefficients of a cell's probe, of all with id 0 (dangerous)."""
        coefficients = (cell_module_id, beta, gamma, delta)
        change = changes.calibrate_cell_temperatures
        return self._done("TC2", lambda: change(self._line, *coefficients, allow_changes=self.allow_changes))

    def DumpToJSONfile(self, outfile: str | Path | TextIO) -> None:  # noqa: N802
        """Write all data as one JSON document, the one that the site is posted, to a path or an open text file."""
        try:
            reading = self._reader.read((*LIVE, *LISTED))
            values, failed = reading.values, reading.failed
            self.last_error = None
        except (TransportError, DecodeError) as problem:
            values, failed = {}, {self.PORT: str(problem)}
        for name, reason in failed.items():
            self._fail(name, reason)
        sentences = by_sentence(values)
        content = build_bms(sentences)
        for section, (name, _) in SECTIONS.items():
            is_missing = content[section] is None and name in sentences_table.REQUESTABLE
            is_empty = name in sentences and answers.is_empty(name, sentences[name])
            if is_missing or (is_empty and name not in MAY_BE_EMPTY):
                content[section] = NO_CELLS
        text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
        if isinstance(outfile, str | Path):
            Path(outfile).write_text(text, encoding="utf-8")
        else:
            outfile.write(text)

    @staticmethod
    def bitAt(bitfield: int, position: int) -> bool:  # noqa: N802
        """True if that bit is 1."""
        return bool(bitfield >> position & 1)

    def _summary(self, name: str) -> Answer | str:
        def build() -> Answer:
            sentences = self._read(name)
            empty = answers.is_empty(name, sentences)
            if empty and name not in MAY_BE_EMPTY:
                raise DecodeError(f"{name} has only empty fields: the unit does not reach its cells")
            return {} if empty else answers.summary(name, sentences[0])

        return self._data(name, build)

    def _groups(self, name: str) -> Answer | str:
        def build() -> Answer:
            sentences = self._read(name)
            if not sentences and name not in OF_PROBES:
                raise DecodeError(f"{name} has only empty fields: the unit does not reach its cells")
            return answers.groups(name, sentences)

        return self._data(name, build)

    def _can_message(self, name: str) -> Answer | str:
        def build() -> Answer:
            heard = self._reader.listen((name,), CAN_SECONDS)
            if not heard:
                raise TransportError(f"no {name} within {CAN_SECONDS} s: is bit 14 of parameter 1600 set?")
            return answers.summary(name, heard[0].fields)

        return self._data(name, build)

    def _statistics(self) -> Answer:
        statistics = answers.statistics(self._read("SS1"))
        if not statistics:
            raise DecodeError("SS1 has only empty fields: the unit keeps no statistics, or hides them")
        return statistics

    def _statistic(self, identifier: int) -> Answer:
        return answers.statistic(self._reader.read_statistic(identifier).fields).dict()

    def _read(self, name: str) -> Sequence[Mapping[str, Any]]:
        """The fields of each sentence of the reply.  Raises TransportError when it is not whole."""
        counted_by = COUNTED_BY.get(name)
        reading = self._reader.read((counted_by, name) if counted_by else (name,))
        if name in reading.failed:
            raise TransportError(reading.failed[name])
        sentences = by_sentence(reading.values)
        no_probes = name in OF_PROBES and answers.is_empty(name, sentences[name])
        if no_probes and answers.is_empty("BT1", sentences.get("BT1", ())):
            raise DecodeError(f"{name} has only empty fields: the unit does not reach its cells")
        return sentences[name]

    def _data(self, name: str, build: Callable[[], Answer | str]) -> Answer | str:
        try:
            answer = build()
        except (TransportError, DecodeError) as problem:
            self._fail(name, problem)
            return NO_CELLS
        self.last_error = None
        return answer

    def _done(self, name: str, change: Callable[[], bool]) -> bool:
        self.last_error = None
        try:
            return change()
        except (TransportError, DecodeError) as problem:
            self._fail(name, problem)
            return False

    def _fail(self, name: str, problem: Exception | str) -> None:
        self.last_error = str(problem)
        log.warning("%s: %s", name, problem)


def _level(level: int | None) -> Answer:
    if level not in AUTHENTICATION_STATUS:
        raise DecodeError(f"{level} is not one of the access levels 0, 1 and 2; ask again")
    return {"admin status": AUTHENTICATION_STATUS[level].replace("_", " "), "level": level}


def _expect(argument: str, given: str, right: tuple[str, ...]) -> None:
    if given not in right:
        raise ValueError(f"{argument} is {given!r}; expected one of {', '.join(right)}")
