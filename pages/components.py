"""What two pages share: numbers with their unit, ages, notices, fields with their help and errors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

THIN_SPACE = "\u202f"  # the one that does not break a line
NOTICE_ICONS = {
    "warning": "bi-exclamation-triangle-fill",
    "danger": "bi-exclamation-octagon-fill",
    "nodata": "bi-slash-circle",
    "info": "bi-info-circle",
    "success": "bi-check-circle",
}


def attributes(**values: str) -> dict[str, Any]:
    """Attributes with a dash in their names, as components take them: `aria_label` is aria-label."""
    return {name.replace("_", "-"): value for name, value in values.items()}


def icon(name: str) -> html.I:
    """A Bootstrap icon that says nothing to a screen reader."""
    return html.I(className=f"bi {name}", **attributes(aria_hidden="true"))


def quantity(number: str, unit: str) -> list[Any]:
    """A number and its unit, smaller and lighter, with a thin space between."""
    return [number, html.Span(f"{THIN_SPACE}{unit}", className="arb-unit")] if unit else [number]


def age(seconds: float, late_after_seconds: float, words: str) -> html.Time:
    """An age that goes on counting in the browser (clientside.js) and asks for attention when it is late."""
    return html.Time(
        words,
        className="arb-age arb-late" if seconds > late_after_seconds else "arb-age",
        **attributes(data_age=f"{seconds:.2f}", data_late=f"{late_after_seconds:.0f}"),
    )


def notice(kind: str, prefix: str, text: str) -> html.P:
    """A message of a kind of NOTICE_ICONS; its text begins with the prefix, set in bold."""
    return html.P(
        [icon(NOTICE_ICONS[kind]), html.Span([html.Strong(prefix), text])],
        className=f"arb-notice arb-{kind} {kind}",
        role="alert" if kind == "danger" else "status",
    )


def field(label: str, control: Any, control_id: str, error_id: str | None = None, help_text: str = "") -> html.Div:
    """A control with its label above, its help under it, and a line for what is wrong with it."""
    under: list[Any] = [html.P(help_text, className="arb-help")] if help_text else []
    if error_id:
        under.append(html.P(id=error_id, className="arb-error", role="alert"))
    return html.Div([html.Label(label, htmlFor=control_id), control, *under], className="arb-field")


def table(head: Sequence[Any], rows: Sequence[Sequence[Any]], numbers_from: int = 1, caption: str = "") -> html.Div:
    """A table whose first column names the row; columns from `numbers_from` on hold numbers."""

    def css(column: int) -> str:
        return "arb-num" if column >= numbers_from else ""

    return scrolling(
        html.Table(
            [
                html.Caption(caption, className="arb-visually-hidden"),
                html.Thead(html.Tr([html.Th(cell, className=css(n), scope="col") for n, cell in enumerate(head)])),
                html.Tbody(
                    [
                        html.Tr(
                            [html.Th(row[0], scope="row")]
                            + [html.Td(cell, className=css(n)) for n, cell in enumerate(row[1:], start=1)]
                        )
                        for row in rows
                    ]
                ),
            ],
            className="arb-table",
        ),
        caption or "Numbers",
    )


def scrolling(content: Any, label: str) -> html.Div:
    """What may be wider than the page, in a frame that scrolls by the keyboard too."""
    return html.Div(content, className="arb-scroll", tabIndex="0", role="region", **attributes(aria_label=label))


def graph(graph_id: str, height: int, label: str) -> html.Div:
    """A graph with the few tools it needs, and its outline while it loads."""
    return html.Div(
        dcc.Graph(
            id=graph_id,
            className="arb-graph",
            style={"height": f"{height}px"},
            responsive=True,
            figure={
                "data": [],
                "layout": {
                    "xaxis": {"visible": False},
                    "yaxis": {"visible": False},
                    "paper_bgcolor": "rgba(0,0,0,0)",
                    "plot_bgcolor": "rgba(0,0,0,0)",
                },
            },
            config={
                "displaylogo": False,
                "displayModeBar": "hover",
                "modeBarButtons": [["toImage"], ["zoom2d", "pan2d"], ["zoomIn2d", "zoomOut2d", "resetScale2d"]],
                "toImageButtonOptions": {"format": "png", "scale": 2, "filename": "arboretum"},
            },
        ),
        className="arb-graph-frame",
        role="group",
        **attributes(aria_label=label),
    )
