"""What the pages know of the site and of the visitor; app/ hands both over."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import quote
from zoneinfo import ZoneInfo

from data.queries import DeviceRow
from pages.graph.form import IMPORTED


@dataclass(frozen=True, slots=True)
class Site:
    """The name on the bar, and the zone in which times are shown."""

    name: str
    zone: ZoneInfo


class Viewer(Protocol):
    """Who looks; a stranger has no user_id, and only a member may have sensors."""

    @property
    def user_id(self) -> int | None: ...
    @property
    def is_admin(self) -> bool: ...
    @property
    def is_member(self) -> bool: ...
    @property
    def username(self) -> str | None: ...


Viewers = Callable[[], Viewer]
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The clock of a running site."""
    return datetime.now(UTC)


def seen_by(viewer: Viewer, devices: Iterable[DeviceRow]) -> list[DeviceRow]:
    """The devices this visitor may see: public ones, own ones, and for an administrator all."""
    return [device for device in devices if device.is_visible_to(viewer.user_id, viewer.is_admin)]


def device_page(slug: str) -> str:
    """The address of the page of a device."""
    return f"/devices/{quote(slug)}"


def device_name(device: DeviceRow) -> str:
    """What a device is called on a graph."""
    if device.slug == IMPORTED:
        return "Imported log"
    if device.kind == "tristar" and device.string is not None:
        return f"String {device.string}"
    if device.kind == "tristar" and device.slug == "tristar":
        return "Unnamed controller"
    return device.name
