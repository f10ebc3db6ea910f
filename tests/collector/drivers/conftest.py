from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.collector.wire import Wire


@pytest.fixture
def plug(tmp_path: Path) -> Iterator[Callable[[Callable[[bytes], bytes]], Wire]]:
    """Plug a device into the port `tmp_path / "port"`; all are unplugged at the end."""
    wires: list[Wire] = []

    def plugged(answer: Callable[[bytes], bytes]) -> Wire:
        wires.append(Wire(tmp_path / "port", answer))
        return wires[-1]

    yield plugged
    for wire in wires:
        if wire.path.is_symlink():
            wire.unplug()
