"""Workload W: a site of 150 series for thirty days (D1) and one series for five years (D2), from a fixed seed.

Values are whole numbers with known decimals, so that every store under test gets the same decimals.  The noise is that
of an off-grid battery: cells, temperatures, balancing, a controller's numbers and three counters.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FOLDER = Path(__file__).parent / "out" / "workload"
SEED = 20261123
STEP = 10  # seconds between documents of D1
DAYS = 30
DOCUMENTS = DAYS * 86_400 // STEP
START = int(datetime(2026, 10, 1, tzinfo=UTC).timestamp())
END = START + DOCUMENTS * STEP
MINUTES = 5 * 365 * 1440  # documents of D2
START_2 = END - MINUTES * 60

OTHER = (  # name, decimals, base, deviation of a step, reversion
    ("pack_voltage", 2, 52.8, 0.03, 0.002),
    ("pack_current", 2, 12.0, 0.40, 0.004),
    ("soc", 2, 71.0, 0.01, 0.0002),
    ("array_voltage", 2, 118.0, 0.25, 0.003),
    ("array_current", 2, 8.0, 0.20, 0.004),
    ("output_power", 1, 640, 6.0, 0.004),
    ("input_power", 1, 660, 6.0, 0.004),
    ("load_power", 1, 310, 9.0, 0.01),
    ("heatsink_temp", 1, 31, 0.05, 0.001),
    ("rts_temp", 1, 22, 0.03, 0.001),
    ("battery_reg_temp", 1, 22, 0.03, 0.001),
    ("supply_12v", 3, 12.05, 0.003, 0.02),
    ("supply_3v", 3, 3.301, 0.001, 0.05),
    ("meterbus_voltage", 3, 12.01, 0.004, 0.02),
    ("ref_voltage", 3, 1.801, 0.0005, 0.05),
    ("vmp_last_sweep", 2, 96, 0.2, 0.01),
    ("voc_last_sweep", 2, 121, 0.2, 0.01),
    ("target_reg_voltage", 2, 56.4, 0.004, 0.001),
    ("ambient_temp", 1, 14, 0.02, 0.0004),
    ("humidity", 1, 63, 0.06, 0.0006),
    ("irradiance", 1, 410, 5.0, 0.003),
    ("wind_speed", 2, 3.4, 0.15, 0.02),
    ("tank_level", 2, 71, 0.01, 0.0002),
    ("inverter_freq", 3, 50.0, 0.004, 0.05),
    ("inverter_voltage", 2, 230.4, 0.15, 0.02),
    ("inverter_temp", 1, 38, 0.05, 0.001),
    ("charger_current", 2, 4.2, 0.1, 0.01),
)
COUNTERS = ("ah_total", "kwh_total", "uptime_min")
NAMES = (
    *(f"cell_{kind}_{number:02d}" for kind in ("v", "t", "bal") for number in range(1, 31)),
    *(f"mod_t_{number:02d}" for number in range(1, 31)),
    *(row[0] for row in OTHER),
    *COUNTERS,
)
DECIMALS = (3,) * 30 + (1,) * 30 + (2,) * 30 + (1,) * 30 + tuple(row[1] for row in OTHER) + (2, 2, 0)
assert len(NAMES) == len(DECIMALS) == 150

Whole = npt.NDArray[np.int32]
Real = npt.NDArray[np.float64]


def _walk(chance: np.random.Generator, count: int, base: float, deviation: float, reversion: float) -> Real:
    """A random walk that returns to its base, computed in stretches."""
    steps = chance.normal(0, deviation, count)
    kept = 1 - reversion
    found = np.empty(count)
    stretch = max(64, min(count, int(200 / max(reversion, 1e-4)) // 64 * 64 or 64, 4096))
    at = 0.0
    powers = kept ** np.arange(1, stretch + 1)
    for start in range(0, count, stretch):
        length = min(stretch, count - start)
        if reversion * length > 30:
            for place in range(start, start + length):
                at = kept * at + steps[place]
                found[place] = at
        else:
            some = powers[:length]
            found[start : start + length] = some * at + some * np.cumsum(steps[start : start + length] / some)
            at = found[start + length - 1]
    return base + found


def _d1(chance: np.random.Generator) -> Whole:
    seconds = np.arange(DOCUMENTS) * STEP
    day = 2 * np.pi * (seconds % 86_400) / 86_400
    rows: list[Real] = []
    pack = 3.31 + 0.06 * np.sin(day - 1.6) + _walk(chance, DOCUMENTS, 0, 0.0008, 0.002)
    for _ in range(30):
        rows.append((pack + chance.normal(0, 0.008) + chance.normal(0, 0.0012, DOCUMENTS)) * 1000)
    rows += [_degrees(chance, 215 + 35 * np.sin(day - 2)) for _ in range(30)]
    rows += [np.clip(np.rint(_walk(chance, DOCUMENTS, 1.5, 0.05, 0.01) * 100), 0, 500) for _ in range(30)]
    rows += [_degrees(chance, 240 + 40 * np.sin(day - 2.1)) for _ in range(30)]
    rows += [_walk(chance, DOCUMENTS, base, step, back) * 10**places for _, places, base, step, back in OTHER]
    rows.append(np.cumsum(np.clip(chance.normal(0.02, 0.02, DOCUMENTS), 0, None)) * 100)
    rows.append(np.cumsum(np.clip(chance.normal(0.001, 0.001, DOCUMENTS), 0, None)) * 100)
    rows.append((seconds // 60).astype(np.float64))
    return np.array([np.rint(row).astype(np.int32) for row in rows])


def _degrees(chance: np.random.Generator, base: Real) -> Real:
    steps = np.cumsum(chance.choice([-1, 0, 1], DOCUMENTS, p=[0.02, 0.96, 0.02]))
    return np.asarray(base + steps * 0.3, dtype=np.float64)


def arrays() -> tuple[Whole, Whole]:
    """D1 as series x documents, and D2; built once (some 20 s) and kept in benchmarks/out."""
    paths = FOLDER / "d1.npy", FOLDER / "d2.npy"
    if not all(path.exists() for path in paths):
        FOLDER.mkdir(parents=True, exist_ok=True)
        chance = np.random.default_rng(SEED)
        first = _d1(chance)
        wave = 1.5 * np.sin(2 * np.pi * np.arange(MINUTES) / 1440)
        second = np.rint((52.8 + wave + _walk(chance, MINUTES, 0, 0.02, 0.0005)) * 1000).astype(np.int32)
        for path, found in zip(paths, (first, second), strict=True):
            np.save(path, found)
    return np.load(paths[0], mmap_mode="r"), np.load(paths[1], mmap_mode="r")


def _tree() -> dict[str, Any]:
    """A document in the shape of the site's: groups, leaves with value and unit, a few texts; numbers by place."""

    def leaf(place: int, unit: str) -> dict[str, Any]:
        return {"value": place, "unit": unit}

    def groups(first: int, unit: str) -> dict[str, Any]:
        return {
            f"cell group {group + 1}": {
                "cell string number": str(group + 1),
                "values": {f"cell {cell + 1}": leaf(first + group * 10 + cell, unit) for cell in range(10)},
            }
            for group in range(3)
        }

    return {
        "name": "BMS",
        "time": None,
        "BatteryVoltageDetail": groups(0, "V"),
        "Battery Cell Temperature Detail": groups(30, "C"),
        "Battery Balancing Rate Detail": groups(60, "A"),
        "Battery Module Temperature Detail": groups(90, "C"),
        "Tristar": {name: leaf(120 + place, "u") for place, name in enumerate(NAMES[120:])},
        "CANDevicesStatus": {"CAN current sensor status": "OK"},
        "BMS Status": {
            "Charging Stage": "NULL",
            "Last Charging Error": "NONE",
            "Power Errors": "warning: high voltage",
        },
    }


