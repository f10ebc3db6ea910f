"""/Tristar/DailyValues: the charge controllers' newest records of a day."""

from __future__ import annotations

from typing import Any

from dash import html

from pages import ids, value_page


def layout(**_query: Any) -> html.Div:
    """The page before any data has come."""
    return value_page.layout("tristar", ids.DAILY_VALUES, "/Tristar/DailyValues")
