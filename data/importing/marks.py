"""How far an import has come, kept in the transaction that stored its documents.

A mark is a job whose message is the place to go on from; an import that ran to its end has none.
"""

from __future__ import annotations

import hashlib

from sqlalchemy.orm import Session

from data.database import jobs
from data.database.engine import begin_write
from data.database.models import Job, now


def name_for(identity: str) -> str:
    """The job's name for an import of that identity: the file and everything that decides what is made of it."""
    return "import-" + hashlib.sha256(identity.encode(errors="surrogateescape")).hexdigest()[:32]


def found(session: Session, name: str) -> str | None:
    """Where an import that was broken off had come to; None when there is nothing to go on from."""
    job = session.get(Job, name)
    return (job.message or None) if job is not None else None


def start(session: Session, name: str, label: str, total: int, place: str) -> None:
    """Begin, at the beginning (an empty place) or where it was broken off."""
    jobs.start(session, name, label[:200], total)
    jobs.advance(session, name, 0, place)


def advance(session: Session, name: str, done: int, place: str) -> None:
    """Everything before `place` is stored by this transaction or an earlier one."""
    jobs.advance(session, name, done, place)


def finish(session: Session, name: str) -> None:
    """The import ran to its end: the next one begins anew."""
    jobs.advance(session, name, 0, "")
    jobs.finish(session, name)


def rest(session: Session, name: str) -> None:
    """The import was broken off: it is no longer under way, and its place stays."""
    begin_write(session)
    job = session.get(Job, name)
    if job is not None:
        job.finished_at = now()
        session.flush()
