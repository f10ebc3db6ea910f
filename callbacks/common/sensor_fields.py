"""What a device posts, as metrics: those of the catalogue, and each number of its own with a label and a unit."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import floor, inf, isfinite, log10

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from callbacks.common import formatting
from data import catalogue, document, queries
from data.accounts import users
from data.catalogue import Metric
from data.queries import DeviceRow, SeriesRow

SIGNIFICANT = 6  # digits of the largest value that are worth showing
MOST_DECIMALS = 9
LOOKED_AT = 500  # values that tell how finely a sensor resolves
LONGEST_LABEL = 48
# Words in a key -> what is measured, for the axis and the colour; the first that fits.
QUANTITIES = (
    ("temp", "temperature"),
    ("humid", "humidity"),
    ("moist", "moisture"),
    ("pressure", "pressure"),
    ("light", "light"),
    ("lux", "light"),
    ("volt", "voltage"),
    ("current", "current"),
)
UNITS = {"lux": "light", "lx": "light", "°C": "temperature", "°F": "temperature", "V": "voltage", "A": "current"}
DEGREES = {"C": "°C", "F": "°F", "degC": "°C", "degF": "°F", "celsius": "°C", "fahrenheit": "°F"}


def metrics_of(session: Session, device: DeviceRow) -> list[Metric]:
    """All that a device has posted: what the catalogue has in its order, then the numbers of its own by their names."""
    if device.kind == "sensor":
        return fields(session, device)
    metrics = []
    for row in queries.series(session, device.id):
        listed, family = queries.listed_metric(device, row.key), queries.family_of(device.kind, row.key)
        own = _metric(row, _plain(row.key), row.unit, family)
        metrics.append(own if listed is None else replace(listed, family=family))
    places = {metric.key: place for place, metric in enumerate(catalogue.METRICS)}

    def place(metric: Metric) -> tuple[bool, int, str]:
        by_number = re.sub("[0-9]+", lambda digits: digits[0].zfill(9), metric.key)
        return not metric.is_listed, places.get(metric.key, len(places)), by_number

    return sorted(metrics, key=place)


def fields(session: Session, device: DeviceRow) -> list[Metric]:
    """The fields of a sensor, in the order of its newest document, those it no longer posts after them.

    The unit is the one posted with the newest value, else the first ever posted, else the registered one where the
    sensor has a single field.
    """
    series = {row.key: row for row in queries.series(session, device.id)}
    newest = queries.latest(session, device.id, "sensor")
    units = document.sensor_units(newest.content) if newest is not None else {}
    keys = [key for key in units if key in series] + [key for key in series if key not in units]
    registered = users.sensor_by_id(session, device.sensor_id or 0) if len(keys) == 1 else None
    alone = (registered[0].units or "").strip() if registered is not None else ""
    labels = _labels(keys)
    return [_metric(series[key], labels[key], units.get(key) or series[key].unit or alone, "sensor") for key in keys]


def _metric(row: SeriesRow, label: str, unit: str, family: str) -> Metric:
    shown = unit_of(row.key, _plain(unit))
    return Metric(
        key=row.key,
        label=label,
        unit=shown,
        family=family,
        quantity=quantity_of(row.key, shown),
        low=-inf,
        high=inf,
        decimals=2,
        explanation="",
        screen_unit=shown,
    )


def _labels(keys: Sequence[str]) -> Mapping[str, str]:
    """Each key in words, or as it stands where two would read the same."""
    words = {key: label_of(key) for key in keys}
    times = Counter(words.values())
    return {key: label if times[label] == 1 else _plain(key) for key, label in words.items()}


def label_of(key: str) -> str:
    """`air/rel_humidity` as `Air, rel humidity`."""
    return formatting.capitalised(_plain(key.replace("_", " ").replace("/", ", ")).strip() or _plain(key))


def _plain(text: str) -> str:
    """Text that Plotly takes for nothing but text, and that has room."""
    words = formatting.plain(text)
    return words if len(words) <= LONGEST_LABEL else f"{words[: LONGEST_LABEL - 1]}…"


def unit_of(key: str, unit: str) -> str:
    """The posted unit as screens show it: a temperature's C is a degree, not a coulomb."""
    if unit in ("C", "F"):
        return DEGREES[unit] if quantity_of(key, "") == "temperature" else unit
    return DEGREES.get(unit, unit)


def quantity_of(key: str, unit: str) -> str:
    """What a field measures, as far as its unit or its key tells; empty when neither does."""
    folded = key.casefold()
    return UNITS.get(unit) or next((name for word, name in QUANTITIES if word in folded), "")


def resolved(metric: Metric, frames: Sequence[pd.DataFrame]) -> Metric:
    """The metric with as many decimals as its values have."""
    newest_values = [frame[metric.key]["last"].dropna().to_numpy(dtype="float64")[-LOOKED_AT:] for frame in frames]
    return replace(metric, decimals=decimals_of(np.concatenate(newest_values))) if newest_values else metric


def decimals_of(values: Iterable[float]) -> int:
    """The decimals these values use, as far as they are worth showing beside the largest of them."""
    usable = [abs(float(value)) for value in values if isfinite(value) and value != 0]
    if not usable:
        return 0
    worth = min(MOST_DECIMALS, max(0, SIGNIFICANT - 1 - floor(log10(max(usable)))))
    return max(len(f"{value:.{worth}f}".rstrip("0").partition(".")[2]) for value in usable) if worth else 0
