"""What happens when something changes: one module for each page, wired in a loop."""

from __future__ import annotations

from dash import Dash
from sqlalchemy.orm import Session, sessionmaker

from callbacks import graph, overview, sensors, shell, value_pages
from callbacks.site import Clock, Site, Viewers, utc_now

WIRED = (shell, overview, graph, sensors, value_pages)


def register_callbacks(
    dash_app: Dash, sessions: sessionmaker[Session], viewer: Viewers, site: Site, clock: Clock = utc_now
) -> None:
    """Wire every page; `viewer()` tells who asks, at each call."""
    for module in WIRED:
        module.register(dash_app, sessions, viewer, site, clock)
