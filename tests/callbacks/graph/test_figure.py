"""The figure of a graph page: every control does what it says."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from callbacks.common.lines import Line
from callbacks.graph.axes import axis_title, left_out, value_range
from callbacks.graph.figure import Drawing, figure_height, graph_figure, line_colors, line_names, panels
from pages.graph.form import MARKERS, STYLE_NAMES
from tests.callbacks.frames import SITE, made, window

OWN = Drawing(style="arboretum", theme="light")
ONE = ("String 1", "tristar-1", 1)
TWO = ("String 2", "tristar-2", 2)


def figure(lines: list[Line], **changes: Any) -> go.Figure:
    return graph_figure(lines, replace(OWN, **changes), window(3), SITE, "revision")


def volts() -> list[Line]:
    return [
        made("bat_voltage", [13.0, 13.2, 13.1], ONE, spread=0.1),
        made("bat_voltage", [12.9, 13.1, 13.0], TWO, spread=0.1),
    ]


def test_each_axis_is_named_with_its_unit() -> None:
    layout = figure([*volts(), made("p_out", [100, 200, 150], ONE)]).layout
    assert layout.yaxis.title.text.endswith("(V)")
    assert layout.yaxis2.title.text.endswith("(W)")
    assert layout.xaxis.title.text == "Time"


def test_lines_of_one_unit_share_a_panel_and_other_units_have_their_own() -> None:
    lines = [
        *volts(),
        made("array_voltage", [70, 71, 72], ONE),
        made("p_out", [1, 2, 3], ONE),
        made("charge_state", [3, 5, 5], ONE),
    ]
    assert [[one.metric.key for one in group] for group in panels(lines)] == [
        ["bat_voltage", "bat_voltage", "array_voltage"],
        ["p_out"],
        ["charge_state"],
    ]
    domains = [figure(lines).layout[name].domain for name in ("yaxis", "yaxis2", "yaxis3")]
    assert all(upper[0] > lower[1] for upper, lower in itertools.pairwise(domains))
    assert figure_height(lines) > figure_height(volts())


def test_several_metrics_of_a_unit_name_the_axis_by_their_quantity() -> None:
    assert axis_title([*volts(), made("array_voltage", [70, 71, 72], ONE)], "") == "Voltage (V)"
    assert axis_title(volts(), "").endswith(" (V)")


@pytest.mark.parametrize(("label", "shown"), [("Pack", "Pack (V)"), ("Pack (V)", "Pack (V)"), ("Pack [V]", "Pack [V]")])
def test_the_readers_name_of_an_axis_keeps_its_unit(label: str, shown: str) -> None:
    assert figure(volts(), ylabel=label).layout.yaxis.title.text == shown


def test_title_and_time_axis_are_the_readers() -> None:
    drawn = figure(volts(), title="A winter", xlabel="When").layout
    assert (drawn.title.text, drawn.xaxis.title.text) == ("A winter", "When")
    assert figure(volts()).layout.title.text is None


def test_the_date_format_is_that_of_the_ticks() -> None:
    assert figure(volts(), tick_format="%d/%m").layout.xaxis.tickformat == "%d/%m"


@pytest.mark.parametrize("style", list(STYLE_NAMES))
def test_a_style_changes_the_look(style: str) -> None:
    drawn = figure(volts(), style=style)
    assert (drawn.to_plotly_json() == figure(volts()).to_plotly_json()) is (style == "arboretum")


def test_each_marker_draws_another_mark() -> None:
    def mark(marker: str) -> tuple[Any, ...]:
        line = figure([made("bat_voltage", [13.0, 13.2, 13.1], ONE)], marker=marker).data[-1]
        return line.mode, line.marker.symbol, line.marker.size

    marks = {marker: mark(marker) for marker in MARKERS}
    assert marks["None"][0] == "lines"
    assert len(set(marks.values())) == len(MARKERS)
    assert marks["^"][1] == "triangle-up"


def test_a_reading_alone_between_gaps_is_a_dot() -> None:
    line = figure([made("bat_voltage", [13.0, 13.1, 13.1, 13.1, None, None, None, None, 13.2], ONE)]).data[-1]
    assert line.mode == "lines+markers"
    assert [size > 0 for size in line.marker.size] == [False, False, False, False, False, True]


def test_a_tight_layout_has_no_margins_and_ends_with_the_data() -> None:
    loose, tight = figure(volts()).layout, figure(volts(), tight=True).layout
    assert tight.margin.l < loose.margin.l
    assert (tight.yaxis.range[0], loose.yaxis.range[0] < 12.8) == (pytest.approx(12.8), True)
    assert tight.xaxis.range[1] < loose.xaxis.range[1]


def test_a_logarithmic_scale_shows_what_it_can_and_counts_the_rest() -> None:
    lines = [made("p_out", [0, 100, 10], ONE)]
    drawn = figure(lines, logarithmic=True)
    assert drawn.layout.yaxis.type == "log"
    assert np.isnan(drawn.data[-1].y[0])
    assert left_out(lines) == 1
    assert drawn.layout.yaxis.range[0] < 1 < 2 < drawn.layout.yaxis.range[1]


def test_states_are_steps_with_words_and_never_logarithmic() -> None:
    line = made("charge_state", [3, 5, 5], ONE)
    drawn = figure([line], logarithmic=True)
    assert drawn.data[0].line.shape == "hv"
    assert drawn.layout.yaxis.type == "linear"
    assert line.metric.codes is not None
    assert list(drawn.layout.yaxis.ticktext) == [line.metric.codes.names[3], line.metric.codes.names[5]]


def test_the_band_lies_behind_its_line_and_stops_at_gaps() -> None:
    drawn = figure([made("bat_voltage", [13.0, 13.1, None, None, None, 13.2, 13.3], ONE, spread=0.1)])
    band, line = drawn.data
    assert (band.fill, band.hoverinfo, band.showlegend) == ("toself", "skip", False)
    assert np.isnan(band.y).sum() == 2
    assert line.name != band.name


def test_the_second_string_is_told_apart_by_dash_and_tint() -> None:
    lines = [trace for trace in figure(volts()).data if trace.fill is None]
    assert [line.line.dash for line in lines] == ["solid", "dash"]
    assert len({line.line.color for line in lines}) == 2


def test_up_to_four_short_names_stand_at_their_lines_and_longer_ones_in_a_legend() -> None:
    few = figure(volts()).layout
    assert ([one.text for one in few.annotations], few.showlegend) == (["String 2", "String 1"], False)
    many = figure([made("average_cell_voltage", [3.3, 3.3, 3.4]), made("maximum_cell_voltage", [3.4, 3.4, 3.5])]).layout
    assert (len(many.annotations), many.showlegend) == (0, True)


def test_a_panel_with_one_line_is_named_by_its_axis() -> None:
    apart = figure([made("battery_charge", [1, 2, 3]), made("average_cell_voltage", [3.3, 3.3, 3.4])]).layout
    assert (len(apart.annotations), apart.showlegend) == (0, False)


def test_names_at_lines_that_end_together_are_pushed_apart() -> None:
    together = [made("bat_voltage", [13.0, 13.0, 13.0], ONE), made("bat_voltage", [13.0, 13.0, 13.0], TWO)]
    shifts = [one.yshift for one in figure(together).layout.annotations]
    assert shifts[1] - shifts[0] >= 15


def test_no_two_metrics_have_one_colour() -> None:
    lines = [made(f"cell_{n}_voltage", [3.3, 3.3, 3.4]) for n in range(1, 9)]
    assert len(set(line_colors(panels(lines), OWN).values())) == 8


def test_names_say_only_what_differs() -> None:
    assert sorted(line_names(volts()).values()) == ["String 1", "String 2"]
    mixed = [*volts(), made("p_out", [1, 2, 3], ONE)]
    assert sorted(line_names(mixed).values())[0].endswith(", String 1")


def test_power_is_drawn_from_zero() -> None:
    assert value_range([made("p_out", [100, 200, 150], ONE)], logarithmic=False, tight=False)[0] == 0


def test_a_constant_value_has_room_above_and_below() -> None:
    low, high = value_range([made("bat_voltage", [13.0, 13.0, 13.0], ONE)], logarithmic=False, tight=True)
    assert low < 13.0 < high


def test_zoom_stays_while_the_state_does() -> None:
    assert figure(volts()).layout.uirevision == "revision"


def test_nothing_is_still_a_figure_with_named_axes() -> None:
    drawn = figure([])
    assert (len(drawn.data), drawn.layout.xaxis.title.text) == (0, "Time")
