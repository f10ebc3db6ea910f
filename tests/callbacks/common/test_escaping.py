"""No words of a reader, a document or an administrator are markup or a template to Plotly."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import plotly.graph_objects as go

from callbacks.graph.figure import Drawing, graph_figure
from callbacks.overview.figure import day, overview_figure
from tests.callbacks.frames import SITE, buckets, charted, made, window

LINK = '<a href="https://evil.example.org">x</a>%{customdata}'


def texts(part: Any) -> Iterator[str]:
    """Every text of a figure, wherever it stands."""
    if isinstance(part, dict):
        for value in part.values():
            yield from texts(value)
    elif isinstance(part, list):
        for value in part:
            yield from texts(value)
    elif isinstance(part, str):
        yield part


def tags_in(figure: go.Figure) -> list[str]:
    """The texts that Plotly would read as more than text."""
    content = json.loads(figure.to_json())
    content["layout"].pop("template", None)  # ours alone
    found = []
    for text in texts(content):
        own = text.removesuffix("<extra></extra>")
        if "<" in own or ("evil" in own and "%{customdata}" in own):
            found.append(text)
    return found


def test_names_units_and_the_readers_words_are_text_in_a_graph() -> None:
    lines = []
    for place in (1, 2):
        one = made("bat_voltage", [13.0, 13.2, 13.1], (f"{LINK}{place}", f"tristar-{place}", place), spread=0.1)
        metric = replace(one.metric, label=LINK, screen_unit=LINK, unit=LINK, family="sensor", quantity="")
        lines.append(replace(one, metric=metric))
    words = Drawing("arboretum", "light", title=LINK, xlabel=LINK, ylabel=LINK, tick_format="<b>%H</b>")
    for drawing in (words, replace(words, ylabel="", style="ggplot")):
        for shown in (lines, lines[:1]):
            figure = graph_figure(shown, drawing, window(3), SITE, "revision")
            assert tags_in(figure) == []
    assert "evil.example.org" in figure.layout.title.text  # shown, as text


def test_the_name_of_a_controller_is_text_in_the_overview() -> None:
    watts = {LINK: charted(buckets({"p_out": [100.0, 90.0, 95.0], "charge_state": [3, 3, 3]}), window(3))}
    assert tags_in(overview_figure(day(window(3), watts, None), window(3), SITE, "light")) == []
