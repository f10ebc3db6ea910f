"""Runs a target: over files that are named, or under atheris for as long as libFuzzer is told to."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

# Ours and the library that takes the frames apart; nothing else tells of new ground.
INSTRUMENTED = ["collector", "data", "modbus_tk"]


def flipped(data: bytes, place: int) -> bytes:
    """`data` with one bit turned over, counted round."""
    byte, bit = divmod(place % (8 * len(data)), 8)
    return data[:byte] + bytes([data[byte] ^ 1 << bit]) + data[byte + 1 :]


def fuzz(load: Callable[[], Callable[[bytes], None]], arguments: Sequence[str]) -> None:
    """Run files once each, or give folders and options (-max_total_time=60) to the fuzzer; `load` gets the target."""
    files = [Path(argument) for argument in arguments if Path(argument).is_file()]
    if files:
        check = load()
        for file in files:
            check(file.read_bytes())
            sys.stdout.write(f"{file}: nothing wrong\n")
        return
    import atheris

    with atheris.instrument_imports(include=INSTRUMENTED):
        check = load()
    atheris.Setup([sys.argv[0], *arguments], check)
    atheris.Fuzz()
