"""The site behind a real nginx with the configuration of deploy/: who may post, TLS, the pages nginx answers itself."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import ip_network
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.serving import WSGIRequestHandler, make_server

from app import create_app
from app.config import PROJECT, Config
from app.services import parts_of
from data.accounts import users
from tests.builders import wait_until

NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
CONF = PROJECT / "deploy" / "nginx" / "arboretum.conf"
FRAME = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ }}
http {{
    access_log {folder}/access.log;
    # The tests' way to come from another network: nginx takes this header for the other end of the line.
    set_real_ip_from 127.0.0.0/8;
    real_ip_header X-Came-From;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u;
    scgi_temp_path {folder}/s;
{server}
}}
"""
# Another address of this machine stands for the network of the reader on site.
AFAR = "127.0.0.9"


class Silent(WSGIRequestHandler):
    """Answers without a line in the log for each request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@dataclass
class Front:
    """nginx on two ports, one of them TLS, before an application."""

    plain: int
    tls: int

    def ask(
        self, method: str, path: str, body: str | None = None, tls: bool = False, source: str = "127.0.0.1",
        **headers: str,
    ) -> tuple[int, dict[str, str], str]:  # fmt: skip
        """The status, the headers and the body of an answer."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection = (
            http.client.HTTPSConnection(
                "127.0.0.1",
                self.tls,
                timeout=10,
                source_address=(source, 0),
                context=ssl._create_unverified_context(),
            )
            if tls
            else http.client.HTTPConnection("127.0.0.1", self.plain, timeout=10, source_address=(source, 0))
        )
        connection.request(method, path, body, named)
        answer = connection.getresponse()
        text = answer.read().decode()
        found = {name: ", ".join(answer.headers.get_all(name) or []) for name in answer.headers}
        connection.close()
        return answer.status, found, text


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def configuration(folder: Path, plain: int, tls: int, upstream: int, changes: tuple[tuple[str, str], ...]) -> Path:
    """The configuration of deploy/ on other ports and in another folder, with a second server for TLS, and changed."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    server = CONF.read_text(encoding="utf-8")
    for there, here in (
        (r"listen 80;", f"listen 127.0.0.1:{plain};\n    listen 127.0.0.1:{tls} ssl;\n"
         f"    ssl_certificate {folder}/cert.pem;\n    ssl_certificate_key {folder}/key.pem;"),
        (r"listen \[::\]:80;", ""),
        (r"127\.0\.0\.1:8000", f"127.0.0.1:{upstream}"),
        (r"/srv/arboretum/", f"{PROJECT}/"),
        *changes,
    ):  # fmt: skip
        server, count = re.subn(there, here, server)
        assert count
    path = folder / "nginx.conf"
    path.write_text(("user root;\n" if os.geteuid() == 0 else "") + FRAME.format(folder=folder, server=server))
    return path


@pytest.fixture
def front(config: Config, tmp_path: Path) -> Iterator[Front]:
    """nginx before a site that trusts it as its proxy, and one network beyond it."""
    yield from running(
        replace(
            config,
            trusted_proxies=(ip_network("127.0.0.1/32"),),
            trusted_networks=(ip_network("127.0.0.1/32"), ip_network("192.0.2.0/24")),
        ),
        tmp_path,
    )


def running(config: Config, folder: Path) -> Iterator[Front]:
    """The application, and nginx before it."""
    made = create_app(config)
    site = make_server("127.0.0.1", 0, made, threaded=True, request_handler=Silent)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    yield from nginx_before(site.server_port, folder)
    site.shutdown()
    site.server_close()
    parts_of(made).engine.dispose()


def nginx_before(upstream: int, folder: Path, *changes: tuple[str, str]) -> Iterator[Front]:
    """nginx before whatever listens, or does not, on that port."""
    front = Front(free_port(), free_port())
    path = configuration(folder, front.plain, front.tls, upstream, changes)
    with subprocess.Popen([NGINX, "-e", folder / "error.log", "-c", path], stderr=subprocess.DEVNULL) as process:
        try:
            assert wait_until(lambda: answers(front.plain)), (folder / "error.log").read_text()
            yield front
        finally:
            process.terminate()


def answers(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0


def test_who_comes_through_nginx_is_never_taken_for_this_machine(front: Front) -> None:
    assert front.ask("POST", "/BMS/post-json", "{}")[0] == 401
    assert front.ask("POST", "/BMS/post-json", "{}", source=AFAR)[0] == 401
    for header in ("X_Forwarded_For", "X_Real_IP", "Forwarded"):
        for lie in ("127.0.0.1", "192.0.2.7", "for=192.0.2.7"):
            code, _, text = front.ask("POST", "/BMS/post-json", "{}", source=AFAR, **{header: lie})
            assert (code, "key" in text) == (401, True)


def test_the_trusted_network_posts_through_nginx_and_others_do_not(front: Front) -> None:
    for source, lie, code in (
        ("192.0.2.7", None, 200),
        ("198.51.100.1", None, 401),
        ("198.51.100.1", "192.0.2.7", 401),
        ("198.51.100.1", "127.0.0.1", 401),
        ("192.0.2.7", "127.0.0.1", 200),
    ):
        lies = {} if lie is None else {"X_Forwarded_For": lie, "X_Real_IP": lie, "Forwarded": f"for={lie}"}
        assert front.ask("POST", "/BMS/post-json", "{}", X_Came_From=source, **lies)[0] == code, (source, lie)


def test_limits_and_the_audit_log_know_who_was_beyond_nginx(front: Front, sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        _, token = users.create_key(session, "pi", device_slug="bms")
    code = front.ask("POST", "/BMS/post-json", "{}", X_Came_From="198.51.100.1", Authorization=f"Bearer {token}")[0]
    assert code == 200
    with sessions() as session:
        assert users.keys(session)[0].last_used_from == "198.51.100.1"


def test_tls_ends_at_nginx_and_the_site_knows(front: Front) -> None:
    code, headers, _ = front.ask("GET", "/sensors/users/login", tls=True)
    assert code == 200
    assert headers["Strict-Transport-Security"] == "max-age=31536000"
    assert headers["Set-Cookie"].count("Secure") == headers["Set-Cookie"].count("SameSite") > 0
    code, headers, _ = front.ask("GET", "/sensors/users/login", X_Forwarded_Proto="https")
    assert "Strict-Transport-Security" not in headers
    assert "Secure" not in headers["Set-Cookie"]


def test_a_form_sent_over_tls_passes_the_check_of_where_it_came_from(front: Front) -> None:
    _, headers, page = front.ask("GET", "/sensors/users/login", tls=True)
    cookie = re.search(r"session=[^;]+", headers["Set-Cookie"])
    token = page.partition('name="csrf_token" type="hidden" value="')[2].partition('"')[0]
    assert cookie is not None
    sent = {"Cookie": cookie[0], "Content_Type": "application/x-www-form-urlencoded"}
    address, body = "/sensors/users/login", f"username=admin&password=wrong&csrf_token={token}"
    own, other = f"https://127.0.0.1:{front.tls}{address}", "https://evil.example.org/"
    assert front.ask("POST", address, body, tls=True, Referer=own, **sent)[0] == 200
    assert front.ask("POST", address, body, tls=True, Referer=other, **sent)[0] == 400


def test_the_log_of_nginx_does_not_have_the_link_of_a_reset(front: Front, tmp_path: Path) -> None:
    for path in ("/sensors/users/reset/", "/Sensors/Users/Reset/"):
        assert front.ask("GET", f"{path}the-secret", tls=True)[0] == 303
    assert front.ask("GET", "/about")[0] == 200
    log = tmp_path / "access.log"
    assert wait_until(lambda: "GET /about" in log.read_text())
    assert "the-secret" not in log.read_text()


def test_a_host_that_a_request_names_is_in_no_letter_no_page_and_no_redirect(
    front: Front, config: Config, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        users.create_user(session, "ada", "ada@example.org", "a long password")
    address, evil = "/sensors/users/forgotten", "evil.example.org"
    for lies in ({"Host": evil}, {"X_Forwarded_Host": evil, "Forwarded": f"host={evil};for=192.0.2.7"}):
        _, headers, page = front.ask("GET", address, **lies)
        token = re.search(r'value="([^"]{40,})"', page)
        assert token is not None
        cookie = re.findall(r"(session=[^;]+)", headers["Set-Cookie"])[0]
        code, headers, _ = front.ask(
            "POST", address, f"email=ada%40example.org&csrf_token={token[1]}", Cookie=cookie,
            Content_Type="application/x-www-form-urlencoded", **lies,
        )  # fmt: skip
        assert (code, headers["Location"]) == (303, "/sensors/users/login")
        for path in ("/", "/BMS", "/account", "/nowhere", "//x/BMS", "/sensors/users/register"):
            _, headers, page = front.ask("GET", path, **lies)
            assert evil not in page, path
            assert evil not in headers.get("Location", ""), path
    found = [file.read_text(encoding="utf-8") for file in (config.data_dir / "mail").glob("*.eml")]
    assert len(found) == 2
    assert all("http://127.0.0.1:8050/sensors/users/reset/" in letter and evil not in letter for letter in found)


def test_a_body_that_is_too_large_is_413_of_the_site_and_a_huge_one_of_nginx(front: Front) -> None:
    assert front.ask("POST", "/BMS/post-json", "x" * 20_000_000)[0] == 413


def test_files_come_from_nginx(front: Front) -> None:
    code, headers, text = front.ask("GET", "/static/theme.js")
    assert (code, headers["X-Content-Type-Options"]) == (200, "nosniff")
    assert "arboretum-theme" in text
    assert front.ask("GET", "/static../config.py")[0] == 404
    assert front.ask("GET", "/assets/../../config.py")[0] in (400, 404)
