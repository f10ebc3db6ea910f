"""The address of the site for programs on the same machine."""

from __future__ import annotations

from ipaddress import ip_address

from app.config import Config


def local_url(config: Config) -> str:
    """The address of the site for programs on this machine."""
    host = config.host if is_loopback(config.host) else "127.0.0.1"
    return f"http://{bracketed(host)}:{config.port}"


def is_loopback(host: str) -> bool:
    """Whether that host is this machine's loopback."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def bracketed(host: str) -> str:
    """The host as it stands in an address."""
    return f"[{host}]" if ":" in host else host
