"""Logging of changes, not of repetitions: a failure is told once, and its end with what was missed."""

from __future__ import annotations

import logging


class News:
    """The news of one thing that can fail over and over.  One thread uses it."""

    def __init__(self, log: logging.Logger, subject: str) -> None:
        self._log = log
        self._subject = subject
        self._missed = 0
        self._told = ""

    def failed(self, reason: str, kind: str = "", traceback: BaseException | None = None) -> None:
        """Count a failure; told when it is the first, or of another kind than the last one told."""
        if not self._missed or kind != self._told:
            self._log.warning("%s: %s", self._subject, reason, exc_info=traceback)
        self._told = kind
        self._missed += 1

    def recovered(self) -> None:
        """It works; told when it did not before."""
        if self._missed:
            self._log.info("%s: works again after %d failed", self._subject, self._missed)
        self._missed = 0
