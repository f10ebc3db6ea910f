"""The strings against the panel's data and against pvlib's own solution of the same curve."""

from __future__ import annotations

import numpy as np
import pvlib
import pytest

from demo.environment.panels import (
    A_REF,
    ALPHA_SC,
    CLEAN,
    PANELS,
    PHOTOCURRENT,
    SATURATION,
    SERIES_OHMS,
    SHUNT_OHMS,
    strings,
    voltage_at,
)
from demo.environment.sky import Sky


def under(light: float, cell: float, azimuth: float = 180.0, diffuse: float = 0.0) -> Sky:
    """One minute of sky."""

    def one(value: float) -> np.ndarray:
        return np.array([value])

    return Sky(one(40.0), one(azimuth), one(light), one(light - diffuse), one(diffuse), one(cell))


def library(light: float, cell: float) -> dict[str, float]:
    return pvlib.pvsystem.singlediode(
        *pvlib.pvsystem.calcparams_desoto(
            light, cell, ALPHA_SC, A_REF, PHOTOCURRENT, SATURATION, SHUNT_OHMS, SERIES_OHMS
        )
    )


@pytest.mark.parametrize(("light", "cell"), [(1000, 25), (1000, 60), (600, 40), (150, 15), (20, 5)])
def test_a_string_is_twelve_of_the_library_s_panels(light: float, cell: float) -> None:
    first, _ = strings(under(light / CLEAN[0], cell))
    expected = library(light, cell)
    assert first.watts[0] == pytest.approx(PANELS * expected["p_mp"], rel=1e-4)
    assert first.volts[0] == pytest.approx(PANELS * expected["v_mp"], rel=1e-3)
    assert first.open_volts[0] == pytest.approx(PANELS * expected["v_oc"], rel=1e-4)


def test_a_panel_is_the_one_of_the_survey() -> None:
    standard = library(1000, 25)
    assert (standard["v_oc"], standard["v_mp"], standard["i_mp"], standard["p_mp"]) == pytest.approx(
        (8.0, 6.3, 10.8, 68.0), rel=1e-3
    )
    hot = library(1000, 45)
    assert (hot["v_oc"] / standard["v_oc"] - 1) / 20 == pytest.approx(-0.0031, abs=1e-4)
    assert (hot["p_mp"] / standard["p_mp"] - 1) / 20 == pytest.approx(-0.0039, abs=1e-4)


def test_without_light_there_is_nothing() -> None:
    for string in strings(under(0.0, 10.0)):
        assert (string.watts[0], string.open_volts[0]) == (0, 0)


def test_a_shaded_panel_costs_string_two_one_panel_while_the_sun_shines() -> None:
    first, second = strings(under(800.0, 30.0, azimuth=120.0, diffuse=120.0))
    assert second.series[0] == PANELS - 1
    assert 0.86 < second.volts[0] / first.volts[0] < 0.93
    clouded = strings(under(200.0, 20.0, azimuth=120.0, diffuse=200.0))[1]
    assert clouded.series[0] == PANELS


@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.95])
def test_less_power_is_taken_at_a_higher_voltage(share: float) -> None:
    for string in strings(under(700.0, 35.0, azimuth=130.0, diffuse=100.0)):
        curve = [float(getattr(string, name)[0]) for name in ("series", "photocurrent", "saturation", "a", "shunt")]
        best = float(string.diode_volts[0])
        volts = voltage_at(share * float(string.watts[0]), *curve, best)
        assert string.volts[0] < volts < string.open_volts[0]
        less = voltage_at(0.5 * share * float(string.watts[0]), *curve, best)
        assert less > volts
