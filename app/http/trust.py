"""Trusted networks and forwarded requests.  A forwarded request is never mistaken for loopback."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from werkzeug.datastructures import Headers

from app.config import Config
from app.setting_readers import Network

Address = IPv4Address | IPv6Address

# Headers with the chain of senders, and others that a proxy adds: any of them says that the request was forwarded.
CHAINS = (
    "X-Forwarded-For",
    "X-Real-IP",
    "Forwarded",
    "X-Client-IP",
    "X-Cluster-Client-IP",
    "True-Client-IP",
    "CF-Connecting-IP",
)
FORWARDING_HEADERS = (
    *CHAINS,
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Forwarded-Port",
    "X-Forwarded-Server",
    "Fly-Client-IP",
    "Fastly-Client-IP",
    "X-Envoy-External-Address",
    "X-Original-Forwarded-For",
    "X-Proxyuser-Ip",
    "Via",
)
FORWARDING_PREFIX = "x-forwarded"  # and whatever else a proxy calls so
# A browser sends these by itself; a page of another site could make it post to our loopback without being asked.
BROWSER_HEADERS = ("Origin", "Sec-Fetch-Site")

HOW_TO_GET_A_KEY = (
    "Posting needs a key: send it as `Authorization: Bearer KEY` or `X-API-Key: KEY`. Whoever has an account makes one "
    "at /account/keys, an administrator with `python -m app create-key` too, or adds your network to TRUSTED_NETWORKS."
)


def is_trusted(config: Config, remote: str, headers: Mapping[str, str] | Headers) -> bool:
    """Whether a request from `remote` with these headers may post without a key."""
    peer = parse_address(remote)
    if peer is None or any(name in headers for name in BROWSER_HEADERS):
        return False
    if not was_forwarded(headers):
        return within(peer, config.trusted_networks)
    if not within(peer, config.trusted_proxies):
        return False
    # The proxy sets at least one of these; a sender may have added the others.  So each must name a trusted sender.
    senders = [forwarded_sender(chain, config.trusted_proxies) for chain in chains(headers)]
    return bool(senders) and all(
        sender is not None and not sender.is_loopback and within(sender, config.trusted_networks) for sender in senders
    )


def was_forwarded(headers: Mapping[str, str] | Headers) -> bool:
    """Whether a header says that the request was forwarded."""
    named = any(name in headers for name in FORWARDING_HEADERS)
    return named or any(name.lower().startswith(FORWARDING_PREFIX) for name in headers.keys())  # noqa: SIM118 - pairs


def is_at_the_machine(remote: str, headers: Mapping[str, str] | Headers) -> bool:
    """Whether a request comes directly from the machine that the site runs on."""
    peer = parse_address(remote)
    return peer is not None and peer.is_loopback and not was_forwarded(headers)


def sender_address(config: Config, remote: str, headers: Mapping[str, str] | Headers) -> str:
    """The address of the sender, for limits and logs: as a trusted proxy says, else the peer's."""
    peer = parse_address(remote)
    if peer is None or not within(peer, config.trusted_proxies):
        return remote
    for chain in chains(headers):
        sender = forwarded_sender(chain, config.trusted_proxies)
        if sender is not None:
            return str(sender)
    return remote


def one_sender(address: str) -> str:
    """The sender as limits count it: an IPv6 /64 is one household or host, so it is one sender."""
    parsed = parse_address(address)
    return str(ip_network((parsed, 64), strict=False)) if isinstance(parsed, IPv6Address) else address


def parse_address(text: str) -> Address | None:
    """The address in `192.0.2.1`, `192.0.2.1:4711`, `[2001:db8::1]:80` or `"[2001:db8::1]"`; None for anything else."""
    bare = text.strip().strip('"')
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare)
    except ValueError:
        return None
    return (address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address


def within(address: Address, networks: Sequence[Network]) -> bool:
    """Whether the address lies in one of the networks."""
    return any(address in network for network in networks)


def chains(headers: Mapping[str, str] | Headers) -> list[list[str]]:
    """The senders that each forwarding header names, the nearest to us last.

    X-Forwarded-For leads: nearly every proxy writes it, and hands on as it came what it does not write itself.
    """
    senders = []
    for name in CHAINS:
        if not (stated := headers.get(name)):
            continue
        if name == "Forwarded":
            senders.append(re.findall(r'for\s*=\s*("[^"]*"|[^;,\s]+)', stated, re.IGNORECASE))
        else:
            senders.append(stated.split(","))
    return senders


def forwarded_sender(chain: Sequence[str], proxies: Sequence[Network]) -> Address | None:
    """The last sender in the chain that is not a trusted proxy: the only one that nobody outside can forge."""
    for text in reversed(chain):
        address = parse_address(text)
        if address is None or not within(address, proxies):
            return address
    return None
