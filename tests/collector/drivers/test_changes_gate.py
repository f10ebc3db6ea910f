"""Nothing changes a device unless somebody says so."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from collector.drivers.permission import require_permission
from data.errors import ChangeNotAllowedError


@pytest.mark.parametrize("permission", [False, None, 1, "yes"])
def test_only_true_is_a_permission(permission: Any, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ChangeNotAllowedError, match=r"^reset of unit 1: .* pass allow_changes=True"):
        require_permission("reset of unit 1", permission)
    assert caplog.records == []


def test_what_is_allowed_is_logged_before_it_happens(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        require_permission("reset of unit 1", allow_changes=True)
    assert [record.message for record in caplog.records] == ["reset of unit 1"]
