"""The graph pages: from the controls to the view, and from the view to each part of the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, ctx, html, no_update
from dash.exceptions import PreventUpdate
from sqlalchemy.orm import Session, sessionmaker

from callbacks.common.context import Clock, Site, Viewers
from callbacks.graph import texts
from callbacks.graph.controls import controls_after, field_text
from callbacks.graph.figure import figure_height, graph_figure, line_names
from callbacks.graph.view import GraphView, Question, view
from data import catalogue
from data.errors import RangeError
from pages import ids as page_ids
from pages.graph.form import CONTROLS, CUSTOM, IMAGE_PAGE, IMPORTED, misfit
from pages.ids import GraphIds

PAGES = {"bms": page_ids.BMS, "tristar": page_ids.TRISTAR, "sensors": page_ids.SENSORS, "devices": page_ids.DEVICES}
MOST_OFFERED = 500  # fields in the list to choose from
ERRORS = ("units", "controller", "start", "end", "interval", "date_format")


def is_drawn(shown: GraphView) -> bool:
    """Whether there is a graph, be it an empty one."""
    return shown.window is not None


def is_empty(shown: GraphView) -> bool:
    """Whether the graph has no line."""
    return is_drawn(shown) and not shown.lines


def always(_shown: GraphView) -> bool:
    """Whatever the view."""
    return True


@dataclass(frozen=True, slots=True)
class Part:
    """One output of the page: what a view shows there, and for which views; it stays as it is for the others.

    A `field` is one that the reader may be writing in: a tick of the clock leaves it alone.
    """

    output: Output
    content: Callable[[GraphView], Any]
    when: Callable[[GraphView], bool] = is_drawn
    field: bool = False


def parts(ids: GraphIds) -> dict[str, Part]:
    """Every output of a graph page."""
    units, controller = Output(ids.of("units"), "value"), Output(ids.of("controller"), "value")
    with_fields = {
        "controller": Part(controller, lambda shown: shown.values["controller"], always, field=True),
        "unit_options": Part(Output(ids.of("units"), "options"), field_options, always),
    }
    image = {"image": Part(Output(ids.of("picture"), "href"), lambda shown: IMAGE_PAGE + shown.query)}
    return {
        "figure": Part(Output(ids.figure, "figure"), figure),
        "graph_style": Part(Output(ids.figure, "style"), lambda shown: {"height": f"{figure_height(shown.lines)}px"}),
        "say": Part(Output(ids.say, "children"), lambda shown: shown.sentence),
        "note": Part(Output(ids.note, "children"), lambda shown: shown.note),
        "table": Part(Output(ids.table, "children"), table),
        "empty": Part(Output(ids.empty, "children"), in_place_of_a_graph, is_empty),
        "empty_hidden": Part(Output(ids.of("empty-frame"), "hidden"), lambda shown: bool(shown.lines)),
        "go_there": Part(Output(ids.go_there, "children"), button, is_empty),
        "go_there_hidden": Part(Output(ids.go_there, "hidden"), lambda shown: not button(shown), is_empty),
        "suggestion": Part(Output(ids.suggestion, "data"), lambda shown: shown.suggestion.controls, is_empty),
        "address": Part(Output(ids.address, "data"), lambda shown: shown.query, field=True),
        "units": Part(units, lambda shown: shown.values["units"], field=True),
        "range": Part(Output(ids.of("range"), "value"), lambda shown: shown.values["range"], field=True),
        "start": Part(Output(ids.of("start"), "value"), lambda shown: shown.values["start"], field=True),
        "end": Part(Output(ids.of("end"), "value"), lambda shown: shown.values["end"], field=True),
        "options": Part(Output(ids.of("controller"), "options"), lambda shown: shown.subject.choice.options, always),
        "controller_hidden": Part(
            Output(ids.controller_field, "hidden"),
            lambda shown: shown.kind in ("bms", "devices") and len(shown.subject.choice.options) < 2,
            always,
        ),
        "retimed_hidden": Part(
            Output(ids.retimed_field, "hidden"), lambda shown: shown.values["controller"] != IMPORTED, always
        ),
        **{f"{name}_error": Part(Output(ids.error_of(name), "children"), error_at(name), always) for name in ERRORS},
        **(with_fields if ids in (page_ids.SENSORS, page_ids.DEVICES) else {}),
        **(image if ids == page_ids.BMS else {}),
    }


def answer(shown: GraphView, page: Mapping[str, Part], triggered: str | None, first: bool) -> dict[str, Any]:
    """A value for every output; `first` is whether nothing was drawn yet: then an error stands in the graph's place."""
    answered = {
        name: part.content(shown) if part.when(shown) and not (part.field and triggered == "clock") else no_update
        for name, part in page.items()
    }
    if first and not is_drawn(shown):
        words = [html.P(words) for words in shown.errors.values()]
        answered |= {
            "say": "Nothing is drawn yet: one choice has to be corrected.",
            "empty": [html.H2("The address asks for what cannot be drawn"), *words],
            "empty_hidden": False,
            "go_there_hidden": True,
        }
    return answered


