"""What one poll of a device gave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Reading:
    """The values that came, and why others did not.

    Attributes:
        values: driver key -> value in the unit of the device's table; None where the device says it has none.
        failed: group or sentence -> reason, for what was asked and did not come whole.
    """

    values: Mapping[str, Any]
    failed: Mapping[str, str] = field(default_factory=dict)
