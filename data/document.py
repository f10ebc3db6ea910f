"""The posted documents, in every dialect ever posted: parsed, and read by one rule and one table.

The rule (docs/api.md, "Documents"): keys are compared without spaces, underscores and case; a value is a number, a
numeric string or an object with `value`; null, an empty string or a sentence is no reading; unknown keys are kept and
never refused.  Standard library only: the collector builds its documents from the same table.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from data import catalogue
from data.catalogue import ALARMS, DAILY_FLAGS, FAULTS, PINS, POWER_REDUCTIONS, PROTECTIONS, STATUS_VALID
from data.errors import DocumentError, RangeError
from data.ranges import parse_instant

FAMILIES = ("bms", "tristar", "tristar_daily", "sensor")
# Battery capacities up to this are taken to be ampere-hours already.
MOST_AMPERE_HOURS = 5000
COULOMBS_PER_AMPERE_HOUR = 3600
# A target voltage above this is the bare register.
HIGHEST_TARGET_VOLTS = 100
VOLTS_PER_COUNT = 180 / 32768
NO_SENSOR = (128.0, -128.0)
MOST_CELLS = 256
MOST_SENSOR_KEYS = 500
# Our documents have four levels; whoever reads one again may stand deep in the stack already.
MOST_LEVELS = 50
# Whole numbers with more digits than this do not fit in 64 bits.
MOST_DIGITS = 18
SECOND_OF_A_KEY = " (2)"

Document = Mapping[str, Any]
Node = dict[str, Any]  # a section under its folded keys


@dataclass(frozen=True, slots=True)
class FieldRow:
    """Where one value sits: the driver's key, the place in the site's documents, and where other dialects have it.

    `driver` is a register's key, or `SENTENCE/field` of the battery manager.  `shape` is how the site's documents write
    it: "number", "value_unit" (an object with the word `unit_word`) or "text" (a word for a code).
    """

    family: str
    metric: str
    driver: str
    pointer: tuple[str, str]
    shape: str = "number"
    unit_word: str = ""
    aliases: tuple[tuple[str, ...], ...] = ()


def _rows(family: str, section: str, *rows: tuple[Any, ...]) -> tuple[FieldRow, ...]:
    """Rows of one section: (metric, driver, key[, shape[, unit word[, aliases]]])."""
    return tuple(FieldRow(family, metric, driver, (section, key), *rest) for metric, driver, key, *rest in rows)


DEGREES = ("value_unit", "C")
FIELDS: tuple[FieldRow, ...] = (
    *_rows(
        "bms",
        "Battery Balancing Rate Summary",
        (
            "min_cell_b_rate",
            "BB1/min_cell_balancing_rate",
            "minimum cell balancing rate",
            "number",
            "",
            (("Battery Balancing Rate Summary", "minimum balancing rate"),),
        ),
        (
            "max_cell_b_rate",
            "BB1/max_cell_balancing_rate",
            "maximum cell balancing rate",
            "number",
            "",
            (("Battery Balancing Rate Summary", "maximum balancing rate"),),
        ),
        ("a_cell_b_rate", "BB1/average_cell_balancing_rate", "average cell balancing rate"),
        (
            "balancing_threshold",
            "BB1/balancing_voltage_threshold",
            "balancing threshold",
            "number",
            "",
            (("Battery Balancing Rate Summary", "balancing voltage threshold"),),
        ),
    ),
    *_rows(
        "bms",
        "Battery Charge",
        ("battery_charge", "BC1/battery_charge", "battery charge"),
        ("battery_capacity", "BC1/battery_capacity", "battery capacity"),
        ("state_of_charge", "BC1/state_of_charge", "state of charge"),
    ),
    *_rows(
        "bms",
        "Battery Module Temperature Summary",
        (
            "min_cell_m_temperature",
            "BT1/min_cell_module_temperature",
            "minimum cell module temperature",
            *DEGREES,
            (("Minimum Cell Module Temperature",),),
        ),
        (
            "max_cell_m_temperature",
            "BT1/max_cell_module_temperature",
            "maximum cell module temperature",
            *DEGREES,
            (("Maximum Cell Module Temperature",),),
        ),
        (
            "a_cell_m_temperature",
            "BT1/average_cell_module_temperature",
            "average cell module temperature",
            *DEGREES,
            (("Average Cell Module Temperature",),),
        ),
    ),
    *_rows(
        "bms",
        "Battery Cell Temperature Summary",
        (
            "min_cell_temperature",
            "BT3/min_cell_temperature",
            "minimum cell temperature",
            *DEGREES,
            (("Minimum Cell Temperature",),),
        ),
        (
            "max_cell_temperature",
            "BT3/max_cell_temperature",
            "maximum cell temperature",
            *DEGREES,
            (("Maximum Cell Temperature",),),
        ),
        (
            "a_cell_temperature",
            "BT3/average_cell_temperature",
            "average cell temperature",
            *DEGREES,
            (("Average Cell Temperature",),),
        ),
    ),
    *_rows(
        "bms",
        "BatteryVoltageSummary",
        ("number_of_cells", "BV1/number_of_cells", "number of cells"),
        ("minimum_cell_voltage", "BV1/min_cell_voltage", "minimum cell voltage"),
        ("maximum_cell_voltage", "BV1/max_cell_voltage", "maximum cell voltage"),
        ("average_cell_voltage", "BV1/average_cell_voltage", "average cell voltage"),
    ),
    *_rows(
        "bms",
        "CurrentAndVoltage",
        (
            "total_voltage",
            "CV1/total_voltage",
            "total voltage",
            "value_unit",
            "V",
            (("BatteryVoltageSummary", "total voltage"),),
        ),
        ("total_current", "CV1/current", "current", "value_unit", "A", (("CurrentAndVoltage", "total current"),)),
    ),
    *_rows(
        "bms",
        "BMS Status",
        ("charging_stage", "ST1/charging_stage", "Charging Stage", "text"),
        ("last_charging_error", "ST1/last_charging_error", "Last Charging Error", "text"),
        ("stage_duration", "ST1/stage_duration", "Stage Duration"),
    ),
    *_rows("bms", "Time And Date", ("uptime", "TD1/uptime", "uptime")),
    *_rows(
        "tristar",
        "ADC data",
        ("bat_voltage", "battery_voltage", "battery voltage", "number", "", (("Status", "battery_voltage"),)),
        ("bat_terminal_voltage", "battery_terminal_voltage", "battery terminal voltage"),
        ("bat_sense_voltage", "battery_sense_voltage", "battery sense voltage"),
        ("array_voltage", "array_voltage", "array voltage"),
        ("bat_current", "battery_current", "battery current"),
        ("array_current", "array_current", "array current"),
        ("12V_supply", "supply_12v", "12V supply"),
        ("3V_supply", "supply_3v", "3V supply"),
        (
            "meterbus_voltage",
            "meterbus_voltage",
            "meterbus voltage",
            "number",
            "",
            (("ADC data", "meterbus voltrage"),),
        ),
        ("1_8V_supply", "supply_1v8", "1.8V supply"),
        ("v_ref", "reference_voltage", "reference voltage"),
    ),
    *_rows(
        "tristar",
        "Temperature data",
        ("temp_h", "heatsink_temperature", "heatsink temperature"),
        ("temp_rts", "rts_temperature", "RTS temperature"),
        ("temp_bat_reg", "battery_temperature", "battery regulation temperature"),
    ),
    *_rows(
        "tristar",
        "Status",
        ("bat_voltage_slow", "battery_voltage_slow", "battery_voltage"),
        ("charging_current", "battery_current_slow", "charging_current"),
        ("min_bat_voltage", "battery_voltage_min", "minimum battery voltage"),
        ("max_bat_voltage", "battery_voltage_max", "maximum battery voltage"),
        ("hourmeter", "hourmeter", "hourmeter"),
        (
            "dip_switches",
            "dip_switches",
            "dipswitch",
            "text",
            "",
            (("Status", "DIP switch status"), ("Status", "DIP switch")),
        ),
        ("led_state", "led_state", "LED state", "text"),
    ),
    *_rows(
        "tristar",
        "Charger Data",
        ("charge_state", "charge_state", "Charge State", "text"),
        (
            "target_voltage",
            "target_voltage",
            "target regulation voltage",
            "number",
            "",
            (("Charger Data", "target regulatoin voltage"),),
        ),
        ("ah_resettable", "charge_ah_resettable", "Ah Charge Resettable"),
        ("ah_total", "charge_ah_total", "Ah Charge Total"),
        ("kwhr_resettable", "charge_kwh_resettable", "kWhr Charge Resettable"),
        ("kwhr_total", "charge_kwh_total", "kWhr Charge Total"),
    ),
    *_rows(
        "tristar",
        "MPPT Data",
        ("p_out", "output_power", "output power"),
        ("p_in", "input_power", "input power"),
        ("V_max_power", "sweep_power_max", "max power of last sweep"),
        ("V_mp", "sweep_vmp", "Vmp of last sweep"),
        ("V_oc", "sweep_voc", "Voc of last sweep"),
    ),
    *_rows(
        "tristar_daily",
        "Daily Logger Values",
        ("bat_min_voltage_daily", "battery_voltage_min_daily", "Battery Voltage Minimum Daily"),
        ("bat_max_voltage_daily", "battery_voltage_max_daily", "Battery Voltage Maximum Daily"),
        ("input_voltage_max_daily", "array_voltage_max_daily", "Input Voltage Maximum Daily"),
        ("Ah_daily", "charge_ah_daily", "Amp Hours accumulated daily"),
        ("Wh_daily", "charge_wh_daily", "Watt Hours accumulated daily"),
        ("P_max_daily", "output_power_max_daily", "Maximum power output daily"),
        ("min_temp_daily", "battery_temperature_min_daily", "Minimum temperature daily"),
        (
            "max_temp_daily",
            "battery_temperature_max_daily",
            "Maximum temperature daily",
            "number",
            "",
            (("Daily Logger Values", "Minimum temperature daily" + SECOND_OF_A_KEY),),
        ),
        ("time_ab_daily", "absorption_time_daily", "time_ab_daily"),
        ("time_eq_daily", "equalize_time_daily", "time_eq_daily"),
        ("time_fl_daily", "float_time_daily", "time_fl_daily"),
    ),
)


# Parsing


def parse_content(text: str | bytes) -> dict[str, Any]:
    """The object in a posted body; a key that stands twice is kept as `key (2)`, so that nothing is lost.

    Raises DocumentError for text that is not JSON, for NaN, Infinity and numbers too large for a float, for half a
    character (a lone surrogate, which no database and no answer can hold), for what is nested too deep, and for
    anything but an object.
    """
    try:
        if isinstance(text, bytes):
            text = text.decode(json.detect_encoding(text))
        content = json.loads(
            text.removeprefix("\ufeff"),
            object_pairs_hook=_keep_repeated,
            parse_constant=_refuse_constant,
            parse_float=_float,
            parse_int=_whole,
        )
    except RecursionError:
        raise DocumentError(TOO_DEEP) from None
    except ValueError as cause:
        raise DocumentError(f"body is not JSON: {cause}") from cause
    if not isinstance(content, dict):
        raise DocumentError(f"body is a JSON {type(content).__name__}, expected an object")
    if _is_too_deep(content):
        raise DocumentError(TOO_DEEP)
    if (not text.isascii() or ("\\u" in text and _ESCAPED_SURROGATE.search(text))) and _has_surrogate(content):
        raise DocumentError("body holds half a character (a lone surrogate): send whole ones")
    return content


TOO_DEEP = f"body is nested too deep to be a document: send at most {MOST_LEVELS} levels"
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_CONTAINERS = (dict, list)


def _is_too_deep(content: dict[str, Any]) -> bool:
    level: list[Any] = [content]
    for _ in range(MOST_LEVELS):
        level = [
            child
            for node in level
            for child in (node.values() if isinstance(node, dict) else node)
            if isinstance(child, _CONTAINERS)
        ]
        if not level:
            return False
    return True


def _has_surrogate(content: dict[str, Any]) -> bool:
    try:
        json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def _float(digits: str) -> float:
    found = float(digits)
    if math.isinf(found):
        raise ValueError(f"{digits[:20]} is too large a number; leave the value out, or write null")
    return found


def _whole(digits: str) -> int | float:
    """An int of 64 bits; a larger number is a float, as it is to every other reader of JSON."""
    return int(digits) if len(digits) <= MOST_DIGITS else _float(digits)


def _keep_repeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    found = {}
    for key, value in pairs:
        free, number = key, 2
        while free in found:
            free, number = f"{key} ({number})", number + 1
        found[free] = value
    return found


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number; leave the value out, or write null")


def same_content(one: str, other: str) -> bool:
    """Whether two posted texts are equal as JSON.  Raises DocumentError when one of them is no document."""
    return one == other or _same(parse_content(one), parse_content(other))


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON: to Python true is 1, to JSON it is not."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)


# Reading


@lru_cache(maxsize=8192)
def fold(key: str) -> str:
    """What the spellings of a key have in common: no spaces, no underscores, no case."""
    return key.replace(" ", "").replace("_", "").lower()


def _folded(section: Any) -> Node:
    if not isinstance(section, Mapping):
        return {}
    node: Node = {}
    for key, value in section.items():
        node.setdefault(fold(key), value)
    return node


_SCALARS = (int, float, str)


def _by_any_case(section: dict[str, Any], wanted: str) -> Any:
    return next((value for key, value in section.items() if key.lower() == wanted), None)


def number(value: Any) -> float | None:
    """The finite number in a value: a number, a numeric string, or an object with `value`; None for anything else."""
    if type(value) is float:
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        value = value["value"] if "value" in value else _by_any_case(value, "value")
    if isinstance(value, bool) or not isinstance(value, _SCALARS):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


class _Sections:
    """The sections of one document, each folded when it is first asked for."""

    def __init__(self, content: Document) -> None:
        self.top = _folded(content)
        self.known: dict[str, Node] = {}

    def __call__(self, name: str) -> Node:
        found = self.known.get(name)
        if found is None:
            found = self.known[name] = _folded(self.top.get(name))
        return found

    def value(self, place: tuple[str, ...]) -> Any:
        if len(place) == 1:
            return self.top.get(place[0])
        return self(place[0]).get(place[1])


_WORDS = re.compile(r"[^a-z0-9]+")


@lru_cache(maxsize=4096)
def _word(text: str) -> str:
    return _WORDS.sub("", text.lower()).removesuffix("stage")


_CODES = {
    metric.key: {_word(text): float(code) for code, text in metric.codes.items()}
    for metric in catalogue.METRICS
    if metric.codes is not None
}


def _code(metric: str, value: Any) -> float | None:
    """The code of a state that travels as a word; a bare number is the code itself."""
    if metric == "dip_switches" and isinstance(value, str) and not value.strip().isdigit():
        return _switches(value)
    if isinstance(value, str) and (found := _CODES.get(metric, {}).get(_word(value))) is not None:
        return found
    return number(value)


def _switches(text: str) -> float | None:
    """`OFF ON …`, switch 1 first, as one number with switch 1 in bit 0."""
    positions = text.upper().split()
    if not positions or any(position not in ("ON", "OFF") for position in positions):
        return None
    return float(sum(1 << bit for bit, position in enumerate(positions) if position == "ON"))


_PLACES: dict[str, tuple[tuple[str, bool, tuple[tuple[str, ...], ...]], ...]] = {
    family: tuple(
        (row.metric, row.shape == "text", tuple(tuple(map(fold, place)) for place in (row.pointer, *row.aliases)))
        for row in FIELDS
        if row.family == family
    )
    for family in FAMILIES
}
_LIMITS = {metric.key: (metric.low, metric.high) for metric in catalogue.METRICS}


def readings(family: str, content: Document) -> dict[str, float]:
    """Metric key -> finite value in the catalogue's unit; what is absent, no number or beyond its limits is left out.

    A sensor's keys are those it posts: every numeric leaf, under its path joined by `/`.  Never raises for a document.
    """
    if family == "sensor":
        return {key: value for key, value, _ in _leaves(content)}
    sections = _Sections(content)
    found: dict[str, float] = {}
    for metric, is_text, places in _PLACES[family]:
        for place in places:
            posted = sections.value(place)
            value = _code(metric, posted) if is_text else number(posted)
            if value is not None:
                found[metric] = value
                break
    if family == "bms":
        _mend_charge(found)
        for metric, value in _cells(sections):
            found[metric] = value
    elif family == "tristar":
        _mend_controller(found)
    return {metric: value for metric, value in found.items() if _plausible(metric, value)}


def _plausible(metric: str, value: float) -> bool:
    low, high = _LIMITS.get(metric) or _LIMITS[_first_cell(metric)]
    return low <= value <= high


@lru_cache(maxsize=2048)
def _first_cell(metric: str) -> str:
    return re.sub(r"\d+", "1", metric, count=1)


def _mend_charge(found: dict[str, float]) -> None:
    """Small capacities are ampere-hours; the charge beside them is in the same unit."""
    if 0 < found.get("battery_capacity", 0.0) <= MOST_AMPERE_HOURS:
        found["battery_capacity"] *= COULOMBS_PER_AMPERE_HOUR
        if "battery_charge" in found:
            found["battery_charge"] = round(found["battery_charge"] * COULOMBS_PER_AMPERE_HOUR, 3)


def _mend_controller(found: dict[str, float]) -> None:
    """A disconnected sensor says 128; one reader posts the target voltage as the bare register."""
    if found.get("temp_rts") in NO_SENSOR:
        del found["temp_rts"]
    if found.get("target_voltage", 0.0) > HIGHEST_TARGET_VOLTS:
        found["target_voltage"] = round(found["target_voltage"] * VOLTS_PER_COUNT, 2)


# Section -> the metric of cell n, and what a bare byte of the old reader means in it.
_CELL_SECTIONS: tuple[tuple[str, str, Callable[[float], float] | None], ...] = (
    ("batteryvoltagedetail", "cell_{}_voltage", lambda raw: round((raw + 200) * 0.01, 2)),
    ("batterymoduletemperaturedetail", "cell_{}_m_temperature", lambda raw: raw - 100),
    ("batterycelltemperaturedetail", "cell_{}_temperature", lambda raw: raw - 100),
    ("batterybalancingratedetail", "cell_{}_b_rate", None),
)
HIGHEST_CELL_VOLTS = 20
HIGHEST_CELL_DEGREES = 99


def _cells(sections: _Sections) -> Iterator[tuple[str, float]]:
    """The values of single cells: metric and value, cells numbered from 1 across the pack."""
    for name, metric, raw in _CELL_SECTIONS:
        for group in sections(name).values():
            inside = _folded(group)
            of_reader = "cellnumberoffirstcellingroup" in inside
            first = number(inside.get("firstcellnumber", inside.get("cellnumberoffirstcellingroup")))
            if first is None or not 0 <= first < MOST_CELLS or first != int(first):
                continue
            for offset, posted in _cell_values(inside):
                value = number(posted)
                if value is None or first + offset >= MOST_CELLS:
                    continue
                bare = not isinstance(posted, Mapping)
                if raw is not None and bare and (of_reader or value > _highest(name)):
                    value = raw(value)
                yield metric.format(int(first) + offset + 1), value


def _highest(section: str) -> int:
    return HIGHEST_CELL_VOLTS if section == "batteryvoltagedetail" else HIGHEST_CELL_DEGREES


def _cell_values(group: Node) -> Sequence[tuple[int, Any]]:
    """(place in the group from 0, posted value) of a group's cells: `cell 3` is the third wherever it stands.

    One number for the whole group says nothing of a cell.
    """
    for key, value in group.items():
        if key.startswith("individual") and isinstance(value, Mapping):
            return [(_place(name, place), posted) for place, (name, posted) in enumerate(value.items())]
        if key.startswith("individual") and isinstance(value, list):
            return list(enumerate(value))
    return ()


@lru_cache(maxsize=1024)
def _place(name: str, otherwise: int) -> int:
    told = re.search(r"(?<![0-9])([1-9][0-9]{0,2})\s*$", name)
    return int(told[1]) - 1 if told else otherwise


# Sensors


def _leaves(content: Document) -> list[tuple[str, float, str]]:
    """(key, value, unit) of every numeric leaf; an object with `value` is one leaf under its own key."""
    found: list[tuple[str, float, str]] = []
    waiting: list[tuple[str, Any, int]] = [("", content, 0)]
    while waiting and len(found) < MOST_SENSOR_KEYS:
        path, node, depth = waiting.pop()
        value = number(node)
        if value is not None and path:
            unit = node.get("unit", node.get("units", "")) if isinstance(node, Mapping) else ""
            found.append((_printable(path)[:200], value, _printable(unit) if isinstance(unit, str) else ""))
        elif isinstance(node, Mapping) and depth < 20:
            children = [(f"{path}/{key}" if path else key, child, depth + 1) for key, child in node.items()]
            waiting.extend(reversed(children))
    if isinstance(content.get("unit"), str) and [key for key, _, _ in found] == ["value"]:
        return [("value", found[0][1], content["unit"])]
    return found


def _printable(text: str) -> str:
    return text if text.isprintable() else "".join(filter(str.isprintable, text))


def sensor_units(content: Document) -> dict[str, str]:
    """The unit a sensor posts beside each of its keys; empty where it posts none."""
    return {key: unit for key, _, unit in _leaves(content)}


# Names in words


@dataclass(frozen=True, slots=True)
class Notices:
    """The names a document reports, in the posted words; an empty list is a clear answer or none at all."""

    alarms: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    daily_alarms: list[str] = field(default_factory=list)
    daily_faults: list[str] = field(default_factory=list)
    daily_flags: list[str] = field(default_factory=list)
    status_errors: list[str] = field(default_factory=list)
    power_errors: list[str] = field(default_factory=list)
    protection_errors: list[str] = field(default_factory=list)
    pins: list[str] = field(default_factory=list)


def names(value: Any, known: Sequence[str] = ()) -> list[str]:
    """The names in null, a text with commas, a list, or an object of flags; names run together are told apart.

    `known` are the names to look for in a text without separators.
    """
    if isinstance(value, str):
        parts = [part.strip() for part in value.split(",")]
        return [name for part in parts if part for name in _told_apart(part, known)]
    if isinstance(value, Mapping):
        return [str(key).strip() for key, flag in value.items() if _flag(flag)]
    if isinstance(value, list | tuple):
        return [name.strip() for name in value if isinstance(name, str) and name.strip()]
    return []


def _told_apart(text: str, known: Sequence[str]) -> list[str]:
    """The known names that make up a text written without separators; the text itself when they do not."""
    spellings = {fold(name): name for name in known} | ({"eneredfloat": "Entered float"} if known else {})
    rest, found = fold(text), []
    while rest:
        match = max((one for one in spellings if rest.startswith(one)), key=len, default=None)
        if match is None:
            return [text]
        found.append(spellings[match])
        rest = rest[len(match) :]
    return found


def _flag(value: Any) -> bool | None:
    """A flag that travels as a boolean or as the word for one; None for anything else."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    return None


