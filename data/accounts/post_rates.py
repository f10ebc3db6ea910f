"""How often each key posts: counted in memory, and brought together in the database every few seconds."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session, sessionmaker

from data.accounts import rate_limits
from data.accounts.rate_limits import Limit

FLUSH_SECONDS = 5.0
FLUSH_POSTS = 50


@dataclass(slots=True)
class Count:
    """The posts of one key within one window."""

    start_at: datetime
    flushed_at: float
    total: int = 0  # of all workers, as the database said last
    pending: int = 0  # here since then


class PostRates:
    """The posts of all keys in this process; a post costs a write only every few seconds."""

    def __init__(self, sessions: sessionmaker[Session], posts_per_minute: int) -> None:
        self.sessions = sessions
        self.limit = Limit("posts", posts_per_minute, timedelta(minutes=1))
        self.counts: dict[int, Count] = {}
        self.lock = threading.Lock()

    def wait_seconds(self, key_id: int, at: datetime) -> int:
        """Count one post of that key; the seconds to wait when its posts are too many, else 0."""
        start_at = rate_limits.window_start(self.limit, at)
        with self.lock:
            count = self.counts.get(key_id)
            if count is None or count.start_at != start_at:
                count = self.counts[key_id] = Count(start_at, time.monotonic())
            count.pending += 1
            taken = self._take(count)
        if taken:
            with self.sessions() as session:
                total = rate_limits.count(session, self.limit, f"key {key_id}", at, taken)
                session.commit()
            with self.lock:
                count.total = max(count.total, total)
        return rate_limits.seconds_left(self.limit, at) if count.total + count.pending > self.limit.most else 0

    def _take(self, count: Count) -> int:
        """The posts to write now, 0 when it is not yet time."""
        now = time.monotonic()
        if count.pending < min(FLUSH_POSTS, self.limit.most) and now - count.flushed_at < FLUSH_SECONDS:
            return 0
        taken, count.pending, count.flushed_at = count.pending, 0, now
        count.total += taken
        return taken
