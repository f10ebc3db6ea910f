"""The layout of a page that shows the newest documents value by value."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from pages.components import attributes
from pages.device_links import HEADINGS, eyebrow
from pages.ids import ValueIds

REFRESH_MILLISECONDS = 10_000


def layout(kind: str, ids: ValueIds, here: str, /, **_query: Any) -> html.Div:
    """The page before any data has come; `here` is its address, `kind` is `bms` or `tristar`."""
    return html.Div(
        [
            html.Header(
                [
                    eyebrow(kind, HEADINGS[kind], here),
                    html.H1(
                        html.Span(className="arb-skeleton arb-skeleton-line"),
                        id=ids.say,
                        className="arb-say",
                        **attributes(aria_live="polite"),
                    ),
                    html.P(id=ids.heard, className="arb-sub"),
                ],
                className="arb-value-head",
            ),
            html.Div(id=ids.notices, className="arb-notices"),
            html.Div([html.Div(className="arb-skeleton arb-skeleton-card") for _ in range(4)], id=ids.body),
            dcc.Interval(id=ids.clock, interval=REFRESH_MILLISECONDS),
            dcc.Store(id=ids.seen),
        ],
        className="arb-value-page",
    )
