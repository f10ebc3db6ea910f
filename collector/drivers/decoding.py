"""Streams of bytes to answers, as `decode` gives them; a driver's tools say how."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from collector.transports.lines import LONGEST_LINE, LineBuffer
from data.errors import DecodeError

Answer = dict[str, Any]


class Decoder(Protocol):
    """Makes answers of a stream of bytes; an answer with an "error" says what could not be decoded."""

    def feed(self, received: bytes) -> Iterator[Answer]:
        """The answers that these bytes complete."""

    def finish(self) -> Iterator[Answer]:
        """The answers of what is left at the end."""


@dataclass(frozen=True, slots=True)
class Decoding:
    """`decode NAME`: its help, its options, and the decoder for them."""

    name: str
    help: str
    decoder: Callable[[argparse.Namespace], Decoder]
    add_arguments: Callable[[argparse.ArgumentParser], None] = lambda _parser: None


class LineDecoder:
    """Decodes a stream line by line; `answers` may raise DecodeError."""

    def __init__(self, answers: Callable[[bytes], Iterator[Answer]]) -> None:
        self._answers = answers
        self._buffer = LineBuffer()

    def feed(self, received: bytes) -> Iterator[Answer]:
        """The answers to the lines that these bytes complete."""
        return self._decoded(self._buffer.feed(received))

    def finish(self) -> Iterator[Answer]:
        """The answers to a last line without an end."""
        return self._decoded(self._buffer.finish())

    def _decoded(self, lines: list[bytes]) -> Iterator[Answer]:
        for line in lines:
            if line.strip():
                try:
                    yield from self._answers(line)
                except DecodeError as problem:
                    yield damaged(str(problem), line)


def damaged(message: str, raw: bytes) -> Answer:
    """The answer to bytes that could not be decoded."""
    return {"error": message, "line": raw[:LONGEST_LINE].decode("ascii", "backslashreplace")}
