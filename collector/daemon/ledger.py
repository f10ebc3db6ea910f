"""What became of every document: counted where it happened, so that nothing can be missing unnoticed."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Ledger:
    """Counts since the spool was made.  `missing` is 0 unless the spool itself was damaged."""

    made: int = 0  # put into the spool
    sent: int = 0  # handed to the uplink at least once
    stored: int = 0  # the server has it
    repeated: int = 0  # the server had it already: an answer of its was lost on the way
    rejected: int = 0  # the server will never take it
    dropped: int = 0  # given up because the spool was full
    waiting: int = 0  # still in the spool

    @property
    def missing(self) -> int:
        """Documents that were made and of which nothing is known."""
        return self.made - self.stored - self.repeated - self.rejected - self.dropped - self.waiting

    def as_json(self) -> dict[str, int]:
        """The counts by name, `missing` last."""
        return {**asdict(self), "missing": self.missing}
