"""/sensors: what registered sensors posted over time, and the visitor's own sensors below."""

from __future__ import annotations

from typing import Any

from dash import html

from pages import ids
from pages.components import attributes
from pages.graph import layout as graph


def layout(**query: Any) -> html.Div:
    """The page as its address says."""
    return html.Div(
        [
            graph.layout("sensors", ids.SENSORS, "Experiments, what the sensors say", query),
            html.Section(
                html.Div(className="arb-skeleton arb-skeleton-card"),
                id=ids.SENSORS_LIST,
                className="arb-section",
                **attributes(aria_label="Your sensors"),
            ),
        ],
        className="arb-sensors-page",
    )
