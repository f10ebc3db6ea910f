"""Logging of transitions, not of repetitions: a failure is logged once, and its end with the number of failures."""

from __future__ import annotations

import logging


class Transitions:
    """The transitions between failing and working of one thing that can fail over and over.  One thread uses it."""

    def __init__(self, log: logging.Logger, subject: str) -> None:
        self._log = log
        self._subject = subject
        self._missed = 0
        self._logged_kind = ""

    def failed(self, reason: str, kind: str = "", traceback: BaseException | None = None) -> None:
        """Count a failure; it is logged when it is the first, or of another kind than the last one logged."""
        if not self._missed or kind != self._logged_kind:
            self._log.warning("%s: %s", self._subject, reason, exc_info=traceback)
        self._logged_kind = kind
        self._missed += 1

    def recovered(self) -> None:
        """Note a success; it is logged after a failure."""
        if self._missed:
            self._log.info("%s: works again after %d failed", self._subject, self._missed)
        self._missed = 0
