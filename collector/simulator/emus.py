"""A virtual EMUS G1 control unit: answers `NAME,?` for every sentence it knows, and talks unasked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from collector.drivers import emus_g1, sentences
from collector.simulator.noon_battery import NOON
from collector.transports.lines import LineBuffer
from data.errors import DecodeError

Said = Mapping[str, Any] | Sequence[Mapping[str, Any]] | None

ANSWER_SECONDS = 0.003
LINE_END = b"\r\n"


class VirtualEmus:
    """One control unit.  Values are by sentence and the drivers' keys, in the drivers' units.

    A list gives a sentence for each of its members; None gives the sentence with empty fields, as when the cells
    cannot be reached.  What `said` leaves out is that of `NOON`.  It understands questions and nothing else, so that
    what changes a real device has no effect here.
    """

    def __init__(
        self, said: Mapping[str, Said] | None = None, delay_seconds: float = ANSWER_SECONDS, every_seconds: float = 0.0
    ) -> None:
        self.delay_seconds = delay_seconds
        self.every_seconds = every_seconds or None
        self._buffer = LineBuffer()
        self._values: dict[str, Said] = {}
        self._lines: dict[str, list[bytes]] = {}
        self.change({**NOON, **(said or {})})

    def change(self, said: Mapping[str, Said]) -> None:
        """Take new values, all at once.  ValueError, and no change, for a sentence or value that the device has not."""
        unknown = said.keys() - (emus_g1.REQUESTABLE & emus_g1.SENTENCES.keys())
        if unknown:
            raise ValueError(f"an EMUS G1 does not answer {', '.join(sorted(unknown))}")
        lines = {name: _lines(name, values) for name, values in said.items()}
        self._lines = {**self._lines, **lines}
        self._values = {**self._values, **said}

    def lines(self, name: str) -> list[bytes]:
        """The sentences of one answer, without line ends."""
        return list(self._lines.get(name, ()))

    def receive(self, data: bytes) -> list[bytes]:
        """The answers to the whole questions with a right checksum."""
        return [answer for line in self._buffer.feed(data) for answer in self._answers(line)]

    def unasked(self) -> list[bytes]:
        """The summaries that an active unit sends by itself."""
        return [line + LINE_END for name in emus_g1.PERIODIC for line in self.lines(name)]

    def _answers(self, line: bytes) -> list[bytes]:
        try:
            name, fields = sentences.split(line)
        except DecodeError:
            return []
        if fields == [sentences.QUESTION]:
            return [said + LINE_END for said in self.lines(name)]
        if name == "SS1" and len(fields) == 1:
            return [said + LINE_END for said in self.lines(name) if said.split(b",")[1] == fields[0]]
        return []


def _lines(name: str, values: Said) -> list[bytes]:
    several = [values or {}] if values is None or isinstance(values, Mapping) else list(values) or [{}]
    unknown = {key for one in several for key in one} - {row.key for row in emus_g1.SENTENCES[name]}
    if unknown:
        raise ValueError(f"{name} has no {', '.join(sorted(unknown))}")
    return [sentences.encode(emus_g1.SENTENCES, name, one) for one in several]
