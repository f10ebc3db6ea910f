"""Numbers on the command line: what is out of bounds is refused with what is right, before anything is opened."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable

from collector.transports.modbus.line import UNIT_IDS


def whole(lowest: int, highest: int | None = None) -> Callable[[str], int]:
    """A whole number of at least `lowest` and at most `highest`, as argparse takes it."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = None
        if number is None or number < lowest or (highest is not None and number > highest):
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number {_bounds(lowest, highest)}")
        return number

    return read


def seconds(lowest: float = 0.0) -> Callable[[str], float]:
    """A finite number of seconds of at least `lowest`, as argparse takes it."""

    def read(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not math.isfinite(number) or number < lowest:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds {_bounds(lowest, None)}")
        return number

    return read


def _bounds(lowest: float, highest: float | None) -> str:
    return f"from {lowest:g}" if highest is None else f"from {lowest:g} to {highest:g}"


modbus_address = whole(UNIT_IDS.start, UNIT_IDS.stop - 1)
