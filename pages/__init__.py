"""The pages: their addresses, and how Dash comes to know them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import dash

from pages import (
    about,
    bms,
    bms_instantaneous,
    bms_pins,
    charge_settings,
    daily_values,
    overview,
    sensors,
    tristar,
    tristar_instantaneous,
)

# module name, address, title, layout
PAGES: tuple[tuple[str, str, str, Callable[..., Any]], ...] = (
    ("pages.overview", "/", "Overview", overview.layout),
    ("pages.home", "/home", "Overview", overview.layout),
    ("pages.bms", "/BMS", "BMS", bms.layout),
    ("pages.bms_instantaneous", "/BMS/Instantaneous", "BMS, all values", bms_instantaneous.layout),
    ("pages.bms_pins", "/BMS/pins", "BMS, active pins", bms_pins.layout),
    ("pages.tristar", "/Tristar", "Tristar", tristar.layout),
    ("pages.tristar_instantaneous", "/Tristar/Instantaneous", "Tristar, all values", tristar_instantaneous.layout),
    ("pages.charge_settings", "/Tristar/ChargeSettings", "Charge settings", charge_settings.layout),
    ("pages.daily_values", "/Tristar/DailyValues", "Daily values", daily_values.layout),
    ("pages.sensors", "/sensors", "Experiments", sensors.layout),
    ("pages.about", "/about", "About", about.layout),
)


def register_pages(site_name: str) -> None:
    """Tell Dash of every page; needs a Dash application, and forgets the pages of an earlier one."""
    dash.page_registry.clear()
    for order, (module, path, title, layout) in enumerate(PAGES):
        dash.register_page(module, path=path, title=f"{title} · {site_name}", name=title, order=order, layout=layout)
