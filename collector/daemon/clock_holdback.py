"""The clock hold-back: documents measured before the clock was set wait for it, as long as waiting helps."""

from __future__ import annotations

import logging

from collector.daemon.clock import Clock
from collector.daemon.spool import Spool
from collector.daemon.uplink import Uplink

GIVEN_UP = "unsynced boot"  # the note that names the boot in which waiting for the time was given up

log = logging.getLogger(__name__)


class ClockHoldback:
    """Decides, turn by turn, whether unsynced documents of this boot may be sent.

    They may not while the time may still come: once sent, their recorded_at is frozen.  When the clock is set they
    get their right time.  When the server could be reached for `patience_seconds` and the clock is still not set
    (a container, a network without a time server) they are sent as they are, for the rest of this boot.
    """

    def __init__(self, spool: Spool, clock: Clock, patience_seconds: float) -> None:
        self._spool = spool
        self._clock = clock
        self._patience_seconds = patience_seconds
        self._reachable_since: float | None = None
        self.reason = ""  # why nothing may go in this turn although the next turn should come after a pause

    def held_boot(self, uplink: Uplink) -> str | None:
        """The boot whose unsynced documents stay back in this turn, or None."""
        self.reason = ""
        if self._clock.is_set():
            restored = self._spool.restore(self._clock.stamp())
            if restored:
                log.info("the clock is set: gave %d documents the time they were made at", restored)
            # Still this boot: a reading that was under way when the clock was set is restored at the next turn.
            return self._clock.boot_id
        if self._spool.note(GIVEN_UP) == self._clock.boot_id:
            return None
        return None if self._out_of_patience(uplink) else self._clock.boot_id

    def _out_of_patience(self, uplink: Uplink) -> bool:
        if not uplink.is_reachable():
            self._reachable_since = None
            self.reason = "the clock is not set and the server cannot be reached"
            return False
        now = self._clock.monotonic()
        if self._reachable_since is None:
            self._reachable_since = now
        if now - self._reachable_since < self._patience_seconds:
            return False
        self._spool.write_note(GIVEN_UP, self._clock.boot_id)
        log.warning("the clock is not set after %g s with a network: documents go as unsynced", self._patience_seconds)
        return True
