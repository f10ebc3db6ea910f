"""The sun over the site: clear sky by place and date, clouds on it, and what falls on the panels.  pvlib lives here.

Clear sky: Ineichen and Perez with monthly Linke turbidity set below.  Beam and diffuse: Erbs.  Plane of the array: Hay
and Davies.  Reflection at the glass: Fresnel and Snell.  Cell temperature: Faiman.  Sources: docs/decisions/0002.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pvlib
from numpy.typing import NDArray

from demo.environment.weather import Weather
from demo.minutes import EPOCH

Array = NDArray[np.float64]

LATITUDE, LONGITUDE, ALTITUDE_METRES = 36.98, -122.06, 130.0
TILT, AZIMUTH = 30.0, 180.0
ALBEDO = 0.2
# Linke turbidity from January to December: clean sea air, hazier in summer.
TURBIDITY = (2.3, 2.4, 2.6, 2.8, 2.9, 3.0, 3.0, 3.0, 2.9, 2.7, 2.4, 2.3)
# The sun's place is computed at this step and interpolated: it moves 1.25 degrees meanwhile.
STEP_MINUTES = 5
NIGHT_ZENITH = 89.5


@dataclass(frozen=True, slots=True)
class Sky:
    """Minute by minute: irradiance in W/m2, angles and temperatures in degrees.

    `beam` and `diffuse` are what reaches the cells of a clean panel; `ghi` lies on a level roof outside.
    """

    zenith: Array
    azimuth: Array
    ghi: Array
    beam: Array
    diffuse: Array
    cell: Array


def sky(first_minute: int, weather: Weather) -> Sky:
    """The sky over the minutes of a piece of weather that begins at `first_minute`."""
    count = len(weather.air)
    coarse = np.arange(0, count + STEP_MINUTES, STEP_MINUTES)
    times = pd.DatetimeIndex(pd.Timestamp(EPOCH) + pd.to_timedelta(first_minute + coarse, unit="min"))
    sun = pvlib.solarposition.get_solarposition(times, LATITUDE, LONGITUDE, ALTITUDE_METRES)
    zenith_then = sun["apparent_zenith"].to_numpy()
    clear = _clear_sky(times, zenith_then)

    def by_minute(values: Array) -> Array:
        return np.interp(np.arange(count), coarse, values)

    zenith, azimuth = by_minute(zenith_then), by_minute(sun["azimuth"].to_numpy())
    extra = by_minute(pvlib.irradiance.get_extra_radiation(times.day_of_year.to_numpy()))
    is_day = zenith < NIGHT_ZENITH
    clear_ghi, clear_dni = by_minute(clear["ghi"]) * is_day, by_minute(clear["dni"]) * is_day
    ghi = clear_ghi * weather.clear_sky_index
    dni = _beam(ghi, clear_ghi, clear_dni, zenith, extra)
    dhi = np.clip(ghi - dni * np.cos(np.radians(zenith)), 0, None)
    plane = pvlib.irradiance.get_total_irradiance(
        TILT, AZIMUTH, zenith, azimuth, dni, ghi, dhi, dni_extra=extra, albedo=ALBEDO, model="haydavies"
    )
    facing = pvlib.iam.physical(pvlib.irradiance.aoi(TILT, AZIMUTH, zenith, azimuth))
    beam = np.nan_to_num(plane["poa_direct"] * facing) * is_day
    diffuse = np.nan_to_num(plane["poa_diffuse"]) * is_day
    cell = pvlib.temperature.faiman(beam + diffuse, weather.air, weather.wind)
    return Sky(zenith, azimuth, ghi, beam, diffuse, cell)


def _clear_sky(times: pd.DatetimeIndex, zenith: Array) -> dict[str, Array]:
    pressure = pvlib.atmosphere.alt2pres(ALTITUDE_METRES)
    mass = pvlib.atmosphere.get_absolute_airmass(pvlib.atmosphere.get_relative_airmass(zenith), pressure)
    # Mid-month values, joined by lines.
    place = (times.day_of_year.to_numpy() / 365.2425 * 12 - 0.5) % 12
    turbidity = np.interp(place, np.arange(13), [*TURBIDITY, TURBIDITY[0]])
    extra = pvlib.irradiance.get_extra_radiation(times.day_of_year.to_numpy())
    with np.errstate(divide="ignore", invalid="ignore"):  # at night, where the answer is not used
        clear = pvlib.clearsky.ineichen(zenith, mass, turbidity, ALTITUDE_METRES, extra)
    return {key: np.nan_to_num(np.asarray(clear[key])) for key in ("ghi", "dni")}


def _beam(ghi: Array, clear_ghi: Array, clear_dni: Array, zenith: Array, extra: Array) -> Array:
    """Direct light through clouds: the clear sky's, reduced by the ratio that Erbs finds between the two skies."""
    under_clouds, under_clear = (_erbs(some, zenith, extra) for some in (np.minimum(ghi, clear_ghi), clear_ghi))
    ratio = np.divide(under_clouds, under_clear, out=np.zeros_like(ghi), where=under_clear > 1.0)
    beam: Array = clear_dni * np.clip(ratio, 0, 1)
    return beam


def _erbs(ghi: Array, zenith: Array, extra: Array) -> Array:
    """Direct normal irradiance from global: Erbs, Klein and Duffie 1982."""
    cosine = np.cos(np.radians(zenith))
    index = pvlib.irradiance.clearness_index(ghi, zenith, extra)
    share = np.where(
        index <= 0.22,
        1 - 0.09 * index,
        np.where(
            index <= 0.8,
            0.9511 - 0.1604 * index + 4.388 * index**2 - 16.638 * index**3 + 12.336 * index**4,
            0.165,
        ),
    )
    return np.where(cosine > 0.02, ghi * (1 - share) / np.clip(cosine, 0.02, None), 0.0)
