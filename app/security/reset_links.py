"""Links with which somebody sets a password without the old one: signed, for one hour, good for one use."""

from __future__ import annotations

import hashlib

from itsdangerous import BadSignature, URLSafeTimedSerializer

from data.database.models import User

GOOD_FOR_SECONDS = 3_600


def _signer(secret: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt="password reset", signer_kwargs={"digest_method": hashlib.sha256})


def _state(user: User) -> str:
    """A digest that changes with the password, so that a link works once and older links stop working."""
    return hashlib.sha256(f"{user.password} {user.session_stamp} {user.email}".encode()).hexdigest()[:32]


def token_for(secret: str, user: User) -> str:
    """The token of a link for that user."""
    return str(_signer(secret).dumps([user.id, _state(user)]))


def _content(secret: str, token: str) -> tuple[int, str] | None:
    """The user's id and the state in a token; None when it is forged or too old."""
    try:
        user_id, state = _signer(secret).loads(token, max_age=GOOD_FOR_SECONDS)
        return int(user_id), str(state)
    except (BadSignature, ValueError, TypeError):
        return None


def user_id_in(secret: str, token: str) -> int | None:
    """The id of the user of a link; None when it is forged or too old."""
    content = _content(secret, token)
    return None if content is None else content[0]


def is_good(secret: str, token: str, user: User) -> bool:
    """Whether the link still sets that user's password."""
    return _content(secret, token) == (user.id, _state(user))
