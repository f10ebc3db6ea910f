"""The scheme of a request behind a proxy: only a trusted proxy may say that it was TLS."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask

from app.config import Config
from app.http.trust import parse_address, within
from app.services import parts_of

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class BehindProxy:
    """WSGI middleware that takes the scheme from the proxy, and makes every cookie Secure over TLS."""

    def __init__(self, wsgi_app: WsgiApp, config: Config) -> None:
        self.wsgi_app = wsgi_app
        self.config = config

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        peer = parse_address(environ.get("REMOTE_ADDR", ""))
        if peer is not None and within(peer, self.config.trusted_proxies):
            scheme = environ.get("HTTP_X_FORWARDED_PROTO", "").strip().lower()
            if scheme in ("http", "https"):
                environ["wsgi.url_scheme"] = scheme
        if environ.get("wsgi.url_scheme") != "https" and not self.config.cookie_secure:
            return self.wsgi_app(environ, start_response)

        def start_secure(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start_response(status, [secured(*header) for header in headers], *rest)

        return self.wsgi_app(environ, start_secure)


def secured(name: str, value: str) -> tuple[str, str]:
    """The header, with Secure added to a cookie that lacks it."""
    if name.lower() != "set-cookie" or "secure" in [part.strip().lower() for part in value.split(";")]:
        return name, value
    return name, f"{value}; Secure"


def install_proxy(server: Flask) -> None:
    """Put the middleware around `server`."""
    server.wsgi_app = BehindProxy(server.wsgi_app, parts_of(server).config)  # type: ignore[method-assign]
