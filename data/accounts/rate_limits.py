"""How often somebody may try something: counted in the database, so that all workers count together.  No function
commits."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Insert, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from data.database.engine import begin_write
from data.database.models import RateCount
from data.ranges import from_milliseconds, to_milliseconds


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` times within one window of that length."""

    name: str
    most: int
    window: timedelta


# A class registers and logs in from behind one address; a guesser needs far more tries than a class.
LOGIN_OF_NAME = Limit("login", 10, timedelta(minutes=5))  # one name from one address
LOGIN_OF_ADDRESS = Limit("logins", 100, timedelta(minutes=5))
LOGIN_FROM_ANYWHERE = Limit("login-anywhere", 1_000, timedelta(hours=1))  # one name from all addresses
REGISTER = Limit("register", 60, timedelta(hours=1))
RESET_OF_ADDRESS = Limit("resets", 20, timedelta(hours=1))
RESET_OF_ACCOUNT = Limit("reset", 3, timedelta(hours=1))
KEPT = timedelta(days=1)


def _name(limit: Limit, whom: str) -> str:
    # Hashed: what people type for a name may be a password, and it may be long.
    return f"{limit.name} {hashlib.sha256(whom.casefold().encode(errors='replace')).hexdigest()[:32]}"


def window_start(limit: Limit, at: datetime) -> datetime:
    """When the window began in which `at` lies."""
    length = limit.window // timedelta(milliseconds=1)
    return from_milliseconds(to_milliseconds(at) // length * length)


def hit(session: Session, limit: Limit, whom: str, at: datetime, times: int = 1) -> int:
    """Count `times` more tries; the seconds to wait when they are too many, else 0."""
    if count(session, limit, whom, at, times) <= limit.most:
        return 0
    return seconds_left(limit, at)


def count(session: Session, limit: Limit, whom: str, at: datetime, times: int = 1) -> int:
    """Count `times` more tries; how many they are by now, all workers together."""
    begin_write(session)
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    new = insert(RateCount).values(name=_name(limit, whom), start_at=window_start(limit, at), count=times)
    counted: Insert = new.on_conflict_do_update(
        index_elements=["name", "start_at"], set_={"count": RateCount.count + times}
    ).returning(RateCount.count)
    return int(session.execute(counted).scalar_one())


def seconds_left(limit: Limit, at: datetime) -> int:
    """How long the window of `at` still lasts, rounded up."""
    left = window_start(limit, at) + limit.window - at
    return max(1, -(-left // timedelta(seconds=1)))


def forgive(session: Session, limit: Limit, whom: str) -> None:
    """Forget the tries: who has logged in did not guess."""
    begin_write(session)
    session.execute(delete(RateCount).where(RateCount.name == _name(limit, whom)))


def sweep(session: Session, at: datetime) -> None:
    """Delete the counts of windows that are long over."""
    begin_write(session)
    session.execute(delete(RateCount).where(RateCount.start_at < at - KEPT))
