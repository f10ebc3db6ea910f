"""The permission that every change of a device needs, whatever the device."""

from __future__ import annotations

import logging

from data.errors import ChangeNotAllowedError

log = logging.getLogger(__name__)


def require_permission(change: str, allow_changes: bool) -> None:
    """Log `change` and return, when it is allowed; ChangeNotAllowedError when it is not.

    To be called before the first byte goes out, with a text that names the device, the value and what it becomes.
    """
    if allow_changes is not True:
        raise ChangeNotAllowedError(
            f"{change}: this changes the device and was not allowed; pass allow_changes=True if it is meant"
        )
    log.warning("%s", change)
