"""Two controllers on one battery: shares that fit, and the stages of a charge."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from demo.model.controllers import (
    ABSORPTION,
    CABLE_OHMS,
    FAULT,
    FLOAT,
    LIMIT_AMPERES,
    MPPT,
    NIGHT,
    NIGHT_CHECK,
    START,
    Controller,
    share,
)

watts = st.one_of(st.just(0.0), st.floats(0.5, 900.0))


def pair(target: float, other: float) -> tuple[Controller, Controller]:
    made = Controller(0), Controller(1)
    for one, aim in zip(made, (target, other), strict=True):
        one.stage, one.target = MPPT, aim
    return made


@given(
    st.floats(13.2, 14.9),
    st.floats(13.2, 14.9),
    watts,
    watts,
    st.floats(11, 14.6),
    st.floats(0.001, 0.01),
    st.floats(0, 30),
)
def test_the_voltage_found_is_the_one_the_currents_make(
    target: float, other: float, first: float, second: float, pack: float, ohms: float, load: float
) -> None:
    both = pair(target, other)
    volts = share(both, (first, second), pack, ohms, load, pack)
    assert abs(pack + ohms * (both[0].amperes + both[1].amperes - load) - volts) < 1e-6
    for one, available in zip(both, (first, second), strict=True):
        assert 0 <= one.amperes <= LIMIT_AMPERES
        assert (volts + one.amperes * CABLE_OHMS) * one.amperes <= available * 1.001 + 1e-9
        if one.amperes > 1e-9:
            assert volts <= one.target + one.sense + 1e-9 or not one.holds


def test_what_is_not_needed_is_not_given() -> None:
    both = pair(13.6, 13.6)
    share(both, (500.0, 500.0), 13.58, 0.003, 5.0, 13.6)
    assert both[0].holds
    assert both[1].holds
    assert both[0].amperes + both[1].amperes < 15


def test_a_charge_goes_from_bulk_over_absorption_to_float() -> None:
    one = Controller(0)
    one.stage, one.holds = MPPT, False
    one.charge(13.5, 25, 60)
    assert one.stage == MPPT
    one.holds = True
    seconds = 0
    while one.stage != FLOAT:
        one.charge(14.0, 25, 4)
        seconds += 4
    assert seconds == 256


def test_after_a_night_below_the_cancel_voltage_float_is_skipped() -> None:
    one = Controller(0)
    for _ in range(10):
        one.look(0.0, 12.2)
    for _ in range(10):
        one.look(100.0, 12.8)
    assert one.stage == MPPT
    one.holds = True
    for _ in range(1000):
        one.charge(14.0, 25, 4)
    assert one.stage == ABSORPTION


def test_an_hour_below_float_begins_a_new_charge() -> None:
    one = Controller(0)
    one.stage = FLOAT
    one.aim(25)
    for _ in range(59):
        one.charge(13.2, 25, 60)
    assert one.stage == FLOAT
    one.charge(13.2, 25, 60)
    assert one.stage == MPPT


def test_too_high_a_voltage_stops_the_charge_until_it_has_fallen() -> None:
    one = Controller(0)
    one.stage = MPPT
    one.charge(14.6, 25, 60)
    assert one.stage == FAULT
    one.aim(25)
    assert (one.target, one.available(500)) == (0, 0)
    one.charge(13.9, 25, 60)
    assert one.stage == FAULT
    one.charge(13.7, 25, 60)
    assert one.stage == MPPT


def test_a_cold_battery_is_charged_higher() -> None:
    one = Controller(0)
    one.stage = MPPT
    one.aim(15)
    assert abs(one.target - 14.3) < 1e-9


def test_morning_and_evening_take_their_time() -> None:
    one = Controller(0)
    seen = []
    for light in [0.0, 9.0, 0.0, *[9.0] * 6, *[1.0] * 12]:
        one.look(light, 13.0)
        seen.append(one.stage)
    assert seen[:5] == [NIGHT] * 5
    assert seen[5:8] == [START, MPPT, MPPT]
    assert seen[-3:] == [NIGHT_CHECK, NIGHT, NIGHT]
