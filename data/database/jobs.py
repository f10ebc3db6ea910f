"""How far long pieces of work have come, for the page to show while they run.  No function commits."""

from __future__ import annotations

from sqlalchemy.orm import Session

from data.database.engine import begin_write, insert_unless_there
from data.database.models import Job, now


def start(session: Session, name: str, label: str, total: int) -> None:
    """Begin the job of that name, or begin it anew."""
    begin_write(session)
    # Two may start the same job at the same time; the second finds the row.
    session.execute(insert_unless_there(session, Job), {"name": name, "label": label})
    session.merge(
        Job(
            name=name,
            label=label,
            done=0,
            total=total,
            message="",
            started_at=now(),
            updated_at=now(),
            finished_at=None,
        )
    )
    session.flush()


def advance(session: Session, name: str, done: int, message: str | None = None) -> None:
    """Say that `done` of the job's total are done; a job that was never started is left alone."""
    begin_write(session)
    job = session.get(Job, name)
    if job is None:
        return
    job.done, job.updated_at = done, now()
    if message is not None:
        job.message = message
    session.flush()


def finish(session: Session, name: str) -> None:
    """Say that the job is done."""
    begin_write(session)
    job = session.get(Job, name)
    if job is None:
        return
    job.done, job.updated_at, job.finished_at = job.total, now(), now()
    session.flush()
