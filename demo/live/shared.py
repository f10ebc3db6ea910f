"""What the live model leaves for the poster: what the sensors measure now."""

from __future__ import annotations

from typing import Any

from demo.devices import faculty
from demo.model.instant import Instant

KEY = "sensors"

Documents = dict[str, dict[str, Any]]


def shared(instant: Instant) -> dict[str, Any]:
    """What the live model leaves for the poster; no documents while the site is dark."""
    return {"second": instant.second, "documents": measured(instant)}


def measured(instant: Instant) -> Documents:
    """What the sensors would post at an instant, by their names."""
    return faculty.documents(instant) if instant.loads_on else {}
