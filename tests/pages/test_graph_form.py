"""The address of a graph page: it holds what differs from the defaults, and gives it back."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest

from data import catalogue
from pages.graph.form import CONTROLS, DEFAULTS, MARKERS, STYLE_NAMES, query_from_values, values_from_query

STATE = {
    **DEFAULTS["tristar"],
    "units": ["array_voltage", "p_out"],
    "controller": "tristar-2",
    "range": "custom",
    "start": "2019-12-03T11:40",
    "end": "2019-12-04T11:40",
    "interval": "30",
    "title": "Sun & rain = 50 % ?",
    "xlabel": "Zeit",
    "ylabel": "Größe",
    "date_format": "%d/%m %H:%M",
    "style": "ggplot",
    "marker": "^",
    "tight_layout": True,
    "logarithmic_scale": True,
    "retimed": True,
}


def as_dash_reads(address: str) -> dict[str, object]:
    parsed = parse_qs(address.removeprefix("?"), keep_blank_values=True)
    return {name: values[0] if len(values) == 1 else values for name, values in parsed.items()}


@pytest.mark.parametrize("kind", ["bms", "tristar"])
def test_the_defaults_need_no_address(kind: str) -> None:
    assert query_from_values(kind, DEFAULTS[kind]) == ""
    assert values_from_query(kind, {}) == DEFAULTS[kind]


def test_the_first_graph_is_battery_charge_of_the_bms_and_battery_voltage_of_both_controllers() -> None:
    assert DEFAULTS["bms"]["units"] == ["battery_charge"]
    assert (DEFAULTS["tristar"]["units"], DEFAULTS["tristar"]["controller"]) == (["bat_voltage"], "both")
    assert {DEFAULTS[kind]["interval"] for kind in DEFAULTS} == {"10"}


def test_an_address_gives_back_every_control() -> None:
    assert values_from_query("tristar", as_dash_reads(query_from_values("tristar", STATE))) == STATE


@pytest.mark.parametrize("name", [name for name in CONTROLS if name not in ("range", "start", "end")])
def test_one_control_off_its_default_is_all_the_address_holds(name: str) -> None:
    values = {**DEFAULTS["tristar"], name: STATE[name]}
    assert list(as_dash_reads(query_from_values("tristar", values))) == [name]


def test_the_address_is_readable() -> None:
    values = {**DEFAULTS["bms"], "units": ["battery_charge", "state_of_charge"], "range": "7d", "interval": "30"}
    assert query_from_values("bms", values) == "?units=battery_charge,state_of_charge&range=7d&interval=30"


def test_a_window_of_ones_own_is_its_start_and_end() -> None:
    values = {**DEFAULTS["bms"], "range": "custom", "start": "2019-12-03T11:40", "end": "2019-12-04T11:40"}
    assert query_from_values("bms", values) == "?start=2019-12-03T11:40&end=2019-12-04T11:40"


def test_the_names_of_the_form_that_posted_are_understood() -> None:
    values = values_from_query("bms", {"start_date": "2019-12-03T11:40", "end_date": "2019-12-04T11:40"})
    assert (values["range"], values["start"], values["end"]) == ("custom", "2019-12-03T11:40", "2019-12-04T11:40")


def test_choices_nobody_knows_fall_back_and_wrong_texts_stay_to_be_shown() -> None:
    values = values_from_query(
        "bms",
        {
            "units": "nonsense,state_of_charge",
            "style": "_classic_test",
            "marker": "x",
            "range": "9y",
            "interval": "ten",
        },
    )
    assert values == {**DEFAULTS["bms"], "units": ["state_of_charge"], "interval": "ten"}


def test_a_control_given_twice_counts_once() -> None:
    assert values_from_query("bms", {"interval": ["20", "30"]})["interval"] == "20"


def test_there_are_the_twenty_five_styles_of_the_form_and_our_own() -> None:
    assert len(STYLE_NAMES) == 26
    assert next(iter(STYLE_NAMES)) == "arboretum"
    assert "_classic_test" not in STYLE_NAMES
    assert STYLE_NAMES["bmh"] == "BMH"


def test_there_are_the_eight_markers_of_the_form() -> None:
    assert list(MARKERS) == [".", ",", "o", "v", "^", "<", ">", "None"]


@pytest.mark.parametrize("kind", ["bms", "tristar"])
def test_every_choice_of_units_is_a_metric_of_the_catalogue(kind: str) -> None:
    assert [key for key in catalogue.FORM_CHOICES[kind] if catalogue.metric(key).label == ""] == []
    assert "test" not in catalogue.FORM_CHOICES[kind]
