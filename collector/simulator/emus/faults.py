"""A virtual EMUS G1 as awkward as a real one: what can go wrong with its answers, by name, one by one or together."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from collector.drivers import sentences
from collector.drivers.emus import sentences_table
from collector.simulator.emus.device import LINE_END, VirtualEmus
from data.errors import DecodeError

LATE_SECONDS = 1.5
NOISE = bytes(range(0x80, 0x90))
GARBAGE = b"B,,V1,FF\r\n\x00\r\nBV1,0008,4A,94\r\n"
OF_CELLS = ("BB1", "BB2", "BT1", "BT2", "BT3", "BT4", "BV1", "BV2")
EMPTY_FIELDS = 6
# Of each so many questions a busy unit answers one.
BUSY_QUESTIONS = 3
# Firmware before 2.0.2 and 2.0.20: sentence -> its number of fields then.
OLD_FIELDS = {"ST1": 7, "DT1": 6}
MESSAGES = (
    sentences.frame("CN1", "18FF50E5", "1", "0", "8", "0B90006000000000"),
    sentences.frame("CN2", "1806E5F4", "1", "0", "8", "0B90006200000000"),
    sentences.frame("ZZ9", "of a firmware", "that nobody knows"),
)


class EmusFault(Enum):
    """One thing that goes wrong, until it is mended."""

    SILENCE = "silence"  # no answer
    BUSY = "busy"  # answers one question of three
    LATE = "late"  # the answer comes when nobody waits for it any more
    BAD_CRC = "bad-crc"  # one bit of each line is flipped
    TRUNCATED = "truncated"  # each line lacks its end, and its line end
    HALF_LINES = "half-lines"  # each line comes in two pieces
    NOISE = "noise"  # bytes that are no text before and after each line
    GARBAGE = "garbage"  # lines that are no sentences
    UNSOLICITED = "unsolicited"  # other sentences between the lines of an answer
    ECHO = "echo"  # the line says again what it hears
    LOGIN = "login"  # asks for a log-in and answers nothing else
    NO_CELLS = "no-cells"  # cannot reach its cells: empty fields
    RESET = "reset"  # starts anew at each question: `#` and its version come before the answer
    EXTRA_FIELDS = "extra-fields"  # newer firmware appends fields
    OLD_FIRMWARE = "old-firmware"  # older firmware has fewer

    @property
    def keeps_values(self) -> bool:
        """Whether a patient reader gets every value all the same."""
        return self in PATIENCE_HELPS


PATIENCE_HELPS = frozenset(
    {
        EmusFault.BUSY,
        EmusFault.HALF_LINES,
        EmusFault.NOISE,
        EmusFault.GARBAGE,
        EmusFault.UNSOLICITED,
        EmusFault.ECHO,
        EmusFault.RESET,
        EmusFault.EXTRA_FIELDS,
    }
)


def emus_faults_named(text: str) -> set[EmusFault]:
    """The faults of "late" or "bad crc + no-cells"; ValueError for another name.  A space is as good as a dash."""
    names = [name.strip() for name in text.split("+")]
    members = {fault.value: fault for fault in EmusFault}
    unknown = [name for name in names if name.replace(" ", "-") not in members]
    if unknown:
        raise ValueError(f"there is no fault {', '.join(unknown)}: there are {', '.join(members)}")
    return {members[name.replace(" ", "-")] for name in names}


class AwkwardEmus:
    """A control unit with faults, to be put on a line in the place of the sound one."""

    def __init__(self, unit: VirtualEmus, faults: Iterable[EmusFault | str] = ()) -> None:
        self.unit = unit
        self.faults: set[EmusFault] = set()
        self._questions = 0
        self.break_with(*faults)

    def break_with(self, *faults: EmusFault | str) -> None:
        """Have these faults too, given by name or member.  ValueError for a name that is none."""
        self.faults |= {EmusFault(fault) for fault in faults}

    def mend(self, *faults: EmusFault | str) -> None:
        """Have these faults no longer; without names, none at all."""
        self.faults = self.faults - {EmusFault(fault) for fault in faults} if faults else set()

    @property
    def delay_seconds(self) -> float:
        """From a question to its answer."""
        return LATE_SECONDS if EmusFault.LATE in self.faults else self.unit.delay_seconds

    @property
    def every_seconds(self) -> float | None:
        """How often it speaks unasked."""
        return self.unit.every_seconds

    def receive(self, data: bytes) -> list[bytes]:
        """The answers as the faults leave them."""
        answers = [line.rstrip() for line in self.unit.receive(data)]
        if not answers and EmusFault.ECHO not in self.faults:
            return []
        self._questions += 1
        if EmusFault.SILENCE in self.faults:
            return []
        if EmusFault.BUSY in self.faults and self._questions % BUSY_QUESTIONS:
            return []
        if EmusFault.LOGIN in self.faults:
            answers = [sentences.request("PW1")]
        return ([data] if EmusFault.ECHO in self.faults else []) + self._spoiled(self._between(self._said(answers)))

    def unasked(self) -> list[bytes]:
        """What it says by itself, as the faults leave it."""
        if EmusFault.SILENCE in self.faults:
            return []
        return self._spoiled(self._said([line.rstrip() for line in self.unit.unasked()]))

    def _said(self, lines: list[bytes]) -> list[bytes]:
        """The lines with what the unit itself would say otherwise."""
        if EmusFault.NO_CELLS in self.faults:
            lines = list(dict.fromkeys(_without_cells(line) for line in lines))
        if EmusFault.OLD_FIRMWARE in self.faults:
            lines = [_older(line) for line in lines]
        if EmusFault.EXTRA_FIELDS in self.faults:
            lines = [_newer(line) for line in lines]
        return lines

    def _between(self, lines: list[bytes]) -> list[bytes]:
        """The lines with others before and between them."""
        if EmusFault.UNSOLICITED in self.faults:
            lines = [sentence for line in lines for sentence in (*MESSAGES, line)]
        if EmusFault.RESET in self.faults:
            lines = [b"###", *self.unit.lines("VR1"), *[b"#" + line for line in lines]]
        return lines

    def _spoiled(self, lines: list[bytes]) -> list[bytes]:
        """The bytes that go on the line."""
        pieces: list[bytes] = []
        for line in lines:
            if EmusFault.BAD_CRC in self.faults:
                middle = len(line) // 2
                line = line[:middle] + bytes([line[middle] ^ 1]) + line[middle + 1 :]
            whole = line[: len(line) // 2] if EmusFault.TRUNCATED in self.faults else line + LINE_END
            if EmusFault.NOISE in self.faults:
                whole = NOISE + LINE_END + whole + NOISE + LINE_END
            if EmusFault.GARBAGE in self.faults:
                whole = GARBAGE + whole
            middle = len(whole) // 2
            pieces += [whole[:middle], whole[middle:]] if EmusFault.HALF_LINES in self.faults else [whole]
        return pieces


def _without_cells(line: bytes) -> bytes:
    name = line[:3].decode("latin-1")
    return sentences.frame(name, *[""] * EMPTY_FIELDS) if name in OF_CELLS else line


def _older(line: bytes) -> bytes:
    name, fields = _taken_apart(line)
    return sentences.frame(name, *fields[: OLD_FIELDS[name]]) if name in OLD_FIELDS else line


def _newer(line: bytes) -> bytes:
    """With two more fields; a sentence that has not all of its own stays as it is."""
    name, fields = _taken_apart(line)
    rows = sentences_table.SENTENCES.get(name)
    return line if rows is None or len(fields) < len(rows) else sentences.frame(name, *fields, "7F", "new")


def _taken_apart(line: bytes) -> tuple[str, list[str]]:
    try:
        name, fields = sentences.split(line)
    except DecodeError:
        return "", []
    return name, [field.decode("latin-1") for field in fields]
