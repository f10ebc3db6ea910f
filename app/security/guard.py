"""The one gate: closed unless the endpoint is on one of these lists."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, abort, flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from app.http.spelling import is_json_address
from app.security.identity import is_held_back, keyed_poster, sent_key
from app.services import parts_of

# Open to everybody, always: what is needed to log in, what checks its own key, and files.
PUBLIC = frozenset(
    {
        "static",
        "_dash_assets.static",
        "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>",
        "/_favicon.ico",
        "health.healthz",
        "health.favicon",
        "accounts.login",
        "accounts.logout",
        "accounts.forgotten",
        "accounts.reset",
        "posting.bms",
        "posting.tristar",
        "posting.tristar_daily",
        "posting.sensor",
        "batches.documents",
        "missing.json_address",
        "missing.wrong_method",
    }
)
# Open to strangers unless SITE_PRIVATE: the pages of the power system with their callbacks, and the reading routes,
# which ask for each sensor whether its data is public.
OPEN = frozenset(
    {
        "accounts.register",  # on a private site an administrator makes the accounts
        "/",
        "/<path:path>",
        "/_dash-layout",
        "/_dash-dependencies",
        "/_dash-update-component",
        "/_reload-hash",
        "missing.graph_form",
        "pictures.page",
        "pictures.png",
        "pictures.svg",
        "reading.bms_point",
        "reading.bms_range",
        "reading.tristar_point",
        "reading.tristar_range",
        "reading.sensor_point",
        "reading.sensor_range",
        "api_page.page",
        "api.openapi_json",
        "api.devices",
        "api.series",
        "api.latest",
        "api.range",
        "api.nearest",
        "api.documents",
        "api.events",
        "api.energy",
    }
)

# Pages of Dash that want a login; what their callbacks tell is asked for each device besides.
LOGIN_PAGES = frozenset({"/sensors"})
DASH_PAGE = "/<path:path>"

# All that a password which was given out opens from elsewhere.
CHOICE = "accounts.password"

# Beside a login these want a role: viewers look, and have nothing of their own.
MEMBERS = frozenset({"sensors.register", "keys.mine", "keys.make", "keys.revoke"})
ADMINISTRATORS = ("admin.", "admin_entries.")  # every endpoint whose name begins so


def install_guard(server: Flask) -> None:
    """Check every request before anything else does."""
    private = parts_of(server).config.site_private
    allowed = PUBLIC if private else PUBLIC | OPEN

    @server.before_request
    def guard() -> AnyResponse | None:
        # No endpoint: the routing has already decided on 404 or 405.
        closed = request.endpoint == DASH_PAGE and request.path in LOGIN_PAGES
        if request.endpoint is None or (request.endpoint in allowed and not closed):
            return None
        if current_user.is_authenticated:
            if is_held_back() and request.endpoint != CHOICE:
                return to_the_choice()
            check_role(request.endpoint)
            return None
        if may_read_by_key(request.endpoint):
            return None
        if is_json_address(request.path) or request.method not in ("GET", "HEAD"):
            abort(401, description="Login required: this page is not open to strangers.")
        flash("Please log in to see this page.", "warning")
        return redirect(url_for("accounts.login", next=request.full_path.rstrip("?")))


def to_the_choice() -> AnyResponse:
    """Where somebody with a password that was given out chooses another; 403 to what is not looked at."""
    if is_json_address(request.path) or request.method not in ("GET", "HEAD"):
        abort(403, description="Choose a password of your own first, at /account/password.")
    return redirect(url_for(CHOICE, next=request.full_path.rstrip("?")))


def check_role(endpoint: str) -> None:
    """403 when the user's role does not open that endpoint."""
    if endpoint.startswith(ADMINISTRATORS) and not current_user.admin:
        abort(403, description="Only administrators may do this.")
    if endpoint in MEMBERS and not current_user.member:
        abort(403, description="Your account is for looking only: ask an administrator to make you a member.")


def may_read_by_key(endpoint: str) -> bool:
    """Whether a key that reads was sent, which opens the reading routes of a private site: a device's for itself."""
    token = sent_key(request) if endpoint.startswith(("reading.", "api.")) else None
    return token is not None and "read" in keyed_poster(token).scopes


def local_target(target: str | None, otherwise: str) -> str:
    """`target` when it is a path on this site, else `otherwise`: nobody is sent to another host after a login."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return otherwise
    if "\\" in target or any(ord(character) < 32 for character in target):
        return otherwise
    parts = urlsplit(target)
    return otherwise if parts.scheme or parts.netloc else target
