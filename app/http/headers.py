"""The headers of every answer: the content policy, and the cookie for the page's callbacks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from flask import Flask, Response, abort, request
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect, generate_csrf

from app.http.body import LIMIT, hold_chunks
from app.http.spelling import is_json_address
from app.services import parts_of

CSRF_COOKIE = "_csrf_token"  # the name Dash reads
FORM_LIMIT = 64_000
# Blueprints with forms -> the most bytes of one; a document that is corrected may be as long as a posted one.
FORMS = dict.fromkeys(("accounts", "sensors", "sensor_entries", "keys", "exports", "admin", "images"), FORM_LIMIT)
FORMS["admin_entries"] = 4_000_000
REMEMBERED = timedelta(days=90)
# Below what gunicorn and nginx read at the most, so that the answer is the site's.
LONGEST_ADDRESS = 8_000
FILES = ("static", "_dash_assets.static", "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>")
# What is answered to one of these is for its sender alone.
KEY_HEADERS = ("Authorization", "X-API-Key")
OWN_COOKIES = {"session", "remember_token"}
NUL = "\0"
LOCAL_NAMES = ("127.0.0.1", "[::1]", "localhost")
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

# The address of this page is a secret: its files and its form are asked for without it, so that no log has it.
RESET_REFERRER = "strict-origin"


def content_policy(script_hashes: Sequence[str]) -> str:
    """The policy: nothing from another host, no inline script but Dash's own, known by its hash."""
    scripts = " ".join(["'self'", *script_hashes])
    return (
        f"default-src 'self'; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; frame-ancestors 'none'; "
        "base-uri 'self'; form-action 'self'; object-src 'none'"
    )


def host_allowed(host: str, allowed: Sequence[str]) -> bool:
    """Whether the name in a request (with or without its port) is one of this site's."""
    bare = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
    return bare.casefold() in {name.casefold() for name in (*allowed, *LOCAL_NAMES)}


def refuse_nul() -> None:
    """Refuse the character NUL in addresses and forms: PostgreSQL takes no text with it.

    The routes for programs say themselves what would be right.
    """
    if is_json_address(request.path):
        return
    if NUL in request.path:
        abort(404)
    sent = [*request.args.items(multi=True)]
    if request.blueprint in FORMS:
        sent += request.form.items(multi=True)
    if any(NUL in name or NUL in value for name, value in sent):
        abort(400, description="A text that was sent holds the character NUL: write it without.")


def install_headers(server: Flask, script_hashes: Callable[[], Sequence[str]]) -> CSRFProtect:
    """Set the headers and the cookie; `script_hashes` is asked once, at the first page."""
    config = parts_of(server).config
    server.config.update(
        SECRET_KEY=server.secret_key,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.cookie_secure,
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=config.cookie_secure,
        REMEMBER_COOKIE_DURATION=REMEMBERED,
        MAX_FORM_MEMORY_SIZE=FORM_LIMIT,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a page on a wall stays open for weeks
    )
    policies: list[str] = []

    @server.before_request
    def check_request() -> None:
        if config.allowed_hosts and not host_allowed(request.host, config.allowed_hosts):
            abort(421)
        if len(request.environ.get("RAW_URI") or request.full_path) > LONGEST_ADDRESS:
            abort(414)
        if request.blueprint is not None and request.blueprint in FORMS:  # before CSRFProtect reads the form
            request.max_content_length = request.max_form_memory_size = FORMS[request.blueprint]
            hold_chunks(FORMS[request.blueprint])
        elif request.endpoint == "/_dash-update-component":
            hold_chunks(LIMIT)
        refuse_nul()

    @server.after_request
    def add_headers(response: Response) -> Response:
        if request.is_secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if request.endpoint == "/_dash-update-component":
            # An open page compares it with what it was: the session may have ended meanwhile.
            response.headers["X-Signed-In"] = "yes" if current_user.is_authenticated else "no"
        if request.endpoint == "accounts.reset":
            response.headers["Referrer-Policy"] = RESET_REFERRER
        for name, value in ALWAYS.items():
            response.headers.setdefault(name, value)
        is_file = request.endpoint in FILES
        if response.mimetype == "text/html":
            if not policies:
                policies.append(content_policy(script_hashes()))
            response.headers.setdefault("Content-Security-Policy", policies[0])
            if (request.method == "GET" and not is_file) or request.blueprint in FORMS:
                response.headers.setdefault("Cache-Control", "no-store")
                response.set_cookie(
                    CSRF_COOKIE, generate_csrf(), samesite="Lax", secure=config.cookie_secure, httponly=False
                )
        if not is_file and (any(name in request.headers for name in KEY_HEADERS) or OWN_COOKIES & set(request.cookies)):
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return CSRFProtect(server)
