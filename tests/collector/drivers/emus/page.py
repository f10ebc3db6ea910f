"""The tables of docs/devices/emus_g1.md that are made from the driver's and the reference's."""

from __future__ import annotations

from collections.abc import Iterator

from collector.drivers.emus.parameter_notes import parameter_note
from collector.drivers.emus.parameters import NEVER_WRITTEN, PARAMETERS
from collector.drivers.emus.statistics import CELL, COUNT, EXTREMES, ROWS
from collector.simulator.emus.faults import EmusFault
from data.catalogue.codes import LOG_EVENT, STATISTIC, table
from tests.collector.drivers.emus.reference import rows

EXTRAS = {CELL: "cell number", COUNT: "the count", EXTREMES: "cell with the lowest, highest, lowest"}

STATISTIC_MEANINGS = {
    "total_discharge": "charge taken out of the battery since the last clearing",
    "total_charge": "charge put into the battery since the last clearing",
    "total_discharge_energy": "energy taken out of the battery",
    "total_charge_energy": "energy put into the battery",
    "total_discharge_time": "how long current has flowed out",
    "total_charge_time": "how long current has flowed in",
    "total_distance": "pulses of a vehicle's speed sensor; 0 in a greenhouse",
    "master_clear_count": "how often everything was erased by a master clear, which leaves only this",
    "max_discharge_current": "the highest current out of the battery, and when",
    "max_charge_current": "the highest current into the battery, and when",
    "min_cell_voltage": "the lowest voltage a cell ever had, which cell, and when",
    "max_cell_voltage": "the highest voltage a cell ever had, which cell, and when",
    "max_cell_voltage_difference": "how far the cells were ever apart; a growing one tells of a weak cell",
    "min_pack_voltage": "the lowest voltage of the whole battery, and when",
    "max_pack_voltage": "the highest voltage of the whole battery, and when",
    "min_cell_module_temperature": "the coldest a cell module ever was, which, and when",
    "max_cell_module_temperature": "the hottest a cell module ever was, which, and when",
    "max_cell_module_temperature_difference": "how far the cell modules' temperatures were ever apart",
    "bms_starts_count": "how often the control unit was started",
    "under_voltage_protection_count": "how often a cell was critically low",
    "over_voltage_protection_count": "how often a cell was critically high",
    "discharge_over_current_protection_count": "how often the current out was critically high",
    "charge_over_current_protection_count": "how often the current in was critically high",
    "cell_module_overheat_protection_count": "how often a cell module was critically hot",
    "leakage_protection_count": "how often current leaked to the housing",
    "no_cell_communication_protection_count": "how often the unit did not reach its cells",
    "low_voltage_power_reduction_count": "how often power was reduced for low voltage",
    "high_current_power_reduction_count": "how often power was reduced for high current",
    "high_cell_module_temperature_power_reduction_count": "how often power was reduced for a hot cell module",
    "charger_connect_count": "how often a charger was connected",
    "charger_disconnect_count": "how often a charger was disconnected",
    "preheat_stage_count": "how often charging began with heating",
    "precharge_stage_count": "how often charging began with a small current for low cells",
    "main_charge_stage_count": "how often the main charge began",
    "balancing_stage_count": "how often the balancing stage began",
    "charging_finished_count": "how often charging came to its end",
    "charging_error_count": "how often charging ended with an error",
    "charging_retry_count": "how often charging was tried again after an error",
    "trips_count": "journeys of a vehicle",
    "charge_restarts_count": "how often a finished charge began again while the charger stayed connected",
    "cell_overheat_protection_count": "how often a cell was critically hot by its external sensor",
    "high_cell_temperature_power_reduction_count": "how often power was reduced for a hot cell",
    "min_cell_temperature": "the coldest a cell ever was by its external sensor, which, and when",
    "max_cell_temperature": "the hottest a cell ever was by its external sensor, which, and when",
    "max_cell_temperature_difference": "how far the cells' temperatures were ever apart",
}


def _scale(offset: int, multiplier: float) -> str:
    parts = [f"offset {offset}"] * bool(offset) + [f"× {multiplier}"] * (multiplier != 1)
    return ", ".join(parts)


def statistics() -> Iterator[str]:
    """A row for each statistic."""
    yield "| number | wire | key | name | scale | unit | field 3 | time | meaning |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for row in ROWS:
        scale, extra = _scale(row.offset, row.multiplier), EXTRAS.get(row.extra, "")
        time = "yes" if row.timed else ""
        yield (
            f"| {row.identifier} | `{row.identifier:02X}` | `{row.key}` | {STATISTIC.names[row.identifier]} | {scale} "
            f"| {row.unit} | {extra} | {time} | {STATISTIC_MEANINGS[row.key]} |"
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
        if not meaning:
            note = parameter_note(row["name"])
            meaning = note[:1].lower() + note[1:].rstrip(".")
        if int(row["id"][:4], 16) in NEVER_WRITTEN and "do not write" not in meaning:
            meaning = f"{meaning}; never written".lstrip("; ")
        key = row["name"].replace("{n}", "n")
        yield f"| `{row['id']}` | `{key}` | {ours.width // 2} | {scale} | {ours.unit} | {meaning} |"


def bits() -> Iterator[str]:
    """A row for each bit and code of a parameter."""
    meanings = {(row["field_index"], int(row["bit"])): row["meaning"] for row in rows("flags.csv")}
    yield "| parameter | bit or code | name | meaning |"
    yield "|---|---|---|---|"
    for identifier, flags in (("1600", "function_flags_0"), ("1604", "function_flags_1")):
        for bit, name in table(flags).keys.items():
            yield f"| `{identifier}` | bit {bit} | `{name}` | {meanings[f'param {identifier}', bit]} |"
    for code, name in table("current_sensor_type").keys.items():
        yield f"| `1009` | code {code} | `{name}` | |"


def events() -> Iterator[str]:
    """The text of each event."""
    yield "| event | wire | text in documents and of `LG1()` |"
    yield "|---|---|---|"
    for code, text in LOG_EVENT.names.items():
        yield f"| {code} | `{code:02X}` | {text} |"


def faults() -> Iterator[str]:
    """The name of each fault of the virtual unit."""
    yield "| fault | a patient reader gets every value all the same |"
    yield "|---|---|"
    for fault in EmusFault:
        yield f"| `{fault.value}` | {'yes' if fault.keeps_values else 'no'} |"


TABLES = {"statistics": statistics, "parameters": parameters, "bits": bits, "events": events, "faults": faults}
