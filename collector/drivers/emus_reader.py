"""Reads an EMUS G1: asks for one sentence after another.  It says `NAME,?` and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, Self

from collector.drivers import emus_g1, sentences
from collector.drivers.reading import Reading
from collector.drivers.sentences import Sentence
from collector.transports.serial_line import SerialLine
from data.errors import DecodeError, TransportError

# What the site's document of a battery is made of; the summaries come before the details, which they help to count.
STATE = ("VR1", "TD1", "ST1", "CV1", "BC1", "CG1", "CS1", "IN1", "OT1")
CELLS = ("BV1", "BV2", "BB1", "BB2", "BT1", "BT2", "BT3", "BT4")
LIVE = (*STATE, *CELLS)
# Replies of many sentences with no end mark and no count.
LISTED = ("LG1", "SS1")
SUMMARIES = ("BV1", "BB1", "BT1")

TRIES = 3
TIMEOUT_SECONDS = 0.5


class LineSource(Protocol):
    """What the reader needs of a transport."""

    def ask_lines(
        self, request: bytes, name: bytes, is_last: Callable[[bytes], bool], timeout_seconds: float = ...
    ) -> list[bytes]:
        """The lines called `name` after the request, or TransportError."""

    def close(self) -> None:
        """Let go of the line."""


class EmusG1:
    """One control unit.  Groups are the names of sentences."""

    def __init__(self, transport: LineSource) -> None:
        self._transport = transport

    @classmethod
    def open(cls, port: str, unit_id: int = 1) -> Self:  # noqa: ARG003
        """A reader on a serial port, which is opened at the first read.  The device has no unit id."""
        return cls(SerialLine(port))

    def read(self, groups: Sequence[str] = LIVE) -> Reading:
        """One poll.

        Keys are `BV1.total_voltage`, sentence and field; for sentences that come once per group of cells or entry
        (BB2, BT2, BT4, BV2, LG1, SS1) the key is the sentence and the value a list of its fields.  Raises ValueError
        for a sentence that cannot be asked for, TransportError when nothing answered.
        """
        refused = [name for name in groups if name not in emus_g1.REQUESTABLE]
        if refused:
            raise ValueError(f"{', '.join(refused)} cannot be asked for: only reads are sent")
        values: dict[str, Any] = {}
        failed: dict[str, str] = {}
        silent = 0
        for name in groups:
            try:
                # After one silence the others are asked once: a dead line must not take a minute to find out.
                replies, reason = self._ask(name, self._number_of_cells(values), 1 if silent else TRIES)
            except TransportError as error:
                failed[name] = str(error)
                silent += 1
                if silent == 2 and not values:
                    raise
                continue
            silent = 0
            if reason is not None:
                failed[name] = reason
            if name in emus_g1.GROUPED or name in LISTED:
                values[name] = [reply.fields for reply in replies if not reply.is_empty]
            else:
                values |= {f"{name}.{key}": value for reply in replies for key, value in reply.fields.items()}
        if not values:
            raise TransportError("; ".join(dict.fromkeys(failed.values())))
        return Reading(values, failed)

    @staticmethod
    def _number_of_cells(values: dict[str, Any]) -> int | None:
        counts = (values.get(f"{name}.number_of_cells") for name in SUMMARIES)
        return next((count for count in counts if count), None)

    def _ask(self, name: str, number_of_cells: int | None, tries: int) -> tuple[list[Sentence], str | None]:
        """The sentences of one reply, and why it is not whole.  Raises TransportError when the last try was silence."""
        reply, reason, silence = Reply(name, number_of_cells), None, None
        for _ in range(tries):
            reply, silence = Reply(name, number_of_cells), None
            try:
                self._transport.ask_lines(sentences.request(name), name.encode(), reply.take, TIMEOUT_SECONDS)
            except TransportError as error:
                silence = error
            except DecodeError as error:
                reason = str(error)
            else:
                reason = reply.missing()
                if reason is None:
                    break
        if silence is not None:
            raise silence
        return reply.sentences, reason

    def close(self) -> None:
        """Let go of the port."""
        self._transport.close()


class Reply:
    """Collects the sentences of one reply and knows when there are no more to come."""

    def __init__(self, name: str, number_of_cells: int | None) -> None:
        self.sentences: list[Sentence] = []
        self._name = name
        self._number_of_cells = number_of_cells
        self._cells: set[int] = set()

    def take(self, line: bytes) -> bool:
        """Add one line; True when it was the last.  Raises DecodeError when it is damaged or not an answer."""
        sentence = emus_g1.decode(line)
        if sentence.is_question:
            raise DecodeError(f"{self._name} came back as the question; the device wants a log-in, or the line echoes")
        if self._name in LISTED:
            return self._take_entry(sentence)
        if self._name in emus_g1.GROUPED and not sentence.is_empty:
            return self._take_group(sentence)
        self.sentences = [sentence]
        return True

    def _take_entry(self, sentence: Sentence) -> bool:
        first = next(iter(sentence.fields))
        if any(sentence.fields[first] == known.fields[first] for known in self.sentences):
            # Seen before: a new reply begins, what came so far was the rest of an older one.
            self.sentences = []
        self.sentences.append(sentence)
        return sentence.is_empty

    def _take_group(self, sentence: Sentence) -> bool:
        start, size = sentence.fields["first_cell_number"], sentence.fields["group_size"]
        if not isinstance(start, int) or not isinstance(size, int) or size > 256:
            raise DecodeError(f"{self._name} has no place for its cells: {sentence.fields}")
        cells = set(range(start, start + size))
        if cells & self._cells:
            self.sentences, self._cells = [], set()
        self._cells |= cells
        self.sentences.append(sentence)
        return self._number_of_cells is not None and len(self._cells) >= self._number_of_cells

    def missing(self) -> str | None:
        """Why the reply is not whole, None when it is."""
        if not self._cells or self._number_of_cells is None or len(self._cells) >= self._number_of_cells:
            return None
        return f"{self._name} has {len(self._cells)} of {self._number_of_cells} cells; the rest did not come in time"
