"""Who is asking: the login, the viewer that callbacks see, and the keys and networks that may post."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, Request, abort, request
from flask_login import LoginManager, UserMixin, current_user
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from app.access import HOW_TO_GET_A_KEY, is_trusted
from app.parts import parts
from data import accounts
from data.models import User
from data.queries import DeviceRow


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at a page; a stranger has no user_id."""

    user_id: int | None
    is_admin: bool
    username: str | None


STRANGER = Viewer(None, False, None)


class SignedIn(UserMixin):
    """The user of a session, as flask-login wants one; it holds no password and no database row."""

    def __init__(self, user: User) -> None:
        self.id = user.id
        self.username = user.username
        self.admin = user.admin


@dataclass(frozen=True, slots=True)
class Poster:
    """What the sender of a request may write to and read: everything, one device, or one user's sensors."""

    everything: bool = False
    device_slug: str | None = None
    username: str | None = None
    user_id: int | None = None

    def may_post(self, slug: str) -> bool:
        """Whether it may post for the device of that slug (`bms`, `tristar-1`, `username/sensor_name`)."""
        if self.everything or slug == self.device_slug:
            return True
        return self.username is not None and slug.startswith(f"{self.username}/")

    def may_read(self, device: DeviceRow) -> bool:
        """Whether it may read that private device."""
        own = self.user_id is not None and device.owner_id == self.user_id
        return self.everything or device.slug == self.device_slug or own


def viewer() -> Viewer:
    """Who asks for the present page or callback."""
    if not current_user.is_authenticated:
        return STRANGER
    return Viewer(int(current_user.id), bool(current_user.admin), str(current_user.username))


def may_see(device: DeviceRow) -> bool:
    """Whether the viewer, or the key sent along, may read that device's data."""
    if device.public:
        return True
    who = viewer()
    if who.is_admin or (who.user_id is not None and device.owner_id == who.user_id):
        return True
    token = sent_key(request)
    return token is not None and keyed_poster(token).may_read(device)


def sent_key(asked: Request) -> str | None:
    """The key in `Authorization: Bearer …` or `X-API-Key`; None when there is none."""
    if named := asked.headers.get("X-API-Key", "").strip():
        return named
    scheme, _, token = asked.headers.get("Authorization", "").strip().partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def keyed_poster(token: str) -> Poster:
    """What that key allows; 401 when nobody knows it."""
    with parts().sessions() as session:
        key = accounts.key_for(session, token)
        if key is None:
            unauthorized("This key is not known, or was revoked. " + HOW_TO_GET_A_KEY)
        owner = accounts.user_by_id(session, key.user_id) if key.user_id is not None else None
        found = Poster(
            everything=owner is not None and owner.admin,
            device_slug=key.device_slug,
            username=owner.username if owner is not None else None,
            user_id=key.user_id,
        )
        session.commit()
    return found


def poster() -> Poster:
    """Who posts: the key's holder, or everything for a trusted network; 401 with the way to a key for anybody else."""
    token = sent_key(request)
    if token is not None:
        return keyed_poster(token)
    if is_trusted(parts().config, request.remote_addr or "", request.headers):
        return Poster(everything=True)
    return unauthorized(HOW_TO_GET_A_KEY)


def unauthorized(message: str) -> Poster:
    """Answer 401; never returns."""
    raise Unauthorized(message, www_authenticate=WWWAuthenticate("bearer"))


def install_login(server: Flask) -> None:
    """Let flask-login find the user of a session."""
    manager = LoginManager(server)
    manager.session_protection = "basic"

    @manager.user_loader
    def load(user_id: str) -> SignedIn | None:
        if not user_id.isdecimal():
            return None
        with parts().sessions() as session:
            user = accounts.user_by_id(session, int(user_id))
            return SignedIn(user) if user is not None else None

    @manager.unauthorized_handler
    def stranger() -> None:
        abort(401)