def notices(family: str, content: Document) -> Notices:
    """The names of alarms, faults, flags, errors and pins in a document.  Never raises for a document."""
    sections = _Sections(content)
    if family == "tristar":
        status = sections("status")
        return Notices(
            alarms=names(status.get("alarms"), list(ALARMS.values())),
            faults=names(status.get("faults"), list(FAULTS.values())),
        )
    if family == "tristar_daily":
        values = sections("dailyloggervalues")
        return Notices(
            daily_alarms=names(values.get("dailyalarms"), list(ALARMS.values())),
            daily_faults=names(values.get("dailyfaults"), list(FAULTS.values())),
            daily_flags=names(values.get("dailyflags"), list(DAILY_FLAGS.values())),
        )
    if family == "bms":
        status = _unfused(sections("bmsstatus"))
        return Notices(
            status_errors=names(status.get("statuserrors")) or _invalid(status),
            power_errors=names(status.get("powererrors")) or _set(status, POWER_REDUCTIONS),
            protection_errors=names(status.get("protectionerrors")) or _set(status, PROTECTIONS),
            pins=names(status.get("pinsconnected")) or _set(status, PINS),
        )
    return Notices()


# The old reader's validity flags, which are true when all is well -> what to say when they are not.
_VALIDITY = {
    "validcellvoltages": STATUS_VALID[0],
    "validcellmoduletemperatures": STATUS_VALID[1],
    "validbalancingrates": STATUS_VALID[2],
    "validnumberoflivecells": STATUS_VALID[3],
    "validcelltemperatures": STATUS_VALID[5],
}


