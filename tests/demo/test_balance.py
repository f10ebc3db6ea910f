"""What comes in goes somewhere: energy and charge, added up over a month."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from demo.model.cells import CAPACITY, REST, rest_volts, stored_joules
from demo.model.pack import Pack

from .conftest import Month

PROMISED = 0.001


def test_what_the_arrays_give_is_what_comes_out_of_the_controllers_and_their_losses(november: Month) -> None:
    book = november.model.book
    assert math.isclose(book["array"], book["output"] + book["conversion"], rel_tol=PROMISED)
    assert 0.90 < book["output"] / book["array"] < 0.975


def test_what_the_controllers_give_goes_into_cables_loads_and_battery(november: Month) -> None:
    book, battery = november.model.book, november.model.pack.book
    rest = book["output"] - book["cable"] - book["loads"] - battery["terminal"]
    assert abs(rest) < PROMISED * book["output"]


def test_what_the_battery_takes_is_stored_or_lost_as_heat(november: Month) -> None:
    pack = november.model.pack
    lost = pack.book["heat"] + pack.book["side"] + pack.book["shunt"]
    kept = pack.stored() - november.stored_before
    assert abs(pack.book["terminal"] - lost - kept) < PROMISED * november.model.book["output"]


def test_a_month_of_energy_adds_up_from_the_light_to_the_cells(november: Month) -> None:
    book, pack = november.model.book, november.model.pack
    kept = pack.stored() - november.stored_before
    used = (
        book["conversion"] + book["cable"] + book["loads"] + sum(pack.book[name] for name in ("heat", "side", "shunt"))
    )
    assert math.isclose(book["array"], used + kept, rel_tol=PROMISED)


def test_charge_adds_up_at_the_terminals(november: Month) -> None:
    model = november.model
    rest = model.output_coulombs - model.load_coulombs - model.pack.coulombs
    assert abs(rest) < PROMISED * model.output_coulombs


def test_charge_adds_up_inside_the_pack() -> None:
    pack = Pack(0.5, 20.0)
    before = sum(pack.charge)
    for volts in (13.4, 13.6, 13.9, 13.2, 12.9, 13.05, 13.3) * 40:
        pack.line(60)
        pack.apply(volts, 60)
    # Each ampere at the terminals goes through the four cells of a group.
    assert math.isclose(4 * pack.coulombs, sum(pack.charge) - before + pack.lost_coulombs, abs_tol=1.0)


def test_the_rest_voltage_rises_with_charge() -> None:
    volts = [rest_volts(place / 1000) for place in range(-40, 1045)]
    assert volts == sorted(volts)
    assert math.isclose(rest_volts(0.3), dict(REST)[0.30])


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_stored_energy_is_the_integral_of_the_rest_voltage(one: float, other: float) -> None:
    steps = 2000
    width = (other - one) / steps
    by_hand = sum(rest_volts(one + (step + 0.5) * width) for step in range(steps)) * width * CAPACITY[0]
    exact = stored_joules(other, CAPACITY[0]) - stored_joules(one, CAPACITY[0])
    assert math.isclose(exact, by_hand, rel_tol=1e-3, abs_tol=50.0)
