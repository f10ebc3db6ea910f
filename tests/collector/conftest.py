from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from collector.spool import Spool
from tests.collector.fakes import FakeClock

# A busy machine is slow, not wrong; what must be fast is measured by tests of its own.
settings.register_profile("calm", deadline=None)
settings.load_profile("calm")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    opened = Spool(tmp_path / "spool.db")
    yield opened
    opened.close()
