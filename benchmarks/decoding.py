"""Decoding: from the bytes of one poll to values, as the collector does it on a Pi."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure, median_seconds
from collector.drivers import emus_g1, registers, tristar_mppt
from collector.drivers.scalings import Scales
from data.errors import DecodeError

EXAMPLES = Path(__file__).parents[1] / "tests/captures/protocols/emus_g1/examples.txt"
POLL_SENTENCES = ("BB1", "BC1", "BT1", "BT3", "BV1", "CG1", "CV1", "IN1", "OT1", "ST1", "TD1", "VR1", "BV2", "BT2")


def figures() -> Iterator[Figure]:
    """One poll of a controller, one of a battery manager."""
    live = [register for register in tristar_mppt.REGISTERS if 0x0018 <= register.address <= 0x004F]
    words = registers.block(0x0018, [2400] * 56)
    scales = Scales(180.0, 80.0)
    yield Figure(
        "decode the 56 live registers of a TriStar MPPT",
        1e6 * median_seconds(lambda: registers.decode(live, words, scales), 200),
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
            emus_g1.decode(line)
        except DecodeError as problem:
            raise RuntimeError(f"the published sentence {line!r} does not decode: {problem}") from problem
    yield Figure(
        f"decode {len(lines)} published sentences of an Emus G1",
        1e6 * median_seconds(lambda: [emus_g1.decode(line) for line in lines], 200),
        "µs",
    )
