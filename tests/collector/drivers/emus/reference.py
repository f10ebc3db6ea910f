"""The protocol reference of the EMUS G1 as the tests read it."""

from __future__ import annotations

import csv
from pathlib import Path

PROTOCOL = Path(__file__).parents[3] / "captures" / "protocols" / "emus_g1"


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one table."""
    with (PROTOCOL / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


EXAMPLES = [line.split("\t") for line in (PROTOCOL / "examples.txt").read_text(encoding="utf-8").splitlines()]
VALID = [line.encode() for line, verdict, _ in EXAMPLES if verdict == "valid"]
INVALID = [line.encode() for line, verdict, _ in EXAMPLES if verdict == "invalid CRC"]
