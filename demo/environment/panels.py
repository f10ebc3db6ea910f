"""Two strings of twelve panels: single-diode curves, their maximum power, and the voltage at which they give less.

Parameters are fitted to the panel of the 2017 survey (8.0 V open, 6.3 V and 10.8 A at 68 W) with the data sheet's
-0.31 %/degC of voltage and -0.39 %/degC of power.  Light and temperature act as De Soto says.  Sources: decision 0002.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pvlib
from numpy.typing import NDArray

from demo.environment.sky import Sky

Array = NDArray[np.float64]

PANELS = 12
A_REF, PHOTOCURRENT, SATURATION, SERIES_OHMS, SHUNT_OHMS = 0.31, 11.633125187, 7.047346715e-11, 0.07282734707, 30.0
ALPHA_SC = 0.0006 * PHOTOCURRENT
BYPASS_VOLTS = 0.5
# String 2 is the older: dirt, and a tree that shades one of its panels while the sun stands in the south-east.
CLEAN = (0.985, 0.945)
SHADE_AZIMUTH = (100.0, 146.0)
DARK_WATTS = 0.02  # per square metre: less light than this is none
NEWTON_STEPS = 5


@dataclass(frozen=True, slots=True)
class Curves:
    """A string minute by minute.

    `series` panels share one curve (`photocurrent`, `saturation`, `a`, `shunt`); the others are bypassed, each a drop
    of `BYPASS_VOLTS`.  `watts` and `volts` are the maximum power point, `diode_volts` its voltage inside a panel,
    `open_volts` the open circuit.
    """

    series: Array
    photocurrent: Array
    saturation: Array
    a: Array
    shunt: Array
    diode_volts: Array
    volts: Array
    watts: Array
    open_volts: Array


def strings(sky: Sky) -> tuple[Curves, Curves]:
    """Both strings under a sky."""
    first = _string(CLEAN[0] * (sky.beam + sky.diffuse), sky.cell, np.full_like(sky.cell, PANELS))
    whole = CLEAN[1] * (sky.beam + sky.diffuse)
    shaded = (sky.azimuth > SHADE_AZIMUTH[0]) & (sky.azimuth < SHADE_AZIMUTH[1])
    # The tracker finds the better of two hills: all twelve at the shaded panel's current, or eleven and a bypass.
    eleven = _string(whole, sky.cell, np.full_like(sky.cell, PANELS - 1))
    twelve = _string(np.where(shaded, CLEAN[1] * sky.diffuse, whole), sky.cell, np.full_like(sky.cell, PANELS))
    bypass = shaded & (eleven.watts > twelve.watts)
    second = Curves(*(np.where(bypass, getattr(eleven, name), getattr(twelve, name)) for name in Curves.__slots__))
    return first, second


def _string(light: Array, cell: Array, series: Array) -> Curves:
    lit = np.clip(light, DARK_WATTS, None)
    photocurrent, saturation, _, shunt, a = pvlib.pvsystem.calcparams_desoto(
        lit, cell, ALPHA_SC, A_REF, PHOTOCURRENT, SATURATION, SHUNT_OHMS, SERIES_OHMS
    )
    opened = a * np.log1p(photocurrent / saturation)
    for _ in range(NEWTON_STEPS):
        grown = np.exp(opened / a)
        current = photocurrent - saturation * (grown - 1) - opened / shunt
        opened = opened + current / (saturation / a * grown + 1 / shunt)
    best = _best(opened, photocurrent, saturation, a, shunt)
    amperes = photocurrent - saturation * np.expm1(best / a) - best / shunt
    drop = (PANELS - series) * BYPASS_VOLTS
    volts = series * (best - amperes * SERIES_OHMS) - drop
    dark = light < DARK_WATTS
    watts = np.where(dark, 0.0, np.clip(volts * amperes, 0, None))
    # Open, nothing flows, and a shaded panel adds its own voltage like the others.
    open_volts = np.where(dark, 0.0, PANELS * opened)
    return Curves(series, photocurrent, saturation, a, shunt, best, volts, watts, open_volts)


def _best(opened: Array, photocurrent: Array, saturation: Array, a: Array, shunt: Array) -> Array:
    """The voltage inside a panel at its maximum power, where d(V I) = 0; Newton from the side where it converges."""
    best = opened
    for _ in range(2 * NEWTON_STEPS):
        grown = saturation / a * np.exp(best / a)
        conductance = grown + 1 / shunt
        amperes = photocurrent - a * grown + saturation - best / shunt
        volts = best - amperes * SERIES_OHMS
        slope = amperes * (1 + conductance * SERIES_OHMS) - conductance * volts
        bend = -2 * conductance * (1 + conductance * SERIES_OHMS) + grown / a * (amperes * SERIES_OHMS - volts)
        best = best - slope / bend
    return best


def voltage_at(
    watts: float, series: float, photocurrent: float, saturation: float, a: float, shunt: float, best: float
) -> float:
    """The voltage above the maximum power point at which a string gives `watts`: how a controller curtails it."""
    low, high = best, a * math.log1p(photocurrent / saturation)
    drop = (PANELS - series) * BYPASS_VOLTS
    volts = 0.0
    for _ in range(18):
        middle = (low + high) / 2
        amperes = photocurrent - saturation * math.expm1(middle / a) - middle / shunt
        volts = series * (middle - amperes * SERIES_OHMS) - drop
        if amperes > 0 and volts * amperes > watts:
            low = middle
        else:
            high = middle
    return volts
