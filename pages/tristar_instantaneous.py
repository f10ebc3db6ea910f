"""/Tristar/Instantaneous: every value of the newest document of each charge controller."""

from __future__ import annotations

from typing import Any

from dash import html

from pages import ids, value_page


def layout(**_query: Any) -> html.Div:
    """The page before any data has come."""
    return value_page.layout("tristar", ids.TRISTAR_INSTANTANEOUS, "/Tristar/Instantaneous")
