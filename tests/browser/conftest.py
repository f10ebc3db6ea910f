"""The site in a real browser: one application on a small database, a fresh context a test, nothing but this host."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect
from werkzeug.serving import WSGIRequestHandler, make_server

from app import create_app
from app.config import Config
from app.services import parts_of
from tests.browser.sunny_day import fill

CHROMIUM = "/usr/bin/chromium"
PATIENCE_MILLISECONDS = 180_000  # for what comes at once on an idle machine; a wait ends when its condition holds
SIZES = {"wide": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


expect.set_options(timeout=PATIENCE_MILLISECONDS)


class Silent(WSGIRequestHandler):
    """Answers without a line in the log for each request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium; where it is missing the suite fails."""
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": list(QUIET)}


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site with a day of data."""
    yield from served(tmp_path_factory.mktemp("site"), filled=True)


@pytest.fixture(scope="session")
def empty_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site that nothing has posted to."""
    yield from served(tmp_path_factory.mktemp("empty"), filled=False)


def served(folder: Path, filled: bool) -> Iterator[str]:
    """Serve a new site in a thread."""
    server = create_app(Config(data_dir=folder, secret_key="a secret key of the tests"))
    if filled:
        with parts_of(server).sessions() as session:
            fill(session, datetime.now(UTC))
    yield from listening(server)


def listening(server: Flask) -> Iterator[str]:
    """The address of that application, which answers in a thread until the test is over."""
    listener = make_server("127.0.0.1", 0, server, threaded=True, request_handler=Silent)
    thread = threading.Thread(target=listener.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.server_port}"
    listener.shutdown()
    thread.join()
    listener.server_close()
    parts_of(server).engine.dispose()


@dataclass
class Watched:
    """A page, and what went wrong in it."""

    page: Page
    address: str
    wrong: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open a page of the site."""
        self.page.goto(self.address + path)
        return self.page

    def heard(self, message: ConsoleMessage) -> None:
        """Keep what the console complains about."""
        if message.type in ("error", "warning"):
            self.wrong.append(f"console: {message.text}")

    def asked(self, request: Request) -> None:
        """Keep requests to other hosts."""
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.wrong.append(f"request: {request.url}")


Opener = Callable[..., Watched]


@pytest.fixture
def opened(browser: Browser, site: str) -> Iterator[Opener]:
    """Open a window of a size and a colour scheme; at the end nothing may have gone wrong in any."""
    contexts: list[BrowserContext] = []
    windows: list[Watched] = []

    def make(size: str = "wide", theme: str = "light", address: str = site) -> Watched:
        context = browser.new_context(
            viewport=SIZES[size],  # type: ignore[arg-type]
            color_scheme=theme,  # type: ignore[arg-type]
            has_touch=size == "phone",
            reduced_motion="reduce",
            timezone_id="Asia/Tokyo",  # times are the site's, wherever the reader is
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MILLISECONDS)
        window = Watched(page, address)
        page.on("console", window.heard)
        page.on("pageerror", lambda error: window.wrong.append(f"error: {error}"))
        page.on("request", window.asked)
        windows.append(window)
        return window

    yield make
    wrong = [complaint for window in windows for complaint in window.wrong]
    for context in contexts:
        context.close()
    assert wrong == []