def _template() -> str:
    order: list[int] = []

    def walk(node: Any) -> str:
        if isinstance(node, dict):
            return "{" + ",".join(json.dumps(key) + ":" + walk(value) for key, value in node.items()) + "}"
        if isinstance(node, int):
            order.append(node)
            return f"%.{DECIMALS[node]}f"
        return "%d" if node is None else json.dumps(node)

    found = walk(_tree())
    assert order == list(range(150))
    return found


TEMPLATE = _template()
DIVISORS = 10.0 ** np.array(DECIMALS)


def documents(first: int, last: int) -> Iterator[tuple[int, str]]:
    """(seconds since 1970, text) of the documents of D1 from `first` up to, not including, `last`."""
    columns = np.ascontiguousarray(arrays()[0][:, first:last].T) / DIVISORS
    for place, values in enumerate(columns.tolist()):
        at = START + (first + place) * STEP
        yield at, TEMPLATE % (at, *values)


def key(place: int) -> str:
    """The series key of D1's series at that place, as a sensor's document names it."""
    sections = ("BatteryVoltageDetail", "Battery Cell Temperature Detail", "Battery Balancing Rate Detail")
    if place >= 120:
        return f"Tristar/{NAMES[place]}"
    section = (*sections, "Battery Module Temperature Detail")[place // 30]
    return f"{section}/cell group {place % 30 // 10 + 1}/values/cell {place % 10 + 1}"
