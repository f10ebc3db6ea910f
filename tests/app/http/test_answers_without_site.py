"""What nginx and gunicorn answer by themselves: the site's own words, as a page or as JSON."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.config import PROJECT, Config
from app.http import static_errors
from app.runtime.gunicorn import gunicorn_command
from tests.app.http.test_behind_nginx import Front, answers, free_port, nginx_before
from tests.builders import wait_until

before = contextmanager(nginx_before)
LONG = "x" * 70_000


def sent(port: int, request: str) -> str:
    """All that is answered to these bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        line.sendall(request.encode())
        line.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: line.recv(65_536), b"")).decode()


def check(front: Front, code: int, method: str, path: str, body: str | None = None, json: bool = False) -> None:
    """The answer is the file of that status."""
    found, headers, text = front.ask(method, path, body)
    assert found == code
    assert headers["Content-Type"].startswith("application/json" if json else "text/html")
    assert text == (static_errors.body(code) if json else static_errors.page(code))


def test_the_site_is_down(tmp_path: Path) -> None:
    with before(free_port(), tmp_path) as front:
        check(front, 502, "GET", "/BMS")
        check(front, 502, "GET", "/sensors/users/login")
        check(front, 502, "GET", "/api/v1/")
        for path in (
            "/api/v1/devices",
            "/healthz",
            "/bms/API/single_point/2019-12-03 19:40:00/state_of_charge".replace(" ", "%20"),
            "/_dash-layout",
        ):
            check(front, 502, "GET", path, json=True)
        for path in ("/BMS/post-json", "/Tristar/post-json/daily", "/sensors/post-json/admin/VEML7700"):
            check(front, 502, "POST", path, "{}", json=True)
        check(front, 404, "GET", "/502.html")  # is nobody's address


def test_the_site_is_too_slow(tmp_path: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        for front in nginx_before(
            silent.getsockname()[1], tmp_path, (r"proxy_read_timeout 90s", "proxy_read_timeout 1s")
        ):
            check(front, 504, "GET", "/BMS")
            check(front, 504, "POST", "/BMS/post-json", "{}", json=True)


def test_the_site_is_under_maintenance(tmp_path: Path) -> None:
    closed = (r"location / \{", "location / {\n        return 503;")
    with before(free_port(), tmp_path, closed) as front:
        check(front, 503, "GET", "/BMS")
        check(front, 503, "GET", "/api/v1/devices", json=True)


def test_what_nginx_does_not_pass_on(tmp_path: Path) -> None:
    with before(free_port(), tmp_path) as front:
        check(front, 404, "GET", "/static/nothing.css")
        check(front, 405, "POST", "/static/theme.js", "x")
        check(front, 413, "POST", "/sensors/users/login", "x" * 18_000_000)
        check(front, 413, "POST", "/BMS/post-json", "x" * 18_000_000, json=True)
        assert static_errors.page(400) in sent(front.plain, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n")
        assert static_errors.page(414) in sent(front.plain, f"GET /{LONG} HTTP/1.1\r\nHost: a\r\n\r\n")


@pytest.fixture
def gunicorn(config: Config, tmp_path: Path) -> Iterator[int]:
    """The port of a site that gunicorn serves."""
    port = free_port()
    command = re.sub(r"(?<=--bind=)\S+", f"127.0.0.1:{port}", "\n".join(gunicorn_command(config))).split("\n")
    empty = tmp_path / "config.json"
    empty.write_text("{}")
    settings = {**os.environ, "DATA_DIR": str(config.data_dir), "ARBORETUM_CONFIG": str(empty)}
    with subprocess.Popen(
        [sys.executable, *command[1:]], cwd=PROJECT, env=settings, stderr=subprocess.DEVNULL
    ) as process:
        try:
            assert wait_until(lambda: answers(port), 60)
            yield port
        finally:
            process.terminate()


def test_gunicorn_answers_what_it_cannot_read_with_the_sites_words(gunicorn: int) -> None:
    for request, code in (
        (f"GET /{LONG} HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        ("NONSENSE\r\n\r\n", 400),
        ("GET / HTTP/9.9\r\nHost: a\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHo st: a\r\n\r\n", 400),
        ("POST /BMS/post-json HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n{}", 400),
    ):
        answer = sent(gunicorn, request)
        assert answer.startswith(f"HTTP/1.1 {code} "), answer[:300]
        assert static_errors.page(code) in answer
    assert "200 OK" in sent(gunicorn, "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    too_long = sent(gunicorn, f"GET /BMS?title={'x' * 8_050} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert too_long.startswith("HTTP/1.1 414 ")
    assert "/assets/view/arboretum.css" in too_long
