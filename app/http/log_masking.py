"""A mask for logs: the link of a password reset opens an account for an hour, so it is never logged."""

from __future__ import annotations

import logging
import re

RESET_LINK = re.compile(r"(/users/reset/)[^\s?#\"']+", re.IGNORECASE)
# Who writes down addresses: the server of `flask run` and run.py, and gunicorn when it is told to.
ACCESS_LOGS = ("werkzeug", "gunicorn.access")


def masked(text: str) -> str:
    """The text without the secret of a reset's link, however its address is spelled."""
    return RESET_LINK.sub(r"\1…", text)


class Mask(logging.Filter):
    """A filter that removes that secret from every line of a logger."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Remove the secret; the record stays."""
        message = record.getMessage()
        if RESET_LINK.search(message):
            record.msg, record.args = masked(message), ()
        return True


MASK = Mask()


def mask_access_logs() -> None:
    """Add the mask to the loggers of this process that log addresses; calling it again adds nothing."""
    for name in ACCESS_LOGS:
        logging.getLogger(name).addFilter(MASK)
