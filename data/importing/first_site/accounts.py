"""The old site's users, with the hashes of their passwords, and their sensors."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.accounts import audit
from data.accounts import users as accounts
from data.database.engine import begin_write
from data.database.models import User
from data.errors import DocumentError
from data.importing.counting import Count, Tell
from data.importing.first_site.file import OldRow, OldSite, UnreadableError, text_of
from data.ingest.batch import REPEATED, STORED, Outcome
from data.names import LONGEST_NAME, is_email, is_in_an_address
from data.roles import MEMBER

# The forms of a hash that is kept; a bare digest or a password in plain text never is.
KEPT_HASHES = re.compile(r"\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}|(scrypt|pbkdf2):[^$]+\$[^$]+\$[^$]+")
NO_PASSWORD = "!"
IN_A_COPY = "correct it in a copy of the file, and import that"


def load_users(session: Session, site: OldSite, tell: Tell) -> tuple[Count, dict[int, User]]:
    """Make the users that are not there, by name; no commit.  Returns the counts, and each old id's user."""
    begin_write(session)
    count, users = Count(tell), {}
    for where, row in _rows(site, "user", count):
        try:
            user, is_new = _user(session, row, where, tell)
        except DocumentError as problem:
            count.refuse(where, f"{problem}; {IN_A_COPY}")
            continue
        users[row[0]] = user
        if is_new:
            audit.record(session, audit.AT_THE_PROMPT, "account made", user.username, f"imported, role {user.role}")
        count.add(Outcome(STORED if is_new else REPEATED, None, None, None), where)
    return count, users


def _rows(site: OldSite, table: str, count: Count) -> Iterator[tuple[str, OldRow]]:
    if table not in site.tables:
        return
    try:
        for row in site.rows(table):
            yield f"{table} {row[0]}", row
    except UnreadableError as problem:
        count.refuse(table, str(problem))


def _user(session: Session, row: OldRow, where: str, tell: Tell) -> tuple[User, bool]:
    username, email, password = (
        text_of(cell, column).strip() for cell, column in zip(row[1:], ("username", "email", "password"), strict=True)
    )
    existing = accounts.user_by_name(session, username)
    if existing is not None:
        return existing, False
    if not is_in_an_address(username, LONGEST_NAME):
        raise DocumentError(f"username is {username!r}, expected 1 to {LONGEST_NAME} characters, no slash")
    if session.scalar(select(User.id).where(func.lower(User.username) == username.lower())) is not None:
        raise DocumentError(f"the name {username} differs from another user's in capitals only")
    if not is_email(email):
        raise DocumentError(f"email is {email!r}, which is no address of at most {LONGEST_NAME} characters")
    if session.scalar(select(User.id).where(func.lower(User.email) == email.lower())) is not None:
        raise DocumentError(f"the address {email} belongs to another user")
    if not KEPT_HASHES.fullmatch(password):
        tell(f"{where}: the password of {username} is no hash of a form that is kept: give the user a new password")
        password = NO_PASSWORD
    user = User(username=username, email=email, password=password, role=MEMBER)
    session.add(user)
    session.flush()
    return user, True


def load_sensors(session: Session, site: OldSite, users: dict[int, User], tell: Tell) -> tuple[Count, dict[int, str]]:
    """Make the sensors that are not there; no commit.  Returns the counts, and each old id's device."""
    begin_write(session)
    count, slugs = Count(tell), {}
    for where, row in _rows(site, "sensor", count):
        number, user_id, *texts = row
        try:
            name, kind, units = (
                text_of(cell, column).strip() for cell, column in zip(texts, ("name", "type", "units"), strict=True)
            )
            user = users.get(user_id)
            if user is None:
                raise DocumentError(f"its user {user_id} is not there, or was refused")
            sensor = accounts.find_sensor(session, user.username, name)
            if sensor is None:
                accounts.register_sensor(session, user, name, type=kind, units=units)
        except DocumentError as problem:
            count.refuse(where, f"{problem}; {IN_A_COPY}")
            continue
        slugs[number] = f"{user.username}/{name}"
        count.add(Outcome(STORED if sensor is None else REPEATED, None, None, None), where)
    return count, slugs
