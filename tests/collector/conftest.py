from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.spool import Spool
from tests.collector.fakes import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    opened = Spool(tmp_path / "spool.db")
    yield opened
    opened.close()
