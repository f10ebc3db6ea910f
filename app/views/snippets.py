"""Snippets to copy, beside a key or a sensor: a command, and a complete configuration of a collector."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from data.queries import DeviceRow

# Where a device most often is on a Raspberry Pi; two on one port would be refused as one device named twice.
TRISTAR_PORTS = {1: "/dev/ttyUSB0", 2: "/dev/ttyUSB1"}
BATTERY_PORT = "/dev/ttyACM0"


@dataclass(frozen=True, slots=True)
class CollectorDevice:
    """A device as a collector's configuration names it."""

    name: str
    kind: str
    string: int | None = None


USUAL = (
    CollectorDevice("tristar-1", "tristar", 1),
    CollectorDevice("tristar-2", "tristar", 2),
    CollectorDevice("bms", "bms"),
)


def curl_line(token: str, url: str, name: str = "value", device: DeviceRow | None = None) -> str:
    """A command that posts one reading, of `device` to the route of documents; whatever the names are, a shell takes it
    for nothing but that command."""
    header, kind = f"Authorization: Bearer {token}", "Content-Type: application/json"
    content: dict[str, Any] = {name or "value": 1.5}
    if device is not None:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        content = {"family": device.kind, "device": device.slug, "recorded_at": now, "content": content}
    body = json.dumps(content, ensure_ascii=False)
    return " ".join(["curl", *(f"-H {shlex.quote(text)}" for text in (header, kind)), f"-d {shlex.quote(body)}",
                     shlex.quote(url)])  # fmt: skip


def reading_line(token: str, url: str) -> str:
    """A command that reads what that key may read."""
    return " ".join(["curl", "-H", shlex.quote(f"Authorization: Bearer {token}"), shlex.quote(url)])


def reading_address(slug: str | None) -> str:
    """The address at which a key bound to that device reads it; of any other, what there is to read."""
    return "/api/v1/devices" if slug is None else f"/api/v1/devices/{quote(slug)}/latest"


def device_address(slug: str) -> str:
    """The address at which documents of that device are posted, one at a time."""
    owner, slash, name = slug.partition("/")
    if slash:
        return f"/sensors/post-json/{quote(owner, safe='')}/{quote(name, safe='')}"
    if slug.startswith("tristar"):
        string = slug.removeprefix("tristar-")
        return f"/Tristar/post-json?string={string}" if string in ("1", "2") else "/Tristar/post-json"
    return "/BMS/post-json"


def collector_toml(url: str, token: str, timezone: str, devices: Sequence[CollectorDevice] = USUAL) -> str:
    """A collector's whole file for these devices: it starts with it once the ports are right."""
    lines = [
        "# The ports are a guess: python -m collector probe --toml finds the devices and writes their tables.",
        "[site]",
        f"timezone = {quoted(timezone)}",
        "",
        "[uplink]",
        f"url = {quoted(url)}",
        f"key = {quoted(token)}",
        "",
        "[spool]",
        'path = "spool.db"',
    ]
    for device in devices:
        if device.kind == "device":  # which driver reads it, only its port tells
            continue
        is_tristar = device.kind == "tristar"
        lines += [
            "",
            "[[device]]",
            f"name = {quoted(device.name)}",
            f'driver = "{"tristar_mppt" if is_tristar else "emus_g1"}"',
            f'port = "{TRISTAR_PORTS.get(device.string or 1, TRISTAR_PORTS[1]) if is_tristar else BATTERY_PORT}"',
        ]
        if is_tristar and device.string in TRISTAR_PORTS:
            lines.append(f"string = {device.string}")
    return "\n".join(lines)


def quoted(text: str) -> str:
    """A TOML string."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def collector_device(device: DeviceRow) -> CollectorDevice:
    """A device of the site as a collector names it."""
    return CollectorDevice(device.slug, device.kind, device.string)
