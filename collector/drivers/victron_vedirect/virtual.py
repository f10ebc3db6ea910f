"""A virtual VE.Direct device: sends its blocks every second and ignores what it receives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from collector.drivers import blocks

CHARGING = {
    "PID": "0xA053", "FW": "161", "SER#": "HQ1234ABCDE", "V": "13790", "I": "4200", "VPV": "38640", "PPV": "65",
    "CS": "3", "MPPT": "2", "OR": "0x00000000", "ERR": "0", "LOAD": "ON", "IL": "300", "H19": "10206", "H20": "12",
    "H21": "164", "H22": "31", "H23": "130", "HSDS": "279",
}  # fmt: skip


class VirtualVeDirect:
    """One device.  Values are the texts of its fields by label; `history` is what a monitor says in a second block."""

    delay_seconds = 0.0

    def __init__(self, live: Mapping[str, str] = CHARGING, history: Mapping[str, str] | None = None) -> None:
        self.every_seconds: float | None = 1.0
        self._blocks = [dict(live)] + ([dict(history)] if history else [])

    def change(self, values: Mapping[str, Any]) -> None:
        """Take new values.  ValueError, and no change, for a label that it does not say."""
        unknown = values.keys() - {label for block in self._blocks for label in block}
        if unknown:
            raise ValueError(f"it has no field {', '.join(sorted(unknown))}")
        for block in self._blocks:
            block.update({label: str(value) for label, value in values.items() if label in block})

    def receive(self, data: bytes) -> list[bytes]:  # noqa: ARG002
        """Nothing."""
        return []

    def unasked(self) -> list[bytes]:
        """Its blocks."""
        return [blocks.encode(block) for block in self._blocks]
