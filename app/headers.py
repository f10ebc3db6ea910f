"""What every answer carries: the content policy, and the cookie that lets the page's callbacks through."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Flask, Response, request
from flask_wtf.csrf import CSRFProtect, generate_csrf

from app.parts import parts_of

CSRF_COOKIE = "_csrf_token"  # the name Dash reads
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def content_policy(script_hashes: Sequence[str]) -> str:
    """The policy: nothing from another host, no inline script but Dash's own, known by its hash."""
    scripts = " ".join(["'self'", *script_hashes])
    return (
        f"default-src 'self'; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; frame-ancestors 'none'; "
        "base-uri 'self'; form-action 'self'; object-src 'none'"
    )


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
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a page on a wall stays open for weeks
    )
    policies: list[str] = []

    @server.after_request
    def add_headers(response: Response) -> Response:
        for name, value in ALWAYS.items():
            response.headers.setdefault(name, value)
        if response.mimetype == "text/html":
            if not policies:
                policies.append(content_policy(script_hashes()))
            response.headers.setdefault("Content-Security-Policy", policies[0])
            if request.method == "GET" and request.endpoint not in ("static", "_dash_assets.static"):
                response.headers.setdefault("Cache-Control", "no-store")
                response.set_cookie(
                    CSRF_COOKIE, generate_csrf(), samesite="Lax", secure=config.cookie_secure, httponly=False
                )
        return response

    return CSRFProtect(server)
