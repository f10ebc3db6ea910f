"""/Tristar: the values of the solar charge controllers over time."""

from __future__ import annotations

from typing import Any

from dash import html

from pages import graph, ids
from pages.device_links import HEADINGS


def layout(**query: Any) -> html.Div:
    """The page as its address says."""
    return graph.layout("tristar", ids.TRISTAR, HEADINGS["tristar"], query)
