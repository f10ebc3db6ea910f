"""The overview: how it stands now, in a sentence, in five numbers, in a graph, and in all that was last measured."""

from __future__ import annotations

from dash import dcc, html

from pages import ids
from pages.components import attributes, graph

REFRESH_MILLISECONDS = 10_000
GRAPH_HEIGHT = 520


def layout(**_query: str) -> html.Div:
    """The page before any data has come: the outline of what it will show."""
    return html.Div(
        [
            html.H1(
                html.Span(className="arb-skeleton arb-skeleton-line"),
                id=ids.OVERVIEW_SAY,
                className="arb-say",
                **attributes(aria_live="polite"),
            ),
            html.P(id=ids.OVERVIEW_SUB, className="arb-sub"),
            html.Div(id=ids.OVERVIEW_NOTICES, className="arb-notices"),
            html.Div(
                [html.Div(className="arb-skeleton arb-skeleton-card") for _ in range(5)],
                id=ids.OVERVIEW_CARDS,
                className="arb-cards",
            ),
            html.Section(
                [
                    html.H2(
                        ["The last 24 hours", html.Small("shaded where a controller says night")], className="arb-h2"
                    ),
                    graph(ids.OVERVIEW_GRAPH, GRAPH_HEIGHT, "Power, and state of charge, over the last 24 hours"),
                ],
                id=ids.OVERVIEW_PROOF,
                className="arb-section",
            ),
            html.Section(id=ids.OVERVIEW_RAW, className="arb-section"),
            dcc.Interval(id=ids.OVERVIEW_CLOCK, interval=REFRESH_MILLISECONDS),
            dcc.Store(id=ids.OVERVIEW_SEEN),
        ],
        className="arb-overview",
    )
