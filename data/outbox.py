"""Letters that wait to be sent: a page leaves them here, the worker takes them.  No function commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from data.engine import begin_write
from data.models import OutgoingMail

FIRST_PAUSE = timedelta(minutes=1)
MOST_TRIES = 8  # the last some two hours after the first


def post(session: Session, recipient: str, subject: str, body: str) -> None:
    """Leave a letter for the worker."""
    begin_write(session)
    session.add(OutgoingMail(recipient=recipient, subject=subject, body=body))
    session.flush()


def due(session: Session, at: datetime, most: int = 20) -> Sequence[OutgoingMail]:
    """The letters to try now, the oldest first."""
    query = select(OutgoingMail).where(OutgoingMail.next_try_at <= at).order_by(OutgoingMail.id)
    return session.scalars(query.limit(most)).all()


def sent(session: Session, mail_id: int) -> None:
    """Forget a letter that was sent: what it says is nobody's business any more."""
    begin_write(session)
    session.execute(delete(OutgoingMail).where(OutgoingMail.id == mail_id))


def failed(session: Session, mail_id: int, tries: int, at: datetime) -> bool:
    """Try the letter again later, after growing pauses; whether it is given up instead."""
    if tries >= MOST_TRIES:
        sent(session, mail_id)
        return True
    begin_write(session)
    later = at + FIRST_PAUSE * 2 ** (tries - 1)
    session.execute(update(OutgoingMail).where(OutgoingMail.id == mail_id).values(tries=tries, next_try_at=later))
    return False
