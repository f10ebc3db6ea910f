"""The store's tests run on both databases."""

from __future__ import annotations

import pytest

from app.config import Config
from tests.builders import DATABASES


@pytest.fixture(params=DATABASES)
def config(request: pytest.FixtureRequest) -> Config:
    """A site of this test's own, on SQLite and on PostgreSQL."""
    made: Config = request.getfixturevalue(f"{request.param}_config")
    return made
