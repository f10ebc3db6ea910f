"""Changes of an account: password, role, end of sessions, deletion."""

from __future__ import annotations

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from data.accounts import sensor_changes
from data.accounts.passwords import (
    NO_PEPPER,
    Peppers,
    good_once,
    hash_password,
    is_current,
    is_good_once,
    password_matches,
    weakness,
)
from data.accounts.users import keys_of, sensors_of, site_names
from data.database.engine import begin_write
from data.database.models import ApiKey, OutgoingMail, User, fresh_stamp, now
from data.errors import DocumentError, GoneError, NotFoundError
from data.roles import ADMINISTRATOR, ROLES


def user_to_change(session: Session, user_id: int) -> User:
    """The user of that id, in a transaction that writes.  Raises NotFoundError."""
    begin_write(session)
    user = session.get(User, user_id, with_for_update=True)
    if user is None:
        raise NotFoundError(f"no user with the id {user_id}")
    return user


def set_password(
    session: Session, user_id: int, password: str, peppers: Peppers = NO_PEPPER, stamp: str | None = None
) -> User:
    """Give the user that password, and end all sessions.

    Raises DocumentError when it is too easy, and GoneError when `stamp` is no longer the user's: of two who use one
    link at the same instant the second is too late.
    """
    user = session.get(User, user_id)
    if user is None:
        raise NotFoundError(f"no user with the id {user_id}")
    if (problem := weakness(password, user.username, user.email, *site_names(session))) is not None:
        raise DocumentError(f"the password is too easy: {problem}")
    if is_good_once(user.password) and password_matches(password, user.password, peppers):
        raise DocumentError("this is the password that was given out: choose another")
    hashed = hash_password(password, peppers)  # before the transaction writes: it takes a tenth of a second
    session.rollback()
    user = user_to_change(session, user_id)
    if stamp is not None and user.session_stamp != stamp:
        raise GoneError("the password was set meanwhile")
    user.password, user.session_stamp = hashed, fresh_stamp()
    session.flush()
    return user


def renewed_hash(user: User, password: str, peppers: Peppers) -> str | None:
    """A hash to keep in place of the user's old one, whose password was just verified; None when it is of today."""
    if is_current(user.password, peppers):
        return None
    renewed = hash_password(password, peppers)
    return good_once(renewed) if is_good_once(user.password) else renewed


def note_login(session: Session, user_id: int, renewed: str | None = None) -> User:
    """Write that the user logged in, and the hash in its new form."""
    user = user_to_change(session, user_id)
    user.last_login_at = now()
    if renewed is not None:
        user.password = renewed
    session.flush()
    return user


def end_sessions(session: Session, user_id: int) -> None:
    """Log the user out everywhere."""
    user_to_change(session, user_id).session_stamp = fresh_stamp()
    session.flush()


def set_role(session: Session, user_id: int, role: str) -> User:
    """Give the user that role.  Raises DocumentError when nobody would be left to administer."""
    user = user_to_change(session, user_id)
    if role not in ROLES:
        raise DocumentError(f"the role is {role!r}: it is one of {', '.join(ROLES)}")
    if role != ADMINISTRATOR:
        _keep_an_administrator(session, user)
    user.role, user.session_stamp = role, fresh_stamp()
    session.flush()
    return user


def delete_user(session: Session, user_id: int) -> None:
    """Delete the account with its keys, its e-mails, its sensors and all their data.  Raises DocumentError for the last
    administrator."""
    user = user_to_change(session, user_id)
    _keep_an_administrator(session, user)
    key_ids = [key.id for key in keys_of(session, user)]
    session.execute(delete(ApiKey).where(ApiKey.id.in_(key_ids)))
    for sensor in sensors_of(session, user):
        sensor_changes.delete_sensor(session, sensor.id)
    session.execute(delete(OutgoingMail).where(OutgoingMail.recipient == user.email))
    session.execute(delete(User).where(User.id == user_id))
    session.flush()


def _keep_an_administrator(session: Session, user: User) -> None:
    others = select(func.count()).select_from(User).where(User.role == ADMINISTRATOR, User.id != user.id)
    if user.admin and not session.scalar(others):
        raise DocumentError(f"{user.username} is the only administrator: make somebody else one first")
