"""The links between the pages of one device: a quiet row in the head of each."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from pages.components import attributes

HEADINGS = {"bms": "BMS, the battery manager", "tristar": "Tristar, the solar charge controllers"}
# kind -> address and name of each of its pages, the graph first
LINKS = {
    "bms": (("/BMS", "Graph"), ("/BMS/Instantaneous", "All values"), ("/BMS/pins", "Active pins")),
    "tristar": (
        ("/Tristar", "Graph"),
        ("/Tristar/Instantaneous", "All values"),
        ("/Tristar/ChargeSettings", "Settings"),
        ("/Tristar/DailyValues", "Daily values"),
    ),
}
PAGE_OF = {kind: links[0][0] for kind, links in LINKS.items()}


def eyebrow(kind: str, heading: str, here: str) -> html.Div:
    """What the page is about, and the links to the others of its kind; `here` is its own address."""
    return html.Div(
        [html.P(heading, className="arb-eyebrow"), *([_links(kind, here)] if kind in LINKS else [])],
        className="arb-eyebrow-row",
    )


def _links(kind: str, here: str) -> html.Nav:
    return html.Nav(
        [_link(address, name, address == here) for address, name in LINKS[kind]],
        className="arb-kin",
        **attributes(aria_label="Pages of this device"),
    )


def _link(address: str, name: str, is_here: bool) -> Any:
    if is_here:
        return html.Span(name, className="arb-kin-way", **attributes(aria_current="page"))
    return dcc.Link(name, href=address, className="arb-kin-way")
