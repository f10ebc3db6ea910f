"""Decoding: from the bytes of one poll to values, as the collector does it on a Pi."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, median_seconds
from collector.drivers import registers
from collector.drivers.documents import compact
from collector.drivers.emus import reader, sentences_table
from collector.drivers.emus.document import build_bms
from collector.drivers.scalings import Scales
from collector.drivers.tristar import registers_table
from collector.drivers.tristar.document import build_tristar
from collector.simulator.emus.device import VirtualEmus
from data.errors import DecodeError

EXAMPLES = Path(__file__).parents[1] / "tests/captures/protocols/emus_g1/examples.txt"
POLL_SENTENCES = ("BB1", "BC1", "BT1", "BT3", "BV1", "CG1", "CV1", "IN1", "OT1", "ST1", "TD1", "VR1", "BV2", "BT2")


def decoded_poll(words: dict[int, int]) -> dict[str, registers.Value]:
    """The values of the 80 words that one request of a poll brings, by the scales among them."""
    scales = Scales.from_words([words[address] for address in range(4)])
    return registers.decode(registers_table.REGISTERS, words, scales)


def figures() -> Iterator[Figure]:
    """One poll of a controller, one of a battery manager."""
    live = [register for register in registers_table.REGISTERS if 0x0018 <= register.address <= 0x004F]
    words = registers.block(0x0018, [2400] * 56)
    scales = Scales(180.0, 80.0)
    yield Figure(
        "decode the 56 live registers of a TriStar MPPT",
        1e6 * median_seconds(lambda: registers.decode(live, words, scales), 200),
        "µs",
        1000,
    )
    polled = registers.block(0x0000, [180, 0, 80, 0, 0x42] + [2400] * 75)
    yield Figure(
        "decode a whole poll of a TriStar MPPT and write its document",
        1e6 * median_seconds(lambda: compact(build_tristar(decoded_poll(polled))), 200),
        "µs",
        1000,
    )
    lines = []
    for row in EXAMPLES.read_text(encoding="ascii").splitlines():
        line, validity, _ = row.split("\t")
        if validity == "valid" and line.startswith(POLL_SENTENCES):
            lines.append(line.encode())
    for line in lines:
        try:
            sentences_table.decode(line)
        except DecodeError as problem:
            raise RuntimeError(f"the published sentence {line!r} does not decode: {problem}") from problem
    yield Figure(
        f"decode {len(lines)} published sentences of an Emus G1",
        1e6 * median_seconds(lambda: [sentences_table.decode(line) for line in lines], 200),
        "µs",
    )
    poll = [line for lines_of_poll in _whole_poll() for line in lines_of_poll]
    yield Figure(
        f"decode a whole poll of an Emus G1, {len(poll)} lines, and build its document",
        1e6 * median_seconds(lambda: _document(poll), 100),
        "µs",
        1000,
    )


def _whole_poll() -> Iterator[list[bytes]]:
    unit = VirtualEmus()
    for name in (*reader.LIVE, *reader.LISTED):
        yield unit.lines(name)


def _document(lines: list[bytes]) -> dict[str, Any]:
    fields: dict[str, list[Any]] = {}
    for line in lines:
        sentence = sentences_table.decode(line)
        fields.setdefault(sentence.name, []).append(sentence.fields)
    return build_bms(fields)
