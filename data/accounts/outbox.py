"""Letters that wait to be sent: a page leaves them here, the worker takes them.  No function commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from data.database.engine import begin_write
from data.database.models import OutgoingMail

TAKEN = timedelta(minutes=5)  # whoever took a letter and died has not sent it: then it is due again
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


def take(session: Session, letter: OutgoingMail, at: datetime) -> bool:
    """Whether that letter is the caller's to send; False when another one has taken it meanwhile."""
    begin_write(session)
    same = (OutgoingMail.id == letter.id, OutgoingMail.next_try_at == letter.next_try_at)
    return session.connection().execute(update(OutgoingMail).where(*same).values(next_try_at=at + TAKEN)).rowcount == 1


def waiting(session: Session) -> tuple[int, datetime | None]:
    """How many letters have been tried in vain and wait for their next turn, and since when the oldest does."""
    found = select(func.count(), func.min(OutgoingMail.created_at)).where(OutgoingMail.tries > 0)
    count, oldest = session.execute(found).one()
    return int(count), oldest


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
