"""Log-in by name and password: limited, equally long for every name, and written into the audit log."""

from __future__ import annotations

from datetime import UTC, datetime

from app.security.identity import actor, check_wait, counted_address
from app.services import parts
from data.accounts import account_changes, audit, rate_limits, users
from data.accounts.bootstrap import ADMIN
from data.accounts.passwords import good_once, is_good_once
from data.database.models import User


def logged_in(username: str, password: str) -> User | None:
    """The user, when the password is right; 429 when too many were tried."""
    now, address = datetime.now(UTC), counted_address()
    attempt = f"{username} {address}"
    with parts().sessions.begin() as database:
        wait = max(
            rate_limits.hit(database, rate_limits.LOGIN_OF_NAME, attempt, now),
            rate_limits.hit(database, rate_limits.LOGIN_OF_ADDRESS, address, now),
        )
        # Tries that are refused here do not count for the name: else one address could lock a colleague out everywhere.
        wait = wait or rate_limits.hit(database, rate_limits.LOGIN_FROM_ANYWHERE, username, now)
    check_wait(wait, "Too many log-ins were tried")
    with parts().sessions() as database:
        user = users.verify(database, username, password, parts().peppers)
        exists = user is not None or users.user_by_name(database, username) is not None
    # Hashed outside the transaction that writes: nobody waits for it.
    renewed = account_changes.renewed_hash(user, password, parts().peppers) if user is not None else None
    if user is not None and was_given_out(user):
        renewed = good_once(renewed or user.password)
    with parts().sessions.begin() as database:
        if user is None:
            # What is typed as an unknown name may be a password: it is not kept.
            audit.record(database, actor(username if exists else None), "login refused", username if exists else "")
        else:
            user = account_changes.note_login(database, user.id, renewed)
            rate_limits.forgive(database, rate_limits.LOGIN_OF_NAME, attempt)
            audit.record(database, actor(user.username), "login", user.username)
    return user


def was_given_out(user: User) -> bool:
    """Whether the password is still the one that the first start printed, on a site that was begun before such hashes
    were marked; nobody knows after the log's years."""
    if is_good_once(user.password) or user.username != ADMIN or datetime.now(UTC) - user.created_at > audit.KEPT:
        return False
    with parts().sessions() as database:
        return not audit.is_there(database, "password changed", user.username)
