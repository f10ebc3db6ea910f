"""A virtual EMUS G1 control unit: answers every question a real one answers, and talks unasked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from collector.drivers import sentences
from collector.drivers.emus import parameters, sentences_table
from collector.simulator.emus.noon import NOON, NOON_PARAMETERS
from collector.transports.lines import LineBuffer
from data.errors import DecodeError

Said = Mapping[str, Any] | Sequence[Mapping[str, Any]] | None

ANSWER_SECONDS = 0.003
LINE_END = b"\r\n"
CAN_MESSAGES = ("CN1", "CN2")
# Bits of parameter 1600: what it says by itself.
FUNCTION_FLAGS = 0x1600
SAYS_SUMMARIES, SAYS_CAN = 1 << 12, 1 << 14


class VirtualEmus:
    """One control unit.  Values are by sentence and the drivers' keys, in the drivers' units.

    A list gives a sentence for each of its members; None gives the sentence with empty fields, as when the cells
    cannot be reached.  What `said` leaves out is that of `NOON`; CN1 and CN2 are said, not answered.  `parameters` are
    by identifier, as the unit stores them.  It understands questions and nothing else, so that what changes a real
    device has no effect here.
    """

    def __init__(
        self,
        values: Mapping[str, Said] | None = None,
        delay_seconds: float = ANSWER_SECONDS,
        every_seconds: float = 0.0,
    ) -> None:
        self.delay_seconds = delay_seconds
        self.every_seconds = every_seconds or None
        self.parameters: dict[int, str] = dict(NOON_PARAMETERS)
        self._buffer = LineBuffer()
        self._values: dict[str, Said] = {}
        self._lines: dict[str, list[bytes]] = {}
        self.change({**NOON, **(values or {})})

    def change(self, values: Mapping[str, Said]) -> None:
        """Take new values, all at once.  ValueError, and no change, for a sentence or value that the device has not."""
        unknown = values.keys() - (sentences_table.REQUESTABLE & sentences_table.SENTENCES.keys()) - set(CAN_MESSAGES)
        if unknown:
            raise ValueError(f"an EMUS G1 does not answer {', '.join(sorted(unknown))}")
        lines = {name: _lines(name, values) for name, values in values.items()}
        self._lines = {**self._lines, **lines}
        self._values = {**self._values, **values}

    def lines(self, name: str) -> list[bytes]:
        """The sentences of one answer, without line ends."""
        return list(self._lines.get(name, ()))

    def receive(self, data: bytes) -> list[bytes]:
        """The answers to the whole questions with a right checksum."""
        return [answer + LINE_END for line in self._buffer.feed(data) for answer in self._answers(line)]

    def unasked(self) -> list[bytes]:
        """The summaries that an active unit says by itself, and the CAN messages when parameter 1600 has them said."""
        flags = int(self.parameters.get(FUNCTION_FLAGS, "0"), 16)
        names = (sentences_table.PERIODIC if flags & SAYS_SUMMARIES else ()) + (
            CAN_MESSAGES if flags & SAYS_CAN else ()
        )
        return [line + LINE_END for name in names for line in self.lines(name)]

    def _answers(self, line: bytes) -> list[bytes]:
        try:
            name, fields = sentences.split(line)
        except DecodeError:
            return []
        return self.answer(name, [field.decode("latin-1") for field in fields])

    def answer(self, name: str, fields: list[str]) -> list[bytes]:
        """The lines that answer one sentence of a host, without line ends."""
        if fields == ["?"] and name in sentences_table.REQUESTABLE:
            return self.lines(name)
        if name == "SS1" and len(fields) == 1:
            return [line for line in self.lines(name) if line.split(b",")[1] == fields[0].encode()]
        if name == "CF2" and len(fields) == 2 and fields[1] == "?":
            return self._parameter(fields[0])
        return []

    def _parameter(self, wire: str) -> list[bytes]:
        """A parameter; nothing for one that it has not: what a real unit answers then is not documented."""
        try:
            raw = self.parameters.get(parameters.identify(wire))
        except ValueError:
            return []
        return [] if raw is None else [sentences.frame("CF2", wire, raw)]


def _lines(name: str, values: Said) -> list[bytes]:
    several = [values or {}] if values is None or isinstance(values, Mapping) else list(values) or [{}]
    unknown = {key for fields in several for key in fields} - {row.key for row in sentences_table.SENTENCES[name]}
    if unknown:
        raise ValueError(f"{name} has no {', '.join(sorted(unknown))}")
    if name == "LG1" and not any(several):
        return [sentences.frame(name, "")]
    return [sentences.encode(sentences_table.SENTENCES, name, fields) for fields in several]