def figure(shown: GraphView) -> Any:
    """The graph; its zoom stays while its address does."""
    assert shown.window is not None
    return graph_figure(shown.lines, shown.drawing, shown.window, shown.site.zone, shown.query or "default")


def table(shown: GraphView) -> list[Any]:
    """The numbers under the graph."""
    assert shown.window is not None
    names = line_names(shown.lines)
    return (
        texts.numbers_table(shown.lines, names, shown.window, shown.width, shown.ages, shown.site.zone)
        if shown.lines
        else []
    )


def in_place_of_a_graph(shown: GraphView) -> list[Any]:
    """Why there is no line, and where there is data."""
    choice = shown.subject.choice
    if is_silent_sensor(shown):
        return texts.no_sensor_words(choice.devices, choice.name)
    names = ", ".join(metric.label for metric in shown.metrics)
    return [html.H2(f"{f'No {names}' if names else 'Nothing'} {shown.when}"), html.P(elsewhere(shown)[0])]


def button(shown: GraphView) -> str:
    """What is on the button that goes to where there is data; empty for no button."""
    return "" if is_silent_sensor(shown) else elsewhere(shown)[1]


def elsewhere(shown: GraphView) -> tuple[str, str]:
    """Where there is data, and the name of the way there."""
    there = shown.suggestion
    return texts.elsewhere(shown.subject.choice.name, there.span, there.metrics, shown.site.zone)


def is_silent_sensor(shown: GraphView) -> bool:
    """Whether the view is of a sensor that never posted, or of none."""
    return shown.kind == "sensors" and shown.suggestion.span is None


def field_options(shown: GraphView) -> list[dict[str, Any]]:
    """The fields to choose from, MOST_OFFERED and those drawn; of the rest how many there are."""
    offered = shown.subject.offered
    drawn = [metric for metric in offered[MOST_OFFERED:] if metric.key in shown.values["units"]]
    options: list[dict[str, Any]] = [
        {"label": texts.with_unit(metric), "value": metric.key} for metric in (*offered[:MOST_OFFERED], *drawn)
    ]
    more = len(offered) - len(options)
    words = f"and {more} more, which the address can name: fields=…"
    return [*options, {"label": words, "value": "", "disabled": True}] if more else options


def error_at(name: str) -> Callable[[GraphView], str]:
    """What is wrong with that control."""
    return lambda shown: shown.errors.get(name, "")


def field_controls(values: Mapping[str, Any], triggered: str | None) -> dict[str, Any]:
    """The controls of a page with fields: another sensor begins with all of them; those cleared by hand are None."""
    if triggered == "controller":
        return {**values, "units": []}
    return {**values, "units": None if triggered == "units" and not values["units"] else values["units"] or []}


def register(dash_app: Dash, sessions: sessionmaker[Session], viewer: Viewers, site: Site, clock: Clock) -> None:
    """Wire the graph pages."""
    for kind, ids in PAGES.items():
        _register_page(dash_app, sessions, viewer, site, clock, kind, ids)


def _register_page(
    dash_app: Dash, sessions: sessionmaker[Session], viewer: Viewers, site: Site, clock: Clock, kind: str, ids: GraphIds
) -> None:
    """Wire one graph page: its controls, the theme, the tick of a window that ends now, an empty graph's button."""
    page = parts(ids)

    @dash_app.callback(
        output={name: part.output for name, part in page.items()},
        inputs={
            "controls": {name: Input(ids.of(name), "value") for name in CONTROLS},
            "theme": Input(page_ids.THEME, "data"),
            "_tick": Input(ids.clock, "n_intervals"),
            "_press": Input(ids.go_there, "n_clicks"),
            "suggested": State(ids.suggestion, "data"),
            "visit": State(ids.visit, "data"),
            "drawn": State(ids.address, "data"),
        },
    )
    def draw(
        controls: dict[str, Any],
        theme: str,
        _tick: int | None,
        _press: int | None,
        suggested: dict[str, Any] | None,
        visit: str | None,
        drawn: dict[str, Any] | None,
    ) -> dict[str, Any]:
        triggered = (ctx.triggered_id or "").removeprefix(f"{ids.prefix}-") or None
        now = clock()
        values = controls_after(controls, triggered, suggested, field_text(now, site.zone))
        if (wrong := misfit(values)) is not None:
            raise RangeError(f"{wrong} holds what no control can hold: load the page again")
        if triggered == "clock" and values["range"] == CUSTOM:
            raise PreventUpdate
        if kind not in catalogue.FORM_CHOICES:
            values = field_controls(values, triggered)
        question = Question(kind, values, viewer(), site, theme or "light")
        with sessions() as session:
            shown = view(question, session, now)
        answered = answer(shown, page, triggered, drawn is None)
        if answered["address"] is not no_update:
            answered["address"] = {"search": shown.query, "visit": visit, "first": drawn is None}
        return answered

    dash_app.clientside_callback(
        ClientsideFunction("arboretum", "remember"),
        Output(ids.figure, "className"),
        Input(ids.address, "data"),
        prevent_initial_call=True,
    )
