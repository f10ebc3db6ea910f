"""The tables of docs/devices/emus_g1.md that are made from the driver's and the reference's."""

from __future__ import annotations

from collections.abc import Iterator

from collector.battery_words import EVENTS, STATISTICS
from collector.drivers.emus_parameters import NEVER_WRITTEN, PARAMETERS
from collector.drivers.emus_statistics import CELL, COUNT, EXTREMES, ROWS
from collector.drivers.emus_words import CURRENT_SENSOR_TYPE, FUNCTION_FLAGS_0, FUNCTION_FLAGS_1
from collector.simulator.emus_faults import EmusFault
from tests.collector.drivers.emus_reference import rows

EXTRAS = {CELL: "cell number", COUNT: "the count", EXTREMES: "cell with the lowest, highest, lowest"}


def _scale(offset: int, multiplier: float) -> str:
    parts = [f"offset {offset}"] * bool(offset) + [f"× {multiplier}"] * (multiplier != 1)
    return ", ".join(parts)


def statistics() -> Iterator[str]:
    """A row for each statistic."""
    yield "| number | wire | key | name | scale | unit | field 3 | time |"
    yield "|---|---|---|---|---|---|---|---|"
    for row in ROWS:
        scale, extra = _scale(row.offset, row.multiplier), EXTRAS.get(row.extra, "")
        time = "yes" if row.timed else ""
        yield (
            f"| {row.identifier} | `{row.identifier:02X}` | `{row.key}` | {STATISTICS[row.identifier]} | {scale} "
            f"| {row.unit} | {extra} | {time} |"
        )


def parameters() -> Iterator[str]:
    """A row for each parameter; one for those that come once a module."""
    yield "| identifier | key | bytes | scale | unit | meaning |"
    yield "|---|---|---|---|---|---|"
    for row in rows("parameters.csv"):
        ours = PARAMETERS[int(row["id"][:4], 16)]
        scale = ", ".join(["signed"] * ours.signed + [_scale(ours.offset, ours.multiplier)]).strip(", ")
        meaning = row["note"].split("; ERRATUM")[0].replace("codes.csv current_sensor_type", "see below")
        meaning = meaning.replace("bits in flags.csv, sentence CF2, 'param 1600'", "see below")
        meaning = meaning.replace("bits in flags.csv, sentence CF2, 'param 1604'", "see below")
        if int(row["id"][:4], 16) in NEVER_WRITTEN and "do not write" not in meaning:
            meaning = f"{meaning}; never written".lstrip("; ")
        key = row["name"].replace("{n}", "n")
        yield f"| `{row['id']}` | `{key}` | {ours.width // 2} | {scale} | {ours.unit} | {meaning} |"


def bits() -> Iterator[str]:
    """A row for each bit and code of a parameter."""
    meanings = {(row["field_index"], int(row["bit"])): row["meaning"] for row in rows("flags.csv")}
    yield "| parameter | bit or code | name | meaning |"
    yield "|---|---|---|---|"
    for identifier, flags in (("1600", FUNCTION_FLAGS_0), ("1604", FUNCTION_FLAGS_1)):
        for bit, name in flags.items():
            yield f"| `{identifier}` | bit {bit} | `{name}` | {meanings[f'param {identifier}', bit]} |"
    for code, name in CURRENT_SENSOR_TYPE.items():
        yield f"| `1009` | code {code} | `{name}` | |"


def events() -> Iterator[str]:
    """The text of each event."""
    yield "| event | wire | text in documents and of `LG1()` |"
    yield "|---|---|---|"
    for code, text in EVENTS.items():
        yield f"| {code} | `{code:02X}` | {text} |"


def faults() -> Iterator[str]:
    """The name of each fault of the virtual unit."""
    yield "| fault | a patient reader gets every value all the same |"
    yield "|---|---|"
    for fault in EmusFault:
        yield f"| `{fault.value}` | {'yes' if fault.keeps_values else 'no'} |"


TABLES = {"statistics": statistics, "parameters": parameters, "bits": bits, "events": events, "faults": faults}
