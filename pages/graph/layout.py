"""The layout of a graph page: what to draw beside the graph, how to draw it below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from data import catalogue
from pages.components import attributes, field, graph
from pages.device_links import PAGE_OF, eyebrow
from pages.graph.form import BOTH, CUSTOM, IMAGE_PAGE, IMPORTED, MARKERS, QUICK_RANGES, STYLE_NAMES, values_from_query
from pages.ids import GraphIds

GRAPH_HEIGHT = 480
CLOCK_MILLISECONDS = 30_000
TYPING_PAUSE_SECONDS = 0.35
CHECKED = ("start", "end", "interval", "date_format")


def layout(
    kind: str, ids: GraphIds, heading: str, query: Mapping[str, Any], between: Sequence[Component] = ()
) -> html.Div:
    """A graph page whose controls stand as the address says, `between` under its head; `kind` is a key of DEFAULTS."""
    values = values_from_query(kind, query)
    visit = uuid4().hex
    return html.Div(
        [
            html.Header(
                [
                    eyebrow(kind, heading, PAGE_OF.get(kind, "")),
                    html.H1(
                        html.Span(className="arb-skeleton arb-skeleton-line"),
                        id=ids.say,
                        className="arb-say",
                        **attributes(aria_live="polite"),
                    ),
                ],
                className="arb-graph-head",
            ),
            *between,
            html.Section(_what(kind, ids, values), className="arb-graph-what", **attributes(aria_label="What to draw")),
            html.Section(
                [
                    graph(ids.figure, GRAPH_HEIGHT, "The graph"),
                    html.Div(
                        [
                            html.Div(id=ids.empty),
                            html.Button(id=ids.go_there, className="arb-button", type="button", n_clicks=0),
                        ],
                        id=ids.of("empty-frame"),
                        className="arb-empty arb-hatched",
                        hidden=True,
                    ),
                    html.P(id=ids.note, className="arb-note", role="status"),
                    *_as_image(kind, ids),
                    html.Div(id=ids.table, className="arb-section"),
                ],
                className="arb-graph-main",
            ),
            html.Section(_how(ids, values), className="arb-graph-how", **attributes(aria_label="How to draw it")),
            dcc.Store(id=ids.address),
            dcc.Store(id=ids.visit, data=visit),
            dcc.Store(id=ids.suggestion),
            dcc.Interval(id=ids.clock, interval=CLOCK_MILLISECONDS),
        ],
        className="arb-graph-page",
        **attributes(data_visit=visit),
    )


def _as_image(kind: str, ids: GraphIds) -> list[Any]:
    """The way to the same graph as an image, where there is one."""
    if kind != "bms":
        return []
    link = html.A("As an image, drawn on the server", id=ids.of("picture"), href=IMAGE_PAGE)
    return [html.P(link, className="arb-note")]


def _what(kind: str, ids: GraphIds, values: Mapping[str, Any]) -> list[Any]:
    units, device = _units(kind, ids, values), _device(kind, ids, values)
    return [
        *((device, units) if kind == "sensors" else (units, device)),
        html.Fieldset(
            [
                html.Legend("Window", className="arb-label"),
                dcc.RadioItems(
                    id=ids.of("range"),
                    options=[{"label": label, "value": key} for key, label in {**QUICK_RANGES, CUSTOM: "Own"}.items()],
                    value=values["range"],
                    className="arb-segments",
                ),
            ],
            className="arb-field",
        ),
        html.Div(
            _switch(
                "Re-timed",
                "Takes the hour back that each record of the export has drifted.",
                ids.of("retimed"),
                values["retimed"],
            ),
            id=ids.retimed_field,
            hidden=values["controller"] != IMPORTED,
        ),
    ]


def _units(kind: str, ids: GraphIds, values: Mapping[str, Any]) -> html.Div:
    """The values to draw; the fields of a sensor or a device are known once its data is."""
    if kind not in catalogue.FORM_CHOICES:
        options = [{"label": key, "value": key} for key in values["units"]]
    else:
        options = [{"label": catalogue.metric(key).label, "value": key} for key in catalogue.FORM_CHOICES[kind]]
    return field(
        "Units" if kind in catalogue.FORM_CHOICES else "Fields",
        dcc.Dropdown(
            id=ids.of("units"),
            options=options,
            value=values["units"],
            multi=True,
            clearable=False,
            searchable=True,
            closeOnSelect=False,
            maxHeight=360,
            optionHeight=36,
            labels={"search": "Search the values", "selected_count": "{num_selected}"},
        ),
        ids.of("units"),
        ids.error_of("units"),
    )


def _device(kind: str, ids: GraphIds, values: Mapping[str, Any]) -> html.Div:
    """Whose values; a battery has one manager, so that there is nothing to choose."""
    return html.Div(
        field(
            {"tristar": "Controller", "sensors": "Sensor"}.get(kind, "Battery"),
            dbc.Select(
                id=ids.of("controller"),
                options=_first_choices(kind, values["controller"]),
                value=values["controller"],
                class_name="arb-input",
            ),
            ids.of("controller"),
            ids.error_of("controller"),
        ),
        id=ids.controller_field,
        hidden=kind in ("bms", "devices"),
    )


def _how(ids: GraphIds, values: Mapping[str, Any]) -> list[Any]:
    return [
        *(
            _text(label, ids, name, values, className="arb-datetime", placeholder="2019-12-03T11:40")
            for label, name in (("Start", "start"), ("End", "end"))
        ),
        _text(
            "Interval, minutes", ids, "interval", values, "One point for each; a multiple of 10.", inputMode="numeric"
        ),
        _text("Title", ids, "title", values, placeholder="Untitled Graph"),
        _text("X axis", ids, "xlabel", values, placeholder="Time"),
        _text("Y axis", ids, "ylabel", values, placeholder="The value and its unit"),
        _text(
            "Date format",
            ids,
            "date_format",
            values,
            "Python's strftime codes, for the ticks.",
            placeholder="%d %b %H:%M",
        ),
        *(
            field(
                label,
                dbc.Select(
                    id=ids.of(name),
                    options=[{"label": choice, "value": key} for key, choice in choices.items()],
                    value=values[name],
                    class_name="arb-input",
                ),
                ids.of(name),
            )
            for label, name, choices in (("Style", "style", STYLE_NAMES), ("Marker", "marker", MARKERS))
        ),
        html.Div(
            [
                _switch("Tight layout", "", ids.of("tight_layout"), values["tight_layout"]),
                _switch("Logarithmic scale", "", ids.of("logarithmic_scale"), values["logarithmic_scale"]),
            ],
            className="arb-switches",
        ),
    ]


def _text(
    label: str, ids: GraphIds, name: str, values: Mapping[str, Any], help_text: str = "", **extra: Any
) -> html.Div:
    """A field of text, with a line for what is wrong with it where it is CHECKED."""
    control = dcc.Input(id=ids.of(name), type="text", value=values[name], debounce=TYPING_PAUSE_SECONDS, **extra)
    return field(label, control, ids.of(name), ids.error_of(name) if name in CHECKED else None, help_text)


def _switch(label: str, help_text: str, switch_id: str, value: bool) -> html.Div:
    under = [html.P(help_text, className="arb-help")] if help_text else []
    return html.Div([dbc.Switch(id=switch_id, label=label, value=value, class_name="arb-switch"), *under])


def _first_choices(kind: str, chosen: str) -> list[dict[str, str]]:
    """The choices before the devices are known; the chosen one is always among them."""
    labels = {BOTH: "Both strings", "tristar-1": "String 1", "tristar-2": "String 2"} if kind == "tristar" else {}
    if kind == "sensors":
        labels = {chosen: f"Number {chosen[:20]}" if chosen else "Looking for sensors"}
    return [{"label": label, "value": value} for value, label in {**labels, chosen: labels.get(chosen, chosen)}.items()]
