"""Who may post without a key, and who only says so."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from werkzeug.datastructures import Headers

from app.config import Config
from app.http.trust import is_trusted, sender_address

PLAIN = Config()
BEHIND_PROXY = Config(
    trusted_networks=(ip_network("127.0.0.0/8"), ip_network("10.1.0.0/16")),
    trusted_proxies=(ip_network("127.0.0.1/32"),),
)


@pytest.mark.parametrize("remote", ["127.0.0.1", "127.5.5.5", "::1", "::ffff:127.0.0.1"])
def test_loopback_is_trusted(remote: str) -> None:
    assert is_trusted(PLAIN, remote, Headers())


@pytest.mark.parametrize("remote", ["10.1.2.3", "192.168.1.5", "2001:db8::1", "", "localhost", "::ffff:10.1.2.3"])
def test_nobody_else_is_trusted_by_default(remote: str) -> None:
    assert not is_trusted(PLAIN, remote, Headers())


def test_a_network_that_the_owner_added_is_trusted() -> None:
    assert is_trusted(BEHIND_PROXY, "10.1.2.3", Headers())


@pytest.mark.parametrize(
    "header",
    [
        ("X-Forwarded-For", "127.0.0.1"),
        ("x-forwarded-for", "10.1.2.3"),
        ("X-Real-IP", "127.0.0.1"),
        ("Forwarded", "for=127.0.0.1"),
        ("X-Forwarded-Proto", "http"),
        ("X-Forwarded-Ssl", "off"),
        ("x-forwarded-prefix", "/"),
        ("X-Forwarded", "for=127.0.0.1"),
        ("X-Original-Forwarded-For", "127.0.0.1"),
        ("Fly-Client-IP", "127.0.0.1"),
        ("X-Forwarded-Host", "arboretum.example.org"),
        ("Via", "1.1 proxy"),
        ("X-Forwarded-For", ""),
    ],
)
def test_a_forwarded_request_is_never_loopback(header: tuple[str, str]) -> None:
    assert not is_trusted(PLAIN, "127.0.0.1", Headers([header]))


@pytest.mark.parametrize("header", [("Origin", "http://evil.example.org"), ("Sec-Fetch-Site", "cross-site")])
def test_a_browser_on_this_machine_cannot_be_made_to_post(header: tuple[str, str]) -> None:
    assert not is_trusted(PLAIN, "127.0.0.1", Headers([header]))


@pytest.mark.parametrize(
    ("headers", "trusted"),
    [
        ([("X-Forwarded-For", "10.1.2.3")], True),
        ([("X-Forwarded-For", "10.1.2.3:51234"), ("X-Real-IP", "10.1.2.3")], True),
        ([("Forwarded", 'for="10.1.2.3:99";proto=http')], True),
        ([("X-Forwarded-For", "203.0.113.9")], False),
        ([("X-Forwarded-For", "10.1.2.3, 203.0.113.9")], False),  # the sender invented the first
        ([("X-Forwarded-For", "203.0.113.9, 10.1.2.3")], True),  # the last one came to our proxy
        ([("X-Forwarded-For", "203.0.113.9"), ("X-Real-IP", "10.1.2.3")], False),
        ([("X-Forwarded-For", "10.1.2.3"), ("Forwarded", "for=203.0.113.9")], False),
        ([("X-Forwarded-For", "127.0.0.1")], False),
        ([("X-Forwarded-For", "127.0.0.2")], False),
        ([("X-Forwarded-For", "unknown")], False),
        ([("X-Forwarded-Proto", "https")], False),
    ],
)
def test_through_our_proxy_the_first_sender_counts(headers: list[tuple[str, str]], trusted: bool) -> None:
    assert is_trusted(BEHIND_PROXY, "127.0.0.1", Headers(headers)) is trusted


def test_a_header_from_a_trusted_network_that_is_no_proxy_counts_as_nobody() -> None:
    assert not is_trusted(BEHIND_PROXY, "10.1.2.3", Headers([("X-Forwarded-For", "10.1.2.4")]))


@pytest.mark.parametrize(
    ("remote", "headers", "sender"),
    [
        ("127.0.0.1", [("X-Forwarded-For", "203.0.113.9")], "203.0.113.9"),
        # What the proxy does not write it hands on as it came: nobody counts as somebody else by writing it.
        ("127.0.0.1", [("Forwarded", "for=198.51.100.1"), ("X-Forwarded-For", "203.0.113.9")], "203.0.113.9"),
        ("127.0.0.1", [("CF-Connecting-IP", "198.51.100.1"), ("X-Real-IP", "203.0.113.9")], "203.0.113.9"),
        ("127.0.0.1", [("X-Forwarded-For", "198.51.100.1, 203.0.113.9")], "203.0.113.9"),
        ("127.0.0.1", [("Forwarded", 'for="[2001:db8::9]:443"')], "2001:db8::9"),
        ("127.0.0.1", [("X-Forwarded-Proto", "https")], "127.0.0.1"),
        ("203.0.113.9", [("X-Forwarded-For", "198.51.100.1")], "203.0.113.9"),
    ],
)
def test_limits_and_logs_know_the_sender_that_our_proxy_names(
    remote: str, headers: list[tuple[str, str]], sender: str
) -> None:
    assert sender_address(BEHIND_PROXY, remote, Headers(headers)) == sender
