"""What no log may have: the link of a reset opens an account for an hour."""

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
    """Takes that secret out of every line of a logger."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep the record, without the secret."""
        said = record.getMessage()
        if RESET_LINK.search(said):
            record.msg, record.args = masked(said), ()
        return True


MASK = Mask()


def mask_access_logs() -> None:
    """Put the mask on the logs of this process that name addresses; once, however often it is asked."""
    for name in ACCESS_LOGS:
        logging.getLogger(name).addFilter(MASK)
