"""The newest documents of a value page: whose they are, how old, and the text by which a newer page is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from dash import dcc, html

from callbacks.common import formatting
from callbacks.common.condition import Source
from callbacks.common.context import device_name, device_page
from callbacks.values import tristar
from callbacks.values.tables import Column
from pages.components import age


@dataclass(frozen=True, slots=True)
class Newest:
    """What a page is made of: the newest document of each device, and the names of controllers without one."""

    sources: tuple[Source, ...]
    without: tuple[str, ...]
    now: datetime
    zone: ZoneInfo

    @property
    def names(self) -> list[str]:
        """The columns: the devices with a document, then those without."""
        return [*(device_name(source.latest.device) for source in self.sources), *self.without]

    @property
    def columns(self) -> list[Column]:
        """The columns, with what is to be said of those whose values are old, or not there."""
        columns = [
            Column(
                device_name(source.latest.device), f"no data for {formatting.span(source.age)}" if source.silent else ""
            )
            for source in self.sources
        ]
        return [*columns, *(Column(name, "no data") for name in self.without)]

    @property
    def contents(self) -> list[Any]:
        """The documents under those names, None where there is none."""
        return [*(source.latest.content for source in self.sources), *(None for _ in self.without)]

    @property
    def where(self) -> str:
        """Where the documents are as they came."""
        slug = self.sources[0].latest.device.slug if self.sources else ""
        return f"/api/v1/devices/{quote(slug, safe='')}/documents?limit=1"


def fingerprint(newest: Newest) -> str:
    """A text that changes when the page would: a newer document, a device fallen silent, another day."""
    parts = [f"{newest.now.astimezone(newest.zone):%Y-%m-%d}", *newest.without]
    for source in newest.sources:
        latest = source.latest
        parts.append(f"{latest.device.slug}@{latest.recorded_at.isoformat()}/{latest.received_at.isoformat()}")
        if source.silent:
            parts.append(f"{source.age // timedelta(minutes=10)}")
    return "|".join(parts)


def heard(newest: Newest, family: str) -> list[Any]:
    """When each document was measured and received, and how old it is."""
    parts: list[Any] = []
    for source in newest.sources:
        latest = source.latest
        name = (
            device_name(latest.device) if latest.family != "bms" or latest.device.slug != "bms" else "Battery manager"
        )
        measured, received = (stamp(at, newest.now, newest.zone) for at in (latest.recorded_at, latest.received_at))
        time_ago = age(source.age.total_seconds(), source.late_after_seconds, formatting.ago(source.age))
        words: list[Any]
        if family == "tristar_daily":
            words = [f" of {tristar.day_of(latest.recorded_at, newest.zone)}, ", time_ago, f"; received {received}"]
        elif latest.clock == "server" or measured == received:
            words = [f" received {received}, ", time_ago]
        else:
            words = [f" measured {measured}, ", time_ago, f"; received {received}"]
        link = dcc.Link(name, href=device_page(latest.device.slug))
        parts.append(html.Span([html.B(link), *words], className="arb-heard"))
    return parts


def stamp(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """A time to the second, with its day when that is not today."""
    local = at.astimezone(zone)
    return f"{local:%H:%M:%S}" if local.date() == now.astimezone(zone).date() else f"{local:%-d %b %Y, %H:%M:%S}"
