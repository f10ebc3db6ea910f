"""The graph of the overview: the day of the strings, the load and the battery."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from callbacks.overview.figure import Day, day, overview_figure, steady_amps, sun_until
from data.ranges import TimeRange
from tests.callbacks.documents import charge_state
from tests.callbacks.frames import NOON, SITE, TEN, buckets, charted, window

MPPT, NIGHT = charge_state("mppt"), charge_state("night")
HOUR = timedelta(hours=1)


def three_buckets() -> Day:
    one = buckets({"p_out": [100.0, 0.0, None], "charge_state": [MPPT, NIGHT, None]})
    two = buckets({"p_out": [90.0, 0.0, 0.0], "charge_state": [MPPT, MPPT, NIGHT]})
    pack = buckets(
        {
            "total_voltage": [13.0, 13.0, 13.0],
            "total_current": [10.0, -5.0, -5.0],
            "state_of_charge": [70.0, 71.0, 70.0],
        }
    )
    return day(
        window(3), {"String 1": charted(one, window(3)), "String 2": charted(two, window(3))}, charted(pack, window(3))
    )


def test_the_load_is_what_the_strings_give_and_the_battery_does_not_take() -> None:
    load = three_buckets().load
    assert list(load[:2]) == [60.0, 65.0]
    assert np.isnan(load[2])  # string 1 was not heard


def test_night_is_where_a_controller_says_so() -> None:
    assert list(three_buckets().night) == [False, True, True]


def test_a_string_never_heard_does_not_hide_the_load() -> None:
    one = buckets({"p_out": [100.0], "charge_state": [MPPT]})
    silent = buckets({"p_out": [None], "charge_state": [None]})
    pack = buckets({"total_voltage": [13.0], "total_current": [1.0], "state_of_charge": [70.0]})
    known = day(
        window(1),
        {"String 1": charted(one, window(1)), "String 2": charted(silent, window(1))},
        charted(pack, window(1)),
    )
    assert (list(known.strings), list(known.load)) == (["String 1"], [87.0])


def test_without_a_battery_manager_there_is_power_and_no_load() -> None:
    one = buckets({"p_out": [100.0], "charge_state": [MPPT]})
    known = day(window(1), {"String 1": charted(one, window(1))}, None)
    assert np.isnan(known.load).all()
    assert [trace.name for trace in overview_figure(known, window(1), SITE, "light").data] == [
        "String 1",
        "State of charge",
    ]


def test_both_panels_name_their_axis_with_its_unit_and_gaps_stay_empty() -> None:
    drawn = overview_figure(three_buckets(), window(3), SITE, "dark")
    layout = drawn.layout
    assert (layout.yaxis.title.text, layout.yaxis2.title.text, layout.xaxis.title.text) == (
        "Power (W)",
        "State of charge (%)",
        "Time",
    )
    assert np.isnan(drawn.data[0].y[2])
    assert not drawn.data[0].connectgaps


def test_one_shape_shades_each_night() -> None:
    shapes = overview_figure(three_buckets(), window(3), SITE, "light").layout.shapes
    assert [(shape.x0, shape.x1) for shape in shapes] == [("2019-12-03T12:10:00.000", "2019-12-03T12:30:00.000")]


def test_every_line_has_its_name_at_its_end() -> None:
    names = {one.text for one in overview_figure(three_buckets(), window(3), SITE, "light").layout.annotations}
    assert names == {"String 1", "String 2", "Load", "Battery"}


def test_an_empty_day_is_a_figure_too() -> None:
    drawn = overview_figure(day(window(3), {}, None), window(3), SITE, "light")
    assert drawn.layout.yaxis.title.text == "Power (W)"


def test_the_sun_is_expected_to_stop_when_it_did_yesterday() -> None:
    whole = TimeRange(NOON - 24 * HOUR, NOON)
    watts = [200.0] * 24 + [0.0] * 102 + [50.0] * 18  # from noon till 16:00, and from 09:00 till noon
    frame = buckets({"p_out": watts, "charge_state": [MPPT] * 144}, whole.start_at)
    known = day(whole, {"String 1": charted(frame, whole)}, None)
    assert sun_until(known, NOON, SITE) == NOON + 4 * HOUR - TEN
    assert sun_until(day(whole, {}, None), NOON, SITE) is None


def test_the_steady_current_is_that_of_the_last_half_hour() -> None:
    pack = buckets(
        {"total_voltage": [13.0] * 5, "total_current": [99.0, 99.0, 9.0, None, 11.0], "state_of_charge": [70.0] * 5}
    )
    assert steady_amps(day(window(5), {}, charted(pack, window(5)))) == pytest.approx(10.0)
    assert steady_amps(day(window(5), {}, None)) is None
