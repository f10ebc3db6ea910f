"""Identity of the sender: the login, the viewer for callbacks, and the keys and networks that may post."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NoReturn

from flask import Flask, Request, abort, request
from flask_login import LoginManager, UserMixin, current_user
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import TooManyRequests, Unauthorized

from app.http.trust import HOW_TO_GET_A_KEY, is_at_the_machine, is_trusted, one_sender, sender_address
from app.services import parts
from data.accounts import users
from data.accounts.audit import Actor
from data.accounts.passwords import is_good_once
from data.accounts.users import SCOPES
from data.database.models import User
from data.queries import DeviceRow
from data.roles import ROLES


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at a page; a stranger has no user_id, and only a member may have sensors."""

    user_id: int | None
    is_admin: bool
    username: str | None
    is_member: bool = False


STRANGER = Viewer(None, False, None)


class SignedIn(UserMixin):
    """The user of a session, as flask-login wants one; it holds no password and no database row."""

    def __init__(self, user: User) -> None:
        self.id = user.id
        self.username = user.username
        self.email = user.email
        self.role = user.role
        self.admin = user.admin
        self.member = ROLES[user.role].has_sensors
        self.stamp = user.session_stamp
        self.must_choose = is_good_once(user.password)  # a password of their own

    def get_id(self) -> str:
        """What a session keeps: the user, and the stamp that a logout or a new password replaces."""
        return f"{self.id}.{self.stamp}"


@dataclass(frozen=True, slots=True)
class Poster:
    """What the sender of a request may write to and read: everything, one device, or one user's sensors."""

    everything: bool = False
    device_slug: str | None = None
    username: str | None = None
    user_id: int | None = None
    key_id: int | None = None
    scopes: frozenset[str] = field(default=frozenset(SCOPES))

    def may_post(self, slug: str) -> bool:
        """Whether it may post for the device of that slug (`bms`, `tristar-1`, `username/sensor_name`)."""
        if self.everything or slug == self.device_slug:
            return True
        return self.username is not None and slug.startswith(f"{self.username}/")

    def may_read(self, device: DeviceRow) -> bool:
        """Whether it may read that private device."""
        own = self.user_id is not None and device.owner_id == self.user_id
        return "read" in self.scopes and (self.everything or device.slug == self.device_slug or own)


def is_held_back() -> bool:
    """Whether the user has a password that was given out, and asks from elsewhere than the machine that printed it."""
    return bool(current_user.must_choose) and not is_at_the_machine(request.remote_addr or "", request.headers)


def viewer() -> Viewer:
    """The viewer of the current page or callback."""
    if not current_user.is_authenticated or is_held_back():
        return STRANGER
    user = current_user
    return Viewer(int(user.id), bool(user.admin), str(user.username), bool(user.member))


def client_address() -> str:
    """The address of the current request."""
    return sender_address(parts().config, request.remote_addr or "", request.headers)


def counted_address() -> str:
    """The address of the current request, as limits count it."""
    return one_sender(client_address())


def actor(username: str | None = None) -> Actor:
    """The actor of the current request, for the audit log; `username` when nobody is logged in."""
    name = str(current_user.username) if current_user.is_authenticated else "(stranger)"
    return Actor(username or name, client_address())


def may_see(device: DeviceRow) -> bool:
    """Whether the viewer, or the key sent along, may read that device's data."""
    who = viewer()
    is_open = who.user_id is not None or not parts().config.site_private
    if is_open and device.is_visible_to(who.user_id, who.is_admin):
        return True
    token = sent_key(request)
    sender = keyed_poster(token) if token is not None else Poster(scopes=frozenset())
    # Strangers see nothing of a private site, and a device's key is good for that device.
    return sender.may_read(device) or (device.public and sender.user_id is not None and "read" in sender.scopes)


def sent_key(http_request: Request) -> str | None:
    """The key in `Authorization: Bearer …` or `X-API-Key`; None when there is none."""
    if named := http_request.headers.get("X-API-Key", "").strip():
        return named
    scheme, _, token = http_request.headers.get("Authorization", "").strip().partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def keyed_poster(token: str) -> Poster:
    """The permissions of that key; 401 for an unknown one."""
    with parts().sessions() as session:
        key = users.key_for(session, token)
        if key is None:
            unauthorized("This key is not known, was revoked or has expired. " + HOW_TO_GET_A_KEY)
        owner = users.user_by_id(session, key.user_id) if key.user_id is not None else None
        scopes = frozenset(key.scopes.split(","))
        holder = owner or users.owner_of(session, key.device_slug)
        sender = Poster(
            everything=owner is not None and owner.admin,
            device_slug=key.device_slug,
            username=owner.username if owner is not None else None,
            user_id=key.user_id,
            key_id=key.id,
            scopes=scopes if holder is None or ROLES[holder.role].has_sensors else scopes - {"post"},
        )
        worth_noting = users.is_use_worth_noting(key)
    if worth_noting:
        with parts().sessions.begin() as session:
            users.note_use(session, key.id, client_address())
    return sender


def poster() -> Poster:
    """The permissions of the sender: of the key, or everything for a trusted network; else 401 with the way to a key.

    403 for a key that may only read, 429 for one that posts too often.
    """
    token = sent_key(request)
    if token is not None:
        sender = keyed_poster(token)
        if "post" not in sender.scopes:
            abort(403, description="This key may only read: make one that may post.")
        assert sender.key_id is not None
        check_wait(parts().post_rates.wait_seconds(sender.key_id, datetime.now(UTC)), "This key posts too often")
        return sender
    if is_trusted(parts().config, request.remote_addr or "", request.headers):
        return Poster(everything=True)
    return unauthorized(HOW_TO_GET_A_KEY)


def check_wait(seconds: int, what: str) -> None:
    """Answer 429 with Retry-After when there is something to wait for."""
    if seconds:
        length = f"{seconds} seconds" if seconds < 120 else f"{-(-seconds // 60)} minutes"
        raise TooManyRequests(f"{what}: wait {length}, then try again.", retry_after=seconds)


def unauthorized(message: str) -> NoReturn:
    """Answer 401."""
    raise Unauthorized(message, www_authenticate=WWWAuthenticate("bearer"))


def install_login(server: Flask) -> None:
    """Let flask-login find the user of a session."""
    manager = LoginManager(server)
    manager.session_protection = "basic"

    @manager.user_loader
    def load(kept: str) -> SignedIn | None:
        user_id, _, stamp = kept.partition(".")
        if not user_id.isdecimal() or len(user_id) > 18 or not stamp:
            return None
        with parts().sessions() as session:
            user = users.user_by_id(session, int(user_id))
            return SignedIn(user) if user is not None and user.session_stamp == stamp else None

    @manager.unauthorized_handler
    def stranger() -> None:
        abort(401)
