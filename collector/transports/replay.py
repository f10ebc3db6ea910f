"""A capture answers as the device did: the recorded questions lead to the recorded answers, with their pauses."""

from __future__ import annotations

import heapq
import os
import select
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from collector.transports.captures import Capture, Piece
from collector.transports.pty_end import PtyEnd

# The parts of one question follow each other closer than this; a question repeated after silence does not.
ONE_QUESTION_SECONDS = 0.05
# A device that was never asked says again what it said, after this.
AGAIN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Said:
    """Bytes of the device, and how long after the question."""

    after_seconds: float
    data: bytes


@dataclass(slots=True)
class Exchange:
    """One question and what followed it until the next; nothing where the device was silent."""

    question: bytes
    asked_at: float
    answer: list[Said] = field(default_factory=list)


def exchanges(pieces: Sequence[Piece]) -> tuple[list[Said], list[Exchange]]:
    """What the device said before it was asked, and the exchanges in order."""
    opening: list[Said] = []
    pairs: list[Exchange] = []
    for piece in pieces:
        if not piece.to_device:
            before = pairs[-1].answer if pairs else opening
            before.append(Said(piece.at_seconds - (pairs[-1].asked_at if pairs else 0.0), piece.data))
            continue
        last = pairs[-1] if pairs else None
        if last is not None and not last.answer and piece.at_seconds - last.asked_at < ONE_QUESTION_SECONDS:
            last.question += piece.data
            last.asked_at = piece.at_seconds
        else:
            pairs.append(Exchange(piece.data, piece.at_seconds))
    return opening, pairs


class Replay:
    """Finds the recorded questions in a stream of bytes and gives the recorded answers.

    A question that was asked several times gets its answers in the order of the capture, and then from the first
    again.  A question that was never asked gets silence.  With `asks_lines` the questions are lines, whose ends are no
    part of them.
    """

    def __init__(self, capture: Capture, asks_lines: bool = False) -> None:
        self.opening, recorded = exchanges(capture.pieces)
        self._answers: dict[bytes, deque[list[Said]]] = {}
        for exchange in recorded:
            question = exchange.question.strip(b"\r\n") if asks_lines else exchange.question
            if question:
                self._answers.setdefault(question, deque()).append(exchange.answer)
        self._longest = max((len(question) for question in self._answers), default=1)
        self._buffer = b""

    @property
    def questions(self) -> int:
        """How many different questions it can answer."""
        return len(self._answers)

    def receive(self, data: bytes) -> list[Said]:
        """Take bytes in pieces of any size; what the device says to them."""
        self._buffer += data
        pieces: list[Said] = []
        while (question := self._first_question()) is not None:
            self._buffer = self._buffer[self._buffer.find(question) + len(question) :]
            answers = self._answers[question]
            pieces += answers[0]
            answers.rotate(-1)
        # Only the end of what came can still become a question.
        self._buffer = self._buffer[-(self._longest - 1) :] if self._longest > 1 else b""
        return pieces

    def _first_question(self) -> bytes | None:
        """The question that is complete first; of two that end together the longer."""
        ends = [
            (place + len(question), -len(question), question)
            for question in self._answers
            if (place := self._buffer.find(question)) >= 0
        ]
        return min(ends)[2] if ends else None


class ReplayLine:
    """A replay on a pseudo-terminal.  `fast` leaves the recorded pauses out."""

    def __init__(self, replay: Replay, link: Path | None = None, fast: bool = False) -> None:
        self._replay = replay
        self._fast = fast
        self._end = PtyEnd(link)
        self._wake_read, self._wake_write = os.pipe()
        self._thread = threading.Thread(target=self._serve, name="replay", daemon=True)
        self._due: list[tuple[float, int, bytes]] = []
        self._order = count()
        self.path = self._end.path

    def start(self) -> None:
        """Begin to answer, with what the device said before it was asked."""
        self._plan(self._replay.opening)
        self._thread.start()

    def close(self) -> None:
        """Stop and hang up."""
        os.write(self._wake_write, b"x")
        if self._thread.ident is not None:
            self._thread.join()
        self._end.close()
        for end in (self._wake_read, self._wake_write):
            os.close(end)

    def _plan(self, pieces: Sequence[Said], pause: float = 0.0) -> None:
        now = time.monotonic() + pause
        for piece in pieces:
            heapq.heappush(self._due, (now + (0 if self._fast else piece.after_seconds), next(self._order), piece.data))

    def _serve(self) -> None:
        while True:
            limit = max(0.0, self._due[0][0] - time.monotonic()) if self._due else None
            ready, _, _ = select.select([self._end.fileno(), self._wake_read], [], [], limit)
            if self._wake_read in ready:
                return
            if self._end.fileno() in ready:
                self._plan(self._replay.receive(self._end.read()))
            while self._due and self._due[0][0] <= time.monotonic():
                self._end.write(heapq.heappop(self._due)[2])
            if not (self._due or self._replay.questions):
                self._plan(self._replay.opening, AGAIN_SECONDS)
