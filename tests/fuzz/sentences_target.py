"""What must be true of any bytes that come from the port of an EMUS G1."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress

from tests.fuzz.fuzzing import flipped, fuzz

REPLIES = ("BV2", "BB2", "LG1", "SS1", "BC1", "BT4")
MOST_LINES = 64


def load() -> Callable[[bytes], None]:
    """The check, with what it drives."""
    from collector.drivers import sentences
    from collector.drivers.emus import parameters, sentences_table, statistics
    from collector.drivers.emus.reply import Reply
    from collector.transports.lines import LONGEST_LINE, LineBuffer
    from data.errors import DecodeError

    def decoded(line: bytes) -> object:
        try:
            return sentences_table.decode(line)
        except DecodeError:
            return None

    def check_line(line: bytes, place: int) -> None:
        sentence = decoded(line)
        with suppress(DecodeError):
            parameters.decode(line)
        if sentence is None:
            return
        assert isinstance(sentence, sentences.Sentence)
        if sentence.name == "SS1" and isinstance(sentence.fields.get("statistic_id"), int):
            statistics.interpret(sentence.fields)
        changed = decoded(flipped(line, place))
        assert changed is None or changed == sentence, f"one bit of {line!r} gives other values unseen"

    def check_reply(name: str, lines: list[bytes]) -> None:
        reply = Reply(name, 8)
        for line in lines[:MOST_LINES]:
            if reply.take(line):
                break
        reply.missing()
        assert all(sentence.name == name for sentence in reply.sentences)

    def check(data: bytes) -> None:
        """The first byte says which bit is turned, the second which reply the lines are taken for."""
        if len(data) < 3:
            return
        place, name, stream = data[0], REPLIES[data[1] % len(REPLIES)], data[2:]
        buffer = LineBuffer()
        half = len(stream) // 2
        lines = [*buffer.feed(stream[:half]), *buffer.feed(stream[half:]), *buffer.finish()]
        assert all(len(line) <= LONGEST_LINE + len(stream) for line in lines)
        whole = LineBuffer()
        assert lines == [*whole.feed(stream), *whole.finish()] or len(stream) > LONGEST_LINE
        # A checksum is rarely guessed: each line is also tried with its right one.
        sound = [line + b"," + sentences.checksum(line + b",") for line in lines]
        for line in (*lines, *sound):
            check_line(line, place)
        check_reply(name, lines)
        check_reply(name, sound)

    return check


if __name__ == "__main__":
    fuzz(load, sys.argv[1:])
