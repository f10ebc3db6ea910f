"""Dash on the Flask server: the shell, the pages, their callbacks."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from dash import Dash
from flask import Flask, get_flashed_messages
from sqlalchemy.orm import Session, sessionmaker

from callbacks import register_callbacks
from callbacks.common.context import Clock, Site, Viewers, utc_now
from pages import PAGES, register_pages, shell

ASSETS = Path(__file__).parent / "assets"
# Dash's own descriptions are left out: they name the address under the host that the request names, which can be
# anybody's.  theme.js and address.js stand in the head, so that nothing is drawn before they have run.
INDEX = """<!DOCTYPE html>
<html lang="en" data-arb-pages="{pages}">
    <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{{%title%}}</title>
        {{%favicon%}}
        <link rel="icon" href="/assets/mark.svg" type="image/svg+xml">
        <script src="/assets/address.js"></script>
        <script src="/assets/theme.js"></script>
        {{%css%}}
    </head>
    <body>
        {{%app_entry%}}
        <footer>
            {{%config%}}
            {{%scripts%}}
            {{%renderer%}}
        </footer>
    </body>
</html>"""


def create_dash(
    server: Flask, sessions: sessionmaker[Session], viewer: Viewers, site: Site, clock: Clock = utc_now
) -> Dash:
    """Put the pages on `server`; `viewer()` tells who asks, at each request."""
    dash_app = Dash(
        __name__,
        server=server,  # type: ignore[arg-type]  # the stub forgets a server of ours
        title=site.name,
        update_title=None,  # type: ignore[arg-type]  # None: the title stays; the stub forgets it
        use_pages=True,
        pages_folder="",
        assets_folder=str(ASSETS),
        assets_ignore=r"^(theme|address|copy|waiting)\.js$",
        index_string=INDEX.format(pages=" ".join(path for _, path, _, _ in PAGES)),
    )
    register_pages(site.name)
    # Dash asks a layout function at once, outside any request; with a layout to check ids against it waits.
    dash_app.validation_layout = shell.layout(site.name, site.zone.key, None)  # type: ignore[assignment]  # None in the stub
    dash_app.layout = lambda: shell.layout(
        site.name,
        site.zone.key,
        viewer().username,
        cast(list[tuple[str, str]], get_flashed_messages(with_categories=True)),
    )
    register_callbacks(dash_app, sessions, viewer, site, clock)
    return dash_app
