"""The frame around every page: the bar, the strip of work in progress, the foot, and the bar of a phone."""

from __future__ import annotations

from collections.abc import Sequence

import dash
import dash_bootstrap_components as dbc
from dash import dcc, html

from pages import ids
from pages.components import NOTICE_ICONS, attributes, icon, notice

# address, name, icon, how the current place is recognised, whether only who is logged in may go there
PLACES = (
    ("/", "Home", "bi-house", "exact", False),
    ("/BMS", "BMS", "bi-battery-half", "partial", False),
    ("/Tristar", "Tristar", "bi-sun", "partial", False),
    ("/sensors", "Experiments", "bi-flower1", "partial", True),
    ("/about", "About", "bi-info-circle", "exact", False),
)


def layout(site_name: str, zone_name: str, username: str | None, flashes: Sequence[tuple[str, str]] = ()) -> html.Div:
    """The frame, for a visitor or for the user of that name; `flashes` (kind, words) is what was said on the way."""
    return html.Div(
        [
            html.A("Skip to the content", href="#content", className="arb-skip"),
            html.Header(
                [
                    html.A(
                        [html.Img(src="/assets/mark.svg", alt=""), site_name],
                        href="/",
                        className="arb-brand",
                    ),
                    html.Nav(_places(username), className="arb-places", **attributes(aria_label="Places")),
                    html.Div([*_account(username), _theme_switch()], className="arb-account"),
                ],
                className="arb-bar",
            ),
            html.Div(id=ids.JOBS_STRIP, className="arb-strip", **attributes(aria_live="polite")),
            html.Main(
                [html.Div(_flashes(flashes), id=ids.FLASHES, className="arb-notices arb-flashes"), dash.page_container],
                id="content",
                className="arb-main",
                tabIndex="-1",
            ),
            html.Footer(
                [
                    html.Span(f"Times are {zone_name}"),
                    html.Span([html.A("About", href="/about"), " this site and its sources"]),
                    html.Span(html.A("Routes for programs", href="/api/v1")),
                ],
                className="arb-foot",
            ),
            html.Nav(_places(username), className="arb-thumb", **attributes(aria_label="Places")),
            dcc.Store(id=ids.THEME),
            dcc.Interval(id=ids.JOBS_CLOCK, interval=4_000),
        ],
        className="arb-shell",
    )


def _flashes(flashes: Sequence[tuple[str, str]]) -> list[html.P]:
    return [notice(kind if kind in NOTICE_ICONS else "warning", "", words) for kind, words in flashes]


def _places(username: str | None) -> list[dbc.NavLink]:
    """The places; a stranger is sent to the server for those of accounts, which leads to the login."""
    return [
        dbc.NavLink(
            [icon(symbol), html.Span(name)],
            href=address,
            active=match,
            external_link=closed and username is None,
            class_name="arb-place",
        )
        for address, name, symbol, match, closed in PLACES
    ]


def _account(username: str | None) -> list[html.A]:
    if username is None:
        return [html.A("Log in", href="/sensors/users/login")]
    return [html.A("Account", href="/account"), html.A(f"Logout - {username}", href="/logout")]


def _theme_switch() -> html.Button:
    return html.Button(
        [icon("bi-moon-stars"), icon("bi-sun")],
        id=ids.THEME_SWITCH,
        className="arb-theme",
        title="Light or dark",
        type="button",
        **attributes(aria_label="Dark colours", data_arb_theme="switch"),
    )
