"""/BMS/pins: the battery manager's pins that are active, each with what it does."""

from __future__ import annotations

from typing import Any

from dash import html

from pages import ids, value_page


def layout(**_query: Any) -> html.Div:
    """The page before any data has come."""
    return value_page.layout("bms", ids.BMS_PINS, "/BMS/pins")
