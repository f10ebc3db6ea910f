"""The guard: each request is checked against the audience of its view; without one only administrators pass."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, abort, flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from app.audience import DASH_PAGE, LOGIN_PAGES, Audience, audience_of
from app.http.spelling import is_json_address
from app.security.identity import is_held_back, keyed_poster, sent_key
from app.services import parts_of

# All that a password which was given out opens from elsewhere.
CHOICE = "accounts.password"
OPEN_ALWAYS = (Audience.EVERYBODY, Audience.POSTERS)
OPEN_TO_STRANGERS = (*OPEN_ALWAYS, Audience.VISITORS, Audience.READERS)


def install_guard(server: Flask) -> None:
    """Check every request before anything else does."""
    open_ones = OPEN_ALWAYS if parts_of(server).config.site_private else OPEN_TO_STRANGERS

    @server.before_request
    def guard() -> AnyResponse | None:
        if request.endpoint is None:
            return None  # the routing has already decided on 404 or 405
        people = audience_of(server, request.endpoint) or Audience.ADMINISTRATORS
        if request.endpoint == DASH_PAGE and request.path in LOGIN_PAGES:
            people = Audience.ACCOUNTS
        if people in open_ones:
            return None
        if current_user.is_authenticated:
            if is_held_back() and request.endpoint != CHOICE:
                return to_the_choice()
            check_role(people)
            return None
        if people is Audience.READERS and sends_reading_key():
            return None
        if is_json_address(request.path) or request.method not in ("GET", "HEAD"):
            abort(401, description="Login required: this page is not open to strangers.")
        return to_the_login()


def to_the_login() -> AnyResponse:
    """Where a stranger logs in to see the page that was asked for."""
    flash("Please log in to see this page.", "warning")
    return redirect(url_for("accounts.login", next=request.full_path.rstrip("?")))


def to_the_choice() -> AnyResponse:
    """A redirect to the choice of a new password, for users with a one-time password; 403 for programs."""
    if is_json_address(request.path) or request.method not in ("GET", "HEAD"):
        abort(403, description="Choose a password of your own first, at /account/password.")
    return redirect(url_for(CHOICE, next=request.full_path.rstrip("?")))


def check_role(people: Audience) -> None:
    """Answer 403 when the user's role is not in that audience."""
    if people is Audience.ADMINISTRATORS and not current_user.admin:
        abort(403, description="Only administrators may do this.")
    if people is Audience.MEMBERS and not current_user.member:
        abort(403, description="Your account is for looking only: ask an administrator to make you a member.")


def sends_reading_key() -> bool:
    """Whether a key that reads was sent, which opens the reading routes of a private site: a device's for itself."""
    token = sent_key(request)
    return token is not None and "read" in keyed_poster(token).scopes


def local_target(target: str | None, otherwise: str) -> str:
    """`target` when it is a path on this site, else `otherwise`: nobody is sent to another host after a login."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return otherwise
    if "\\" in target or any(ord(character) < 32 for character in target):
        return otherwise
    parts = urlsplit(target)
    return otherwise if parts.scheme or parts.netloc else target
