"""The pages: their addresses, and how Dash comes to know them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import unquote

import dash

from pages import about, device, ids, overview, sensors, value_page
from pages.device_links import HEADINGS
from pages.graph import layout as graph
from pages.ids import GraphIds, ValueIds

Page = tuple[str, str, str, Callable[..., Any]]  # the name Dash knows it by, address, title, layout


def _graph_page(address: str, title: str, kind: str, graph_ids: GraphIds) -> Page:
    """A page of a device's values over time."""
    return f"pages.{kind}", address, title, lambda **query: graph.layout(kind, graph_ids, HEADINGS[kind], query)


def _value_page(name: str, address: str, title: str, kind: str, value_ids: ValueIds) -> Page:
    """A page that shows the newest documents value by value."""
    return f"pages.{name}", address, title, partial(value_page.layout, kind, value_ids, address)


PAGES: tuple[Page, ...] = (
    ("pages.overview", "/", "Overview", overview.layout),
    ("pages.home", "/home", "Overview", overview.layout),
    _graph_page("/BMS", "BMS", "bms", ids.BMS),
    _value_page("bms_instantaneous", "/BMS/Instantaneous", "BMS, all values", "bms", ids.BMS_INSTANTANEOUS),
    _value_page("bms_pins", "/BMS/pins", "BMS, active pins", "bms", ids.BMS_PINS),
    _graph_page("/Tristar", "Tristar", "tristar", ids.TRISTAR),
    _value_page(
        "tristar_instantaneous", "/Tristar/Instantaneous", "Tristar, all values", "tristar", ids.TRISTAR_INSTANTANEOUS
    ),
    _value_page("charge_settings", "/Tristar/ChargeSettings", "Charge settings", "tristar", ids.CHARGE_SETTINGS),
    _value_page("daily_values", "/Tristar/DailyValues", "Daily values", "tristar", ids.DAILY_VALUES),
    ("pages.sensors", "/sensors", "Experiments", sensors.layout),
    ("pages.device", "/devices/<slug>", "Device", device.layout),
    ("pages.about", "/about", "About", about.layout),
)


def register_pages(site_name: str) -> None:
    """Tell Dash of every page; needs a Dash application, and forgets the pages of an earlier one."""
    dash.page_registry.clear()
    for order, (module, path, title, layout) in enumerate(PAGES):
        address = {"path_template" if "<" in path else "path": path}
        named = partial(_title, f"{title} · {site_name}", site_name)
        dash.register_page(module, **address, title=named, name=title, order=order, layout=layout)


def _title(title: str, site_name: str, slug: str = "") -> str:
    """The title of a page; that of a device is called as the device is."""
    return f"{unquote(slug)} · {site_name}" if slug else title
