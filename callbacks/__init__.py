"""What happens when something changes: one module for each page, wired in a loop."""

from __future__ import annotations

from dash import Dash
from sqlalchemy.orm import Session, sessionmaker

from callbacks import sensors, shell
from callbacks.common.context import Clock, Site, Viewers, utc_now
from callbacks.device import newest as device
from callbacks.graph import page as graph
from callbacks.overview import page as overview
from callbacks.values import pages as value_pages

WIRED = (shell, overview, graph, sensors, device, value_pages)


def register_callbacks(
    dash_app: Dash, sessions: sessionmaker[Session], viewer: Viewers, site: Site, clock: Clock = utc_now
) -> None:
    """Wire every page; `viewer()` tells who asks, at each call."""
    for module in WIRED:
        module.register(dash_app, sessions, viewer, site, clock)
