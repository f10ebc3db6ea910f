"""/devices/<slug>: any device or sensor, its newest values and a graph of its series."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from dash import html

from pages import ids
from pages.components import attributes
from pages.graph import layout as graph


def layout(slug: str = "", **query: Any) -> html.Div:
    """The page of the device that the path names, as the browser writes it, with its graph as the address says."""
    newest = html.Section(
        html.Div(className="arb-skeleton arb-skeleton-card"),
        id=ids.DEVICES_NEWEST,
        className="arb-graph-newest",
        **attributes(aria_label="Newest values"),
    )
    name = unquote(slug)
    return graph.layout("devices", ids.DEVICES, f"Device {name}", {**query, "controller": name}, [newest])