def _unfused(status: Node) -> Node:
    """One reader posts two flags under one key, with a comma between their names."""
    fused = [key for key in status if "," in key]
    return status | {name: status[key] for key in fused for name in key.split(",")} if fused else status


def _invalid(status: Node) -> list[str]:
    return [said for key, said in _VALIDITY.items() if _flag(status.get(key)) is False]


def _set(status: Node, words: Mapping[int, str]) -> list[str]:
    return [word for word in words.values() if _flag(status.get(fold(word))) is True]


# Whose, and when


def controller_string(content: Document, stated: str | None = None) -> int | None:
    """Which controller: `string` in the document or stated beside it, else a trailing 1 or 2 in its name."""
    top = _folded(content)
    for value in (top.get("string"), stated):
        if (found := number(value)) in (1.0, 2.0):
            return int(found or 0)
    name = top.get("name")
    trailing = re.search(r"(?<!\d)([12])\s*$", name) if isinstance(name, str) else None
    return int(trailing[1]) if trailing else None


def stated_instant(content: Document) -> datetime | None:
    """When the document says it was measured: ISO 8601 with a time of day in `timestamp` or `date`, else None."""
    top = _folded(content)
    for key in ("timestamp", "date"):
        value = top.get(key)
        if not isinstance(value, str):
            continue
        try:
            return parse_instant(value)
        except RangeError:
            continue
    return None
