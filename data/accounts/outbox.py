"""The outbox: pages put e-mails in, the worker sends them.  No function commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from data.database.engine import begin_write
from data.database.models import OutgoingMail

TAKEN = timedelta(minutes=5)  # whoever took an e-mail and died has not sent it: then it is due again
FIRST_PAUSE = timedelta(minutes=1)
MOST_TRIES = 8  # the last some two hours after the first


def post(session: Session, recipient: str, subject: str, body: str) -> None:
    """Put an e-mail into the outbox."""
    begin_write(session)
    session.add(OutgoingMail(recipient=recipient, subject=subject, body=body))
    session.flush()


def due(session: Session, at: datetime, most: int = 20) -> Sequence[OutgoingMail]:
    """The e-mails to try now, the oldest first."""
    query = select(OutgoingMail).where(OutgoingMail.next_try_at <= at).order_by(OutgoingMail.id)
    return session.scalars(query.limit(most)).all()


def take(session: Session, email: OutgoingMail, at: datetime) -> bool:
    """Whether that e-mail is the caller's to send; False when another one has taken it meanwhile."""
    begin_write(session)
    same = (OutgoingMail.id == email.id, OutgoingMail.next_try_at == email.next_try_at)
    return session.connection().execute(update(OutgoingMail).where(*same).values(next_try_at=at + TAKEN)).rowcount == 1


def waiting(session: Session) -> tuple[int, datetime | None]:
    """The number of e-mails that failed and wait for the next try, and when the oldest was written."""
    query = select(func.count(), func.min(OutgoingMail.created_at)).where(OutgoingMail.tries > 0)
    count, oldest = session.execute(query).one()
    return int(count), oldest


def sent(session: Session, mail_id: int) -> None:
    """Delete an e-mail that was sent: its content is private."""
    begin_write(session)
    session.execute(delete(OutgoingMail).where(OutgoingMail.id == mail_id))


def failed(session: Session, mail_id: int, tries: int, at: datetime) -> bool:
    """Try the e-mail again later, after growing pauses; whether it is given up instead."""
    if tries >= MOST_TRIES:
        sent(session, mail_id)
        return True
    begin_write(session)
    later = at + FIRST_PAUSE * 2 ** (tries - 1)
    session.execute(update(OutgoingMail).where(OutgoingMail.id == mail_id).values(tries=tries, next_try_at=later))
    return False
