"""What an import did: how many documents by outcome, and the reason of each that was refused, told as it comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from data.ingest.batch import REFUSED, REPEATED, STORED, Outcome

Tell = Callable[[str], None]
CONFLICT_HINT = "the one that was there first stays; compare the two and correct the file if this one is right"


def nobody(_text: str) -> None:
    """For callers that want the numbers only."""


@dataclass(slots=True)
class Count:
    """Documents by outcome; `tell` hears of every refused one."""

    tell: Tell = nobody
    stored: int = 0
    repeated: int = 0
    refused: int = 0

    def add(self, outcome: Outcome, where: str) -> None:
        """Count one outcome; `where` is the place of the document in its file."""
        if outcome.result == STORED:
            self.stored += 1
        elif outcome.result == REPEATED:
            self.repeated += 1
        else:
            assert outcome.result == REFUSED
            reason = outcome.reason or "refused"
            self.refuse(where, f"{reason}: {CONFLICT_HINT}" if reason.startswith("conflict") else reason)

    def refuse(self, where: str, reason: str) -> None:
        """Count a row that did not become a document."""
        self.refused += 1
        self.tell(f"refused: {where}: {reason}")

    def summary(self) -> str:
        """The numbers in one line."""
        return f"{self.stored} stored, {self.repeated} repeated, {self.refused} refused"
