"""Reads an EMUS G1: asks for one sentence after another, and sends nothing but questions."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, Self, TypeVar

from collector.drivers import sentences
from collector.drivers.emus import parameters, sentences_table
from collector.drivers.emus.parameters import Parameter
from collector.drivers.emus.reply import LISTED as LISTED
from collector.drivers.emus.reply import Reply
from collector.drivers.reading import Reading
from collector.drivers.sentences import Sentence
from collector.transports.serial_line import SerialLine
from data.errors import DecodeError, TransportError

# What the site's document of a battery is made of; the summaries come before the details, which they help to count.
STATE = ("VR1", "TD1", "ST1", "CV1", "BC1", "CG1", "CS1", "IN1", "OT1")
CELLS = ("BV1", "BV2", "BB1", "BB2", "BT1", "BT2", "BT3", "BT4")
LIVE = (*STATE, *CELLS)
SUMMARIES = ("BV1", "BB1", "BT1")
# External probes: not every cell has one.
OF_PROBES = ("BT4",)
# What the unit says by itself and cannot be asked for.
CAN_MESSAGES = ("CN1", "CN2")
OVERHEARD = (*(name.encode() for name in CAN_MESSAGES), b"PW1")

Answer = TypeVar("Answer")

TRIES = 3
# Until the first line of a reply, and from one line to the next.
TIMEOUT_SECONDS = 0.5
IDLE_SECONDS = 0.5


class LineSource(Protocol):
    """What the reader needs of a transport."""

    overheard: deque[bytes]  # lines of OVERHEARD that came while others were wanted

    def ask_lines(
        self,
        request: bytes,
        name: bytes,
        is_last: Callable[[bytes], bool],
        timeout_seconds: float = ...,
        idle_seconds: float | None = ...,
    ) -> list[bytes]:
        """The lines called `name` after the request, or TransportError."""

    def listen(self, names: tuple[bytes, ...], seconds: float, most: int = ...) -> list[bytes]:
        """The lines called one of `names` that come by themselves in `seconds`."""

    def close(self) -> None:
        """Let go of the line."""


class EmusG1:
    """One control unit.  Groups are the names of sentences."""

    def __init__(self, transport: LineSource) -> None:
        self._transport = transport

    @classmethod
    def open(cls, port: str, unit_id: int = 1, baud: int = 57600) -> Self:  # noqa: ARG003
        """A reader on a serial port, which is opened at the first read.  The device has no unit id."""
        return cls(SerialLine(port, baud, overhear=OVERHEARD))

    def read(self, groups: Sequence[str] = LIVE) -> Reading:
        """One poll.

        Keys are `BV1.total_voltage`, sentence and field; for sentences that come once per group of cells or entry
        (BB2, BT2, BT4, BV2, LG1, SS1) the key is the sentence and the value a list of its fields.  CAN messages that
        came meanwhile are such lists too, `CN1` and `CN2`.  Raises ValueError for a sentence that cannot be asked for,
        TransportError when nothing answered.
        """
        refused = [name for name in groups if name not in sentences_table.REQUESTABLE]
        if refused:
            raise ValueError(f"{', '.join(refused)} cannot be asked for: only reads are sent")
        values: dict[str, Any] = {}
        failed: dict[str, str] = {}
        silent = 0
        self._transport.overheard.clear()
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
            if name in sentences_table.GROUPED or name in LISTED:
                values[name] = [reply.fields for reply in replies if not reply.is_empty]
            else:
                values |= {f"{name}.{key}": value for reply in replies for key, value in reply.fields.items()}
        if not values:
            raise TransportError("; ".join(dict.fromkeys(failed.values())))
        return Reading(values | self._can_messages(), failed)

    def read_statistic(self, identifier: int) -> Sentence:
        """One statistic.  Raises TransportError without an answer, DecodeError when none was whole."""
        if isinstance(identifier, bool) or not isinstance(identifier, int) or not 0 <= identifier <= 0xFF:
            raise ValueError(f"{identifier!r} is no statistic: give a number from 0 to 255")
        request = sentences.frame("SS1", f"{identifier:02X}")
        return self._ask_one(request, f"SS1,{identifier:02X}".encode(), sentences_table.decode)

    def read_parameter(self, name: str | int, tries: int = TRIES) -> Parameter:
        """One parameter, by identifier or key.

        Raises ValueError for what is no identifier, TransportError without an answer (a unit does not answer for a
        parameter that it has not), DecodeError when none was whole.
        """
        wire = f"CF2,{parameters.identify(name):04X}"
        return self._ask_one(sentences.frame(*wire.split(","), "?"), wire.encode(), parameters.decode, tries)

    def read_parameters(self, names: Iterable[str | int] = tuple(parameters.PARAMETERS)) -> Reading:
        """The values of parameters, of all that the table has unless told, by their keys; units are in the table.

        What did not come is in `failed`.  Raises TransportError when nothing answered.
        """
        values: dict[str, Any] = {}
        failed: dict[str, str] = {}
        silent = 0
        for name in names:
            key = f"parameter_{parameters.identify(name):04X}"
            row = parameters.PARAMETERS.get(parameters.identify(name))
            try:
                parameter = self.read_parameter(name, 1 if silent else TRIES)
            except TransportError as error:
                failed[row.key if row else key] = str(error)
                silent += 1
                if silent == 2 and not values:
                    raise
            except DecodeError as error:
                failed[row.key if row else key] = str(error)
            else:
                values[parameter.key], silent = parameter.value, 0
        if not values:
            raise TransportError("; ".join(dict.fromkeys(failed.values())))
        return Reading(values, failed)

    def listen(self, names: Sequence[str], seconds: float, most: int = 1) -> list[Sentence]:
        """At most `most` sentences of these names that the unit sends unasked in `seconds`; damaged ones do not count.

        Raises TransportError when the port is gone.
        """
        decoded: list[Sentence] = []
        for line in self._transport.listen(tuple(name.encode() for name in names), seconds, most):
            try:
                decoded.append(sentences_table.decode(line))
            except DecodeError:
                continue
        return decoded

    @staticmethod
    def _number_of_cells(values: dict[str, Any]) -> int | None:
        counts = (values.get(f"{name}.number_of_cells") for name in SUMMARIES)
        return next((count for count in counts if count), None)

    def _can_messages(self) -> dict[str, list[Any]]:
        messages: dict[str, list[Any]] = {}
        for line in self._transport.overheard:
            try:
                sentence = sentences_table.decode(line)
            except DecodeError:
                continue
            if sentence.name in CAN_MESSAGES and not sentence.is_empty:
                messages.setdefault(sentence.name, []).append(sentence.fields)
        return messages

    @property
    def wants_login(self) -> bool:
        """True when the unit has asked for a log-in instead of answering since the last `read` began."""
        return any(_asks_for_login(line) for line in self._transport.overheard)

    def _ask(self, name: str, number_of_cells: int | None, tries: int) -> tuple[list[Sentence], str | None]:
        """The sentences of one reply, and why it is incomplete.  Raises TransportError without an answer."""
        reply, reason, silence = Reply(name, number_of_cells), None, None
        began, is_owed = time.monotonic(), False
        for _ in range(tries):
            reply, silence = Reply(name, number_of_cells, name not in OF_PROBES), None
            try:
                self._transport.ask_lines(
                    sentences.request(name), name.encode(), reply.take, TIMEOUT_SECONDS, IDLE_SECONDS
                )
            except TransportError as error:
                silence, is_owed = error, True
            else:
                reason = reply.missing()
                if reason is None:
                    break
        if silence is not None:
            raise self._explained(silence)
        self._await_owed(began, is_owed)
        return reply.sentences, reason

    def _ask_one(self, request: bytes, name: bytes, decode: Callable[[bytes], Answer], tries: int = TRIES) -> Answer:
        """The first undamaged answer, decoded.  Raises the error of the last try."""
        problem: TransportError | DecodeError | None = None
        answers: list[Answer] = []

        def take(line: bytes) -> bool:
            nonlocal problem
            try:
                answers.append(decode(line))
            except DecodeError as error:
                problem = error
            return bool(answers)

        began, is_owed = time.monotonic(), False
        for _ in range(tries):
            try:
                self._transport.ask_lines(request, name, take, TIMEOUT_SECONDS, IDLE_SECONDS)
            except TransportError as error:
                problem, is_owed = self._explained(error), True
            if answers:
                self._await_owed(began, is_owed)
                return answers[0]
        assert problem is not None, "a line came, or none did"
        raise problem

    def _await_owed(self, began: float, is_owed: bool) -> None:
        """Wait for the answers that a slow unit owes to earlier tries: else it falls further behind each time."""
        if is_owed:
            self._transport.listen((), time.monotonic() - began)

    def _explained(self, silence: TransportError) -> TransportError:
        return TransportError(f"{silence}; the unit asks for a log-in") if self.wants_login else silence

    def close(self) -> None:
        """Let go of the port."""
        self._transport.close()


def _asks_for_login(line: bytes) -> bool:
    try:
        sentence = sentences_table.decode(line)
    except DecodeError:
        return False
    return sentence.name == "PW1" and sentence.is_question
