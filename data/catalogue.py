"""Every metric once: its key, unit, limits, words, and where it sits in the documents that are posted.

Standard library only: the collector reads it too.  A key is the api_parameter that readers of the first site know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from data.errors import NotFoundError


class Aggregate(Enum):
    """How samples of a metric are joined into one value for a stretch of time."""

    MEAN = "mean"
    LAST = "last"
    COUNTER = "counter"  # rises, and falls only when it is reset


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric.  `low` and `high` bound what can be measured; `screen_factor` turns `unit` into `screen_unit`."""

    key: str
    label: str
    unit: str
    family: str
    quantity: str
    low: float
    high: float
    decimals: int
    explanation: str
    aggregate: Aggregate = Aggregate.MEAN
    screen_unit: str = ""
    screen_factor: float = 1.0
    codes: Mapping[int, str] | None = None

    def __post_init__(self) -> None:
        if not self.screen_unit:
            object.__setattr__(self, "screen_unit", SCREEN_UNITS.get(self.unit, self.unit))


SCREEN_UNITS = {"degC": "°C"}
AH_PER_COULOMB = 1 / 3600

CHARGE_STATES = {
    0: "START",
    1: "NIGHT CHECK",
    2: "DISCONNECT",
    3: "NIGHT",
    4: "FAULT",
    5: "MPPT",
    6: "ABSORPTION",
    7: "FLOAT",
    8: "EQUALIZE",
    9: "SLAVE",
}
LED_STATES = {
    0: "LED START",
    1: "LED START2",
    2: "LED BRANCH",
    3: "FAST GREEN BLINK",
    4: "SLOW GREEN BLINK",
    5: "GREEN BLINK, 1HZ",
    6: "GREEN LED",
    7: "UNDEFINED 7",
    8: "YELLOW LED",
    9: "UNDEFINED 9",
    10: "BLINK RED LED",
    11: "RED LED",
    12: "R-Y-G ERROR",
    13: "R/Y-G ERROR",
    14: "R/G-Y ERROR",
    15: "R-Y ERROR (HTD)",
    16: "R-G ERROR (HVD)",
    17: "R/Y-G/Y ERROR",
    18: "G/Y/R ERROR",
    19: "G/Y/R x 2",
}
CHARGING_STAGES = {
    0: "Charger Disconnected",
    1: "Pre-Heating Stage",
    2: "Pre-Charging Stage",
    3: "Main Charging Stage",
    4: "Balancing Stage",
    5: "Charging Finished",
    6: "Charging Error",
}
CHARGING_ERRORS = {
    0: "No error",
    1: "No cell communication at start of charging or in pre-charging",
    2: "No cell communication (non-CAN charger)",
    3: "Maximum charging stage duration expired",
    4: "Cell communication lost in main charging or balancing",
    5: "Cannot set balancing threshold",
    6: "Cell or cell module temperature too high",
    7: "Cell communication lost in pre-heating",
    8: "Cell count mismatch",
    9: "Cell over-voltage",
    10: "Cell protection event",
}
CAN_STATUSES = {0: "Not configured", 1: "OK", 2: "Error", 3: "No response"}

# Flag words: bit -> the name in the posted documents.  Sources: docs/devices/tristar_mppt.md, docs/devices/emus_g1.md.
FAULTS = {
    0: "overcurrent",
    1: "FETs shorted",
    2: "software bug",
    3: "battery HVD",
    4: "array HVD",
    5: "settings switch changed",
    6: "custom settings edit",
    7: "RTS shorted",
    8: "RTS disconnected",
    9: "EEPROM retry limit",
    10: "Reserved",
    11: "Slave Control Timeout",
    12: "N/A 13",
    13: "N/A 14",
    14: "N/A 15",
    15: "N/A 16",
}
ALARMS = {
    0: "RTS open",
    1: "RTS shorted",
    2: "RTS disconnected",
    3: "Heatsink temp sensor open",
    4: "Heatsink temp sensor shorted",
    5: "High temperature current limit",
    6: "Current limit",
    7: "Current offset",
    8: "Battery sense out of range",
    9: "Battery sense disconnected",
    10: "Uncalibrated",
    11: "RTS miswire",
    12: "High voltage disconnect",
    13: "Undefined",
    14: "system miswire",
    15: "MOSFET open",
    16: "P12 voltage off",
    17: "High input voltage current limit",
    18: "ADC input max",
    19: "Controller was reset",
    20: "N/A 21",
    21: "N/A 22",
    22: "N/A 23",
    23: "N/A 24",
}
DAILY_FLAGS = {
    0: "Reset detected",
    1: "Equalize triggered",
    2: "Entered float",
    3: "An alarm occurred",
    4: "A fault occurred",
}
# Validity: the name is a fault when the bit is NOT set.
STATUS_VALID = {
    0: "cell voltages not valid",
    1: "cell module temperatures not valid",
    2: "balancing rates not valid",
    3: "number of live cells not valid",
    5: "cell temperatures not valid",
}
PROTECTIONS = {
    0: "undervoltage",
    1: "overvoltage",
    2: "discharge overcurrent",
    3: "charge overcurrent",
    4: "cell module overheat",
    5: "leakage",
    6: "no_cell_comm",
    11: "cell_overheat",
}
POWER_REDUCTIONS = {
    0: "warning: power reduction: low voltage",
    1: "warning: power reduction: high current",
    2: "warning: power reduction: high cell module temperature",
    5: "warning: power reduction: high cell temperature",
}
PINS = {
    0: "no_function",
    1: "speed_sensor",
    2: "fast_charge_switch",
    3: "charger_mains_AC_sense",
    4: "ign_key",
    5: "heater_enable",
    7: "sound_buzzer",
    8: "battery_low",
    9: "charging_indication",
    10: "charger_enable_output",
    11: "state_of_charge",
    12: "battery_contactor",
    13: "battery_fan",
    14: "current_sensor",
    15: "leakage_sensor",
    16: "power_reduction",
    17: "charging_interlock",
    18: "analog_charger_control",
    19: "ZVU_boost_charge",
    20: "ZVU_slow_charge",
    21: "ZVU_buffer_mode",
    22: "BMS_failure",
    23: "equalization_enable",
    24: "DCDC_control",
    25: "ESM_rectifier_current_limit",
    26: "contactor_precharge",
}


V, A, W, C, S = "V", "A", "W", "degC", "s"
AH = {"screen_unit": "Ah", "screen_factor": AH_PER_COULOMB}


def _rows(family: str, rows: tuple[tuple[Any, ...], ...]) -> tuple[Metric, ...]:
    return tuple(
        Metric(key, label, unit, family, quantity, low, high, decimals, explanation, **(more[0] if more else {}))
        for key, label, unit, quantity, low, high, decimals, explanation, *more in rows
    )


LAST: dict[str, Any] = {"aggregate": Aggregate.LAST}
COUNTER: dict[str, Any] = {"aggregate": Aggregate.COUNTER}
CELLS = 8  # listed; decoding takes as many as a document has

_BMS = _rows(
    "bms",
    (
        ("average_cell_voltage", "Average Cell Voltage", V, "voltage", 0, 6, 2, "Mean voltage of all cells."),
        ("maximum_cell_voltage", "Maximum Cell Voltage", V, "voltage", 0, 6, 2, "The highest cell; it ends a charge."),
        (
            "minimum_cell_voltage",
            "Minimum Cell Voltage",
            V,
            "voltage",
            0,
            6,
            2,
            "The lowest cell; it ends a discharge.",
        ),
        ("total_voltage", "Total Voltage", V, "voltage", 0, 1000, 2, "Voltage of the whole pack."),
        ("total_current", "Total Battery Current", A, "current", -5000, 5000, 1, "Into the battery is positive."),
        (
            "a_current",
            "PV array Current",
            A,
            "current",
            -5000,
            5000,
            1,
            "An old name for the battery current; the panels' current is array_current of a controller.",
        ),
        (
            "a_cell_b_rate",
            "Average Cell Balancing Rate",
            "%",
            "ratio",
            0,
            100,
            1,
            "How hard the cell modules bleed off charge to even out the cells.",
        ),
        ("a_cell_temperature", "Average Cell Temperature", C, "temperature", -60, 120, 0, "Mean of the cells' probes."),
        ("max_cell_temperature", "Maximum Cell Temperature", C, "temperature", -60, 120, 0, "The hottest cell."),
        (
            "min_cell_temperature",
            "Minimum Cell Temperature",
            C,
            "temperature",
            -60,
            120,
            0,
            "The coldest cell; below 0 °C these cells must not be charged.",
        ),
        (
            "a_cell_m_temperature",
            "Average Cell Module Temperature",
            C,
            "temperature",
            -60,
            150,
            0,
            "Mean of the electronics on the cells.",
        ),
        (
            "max_cell_m_temperature",
            "Maximum Cell Module Temperature",
            C,
            "temperature",
            -60,
            150,
            0,
            "The hottest of the electronics on the cells.",
        ),
        (
            "min_cell_m_temperature",
            "Minimum Cell Module Temperature",
            C,
            "temperature",
            -60,
            150,
            0,
            "The coldest of the electronics on the cells.",
        ),
        ("battery_capacity", "Battery Capacity", "C", "charge", 0, 1e9, 1, "The charge a full pack holds.", LAST | AH),
        ("battery_charge", "Battery Charge", "C", "charge", -1e8, 1e9, 1, "The charge in the pack, as counted.", AH),
        ("state_of_charge", "State of Charge", "%", "ratio", -20, 120, 0, "How full the battery is, as counted."),
        ("min_cell_b_rate", "Minimum Cell Balancing Rate", "%", "ratio", 0, 100, 1, "The least balanced cell."),
        ("max_cell_b_rate", "Maximum Cell Balancing Rate", "%", "ratio", 0, 100, 1, "The most balanced cell."),
        ("balancing_threshold", "Balancing Threshold", V, "voltage", 0, 6, 2, "Cells above it are balanced.", LAST),
        (
            "number_of_cells",
            "Number of Cells",
            "",
            "count",
            0,
            256,
            0,
            "How many cells the battery manager sees.",
            LAST,
        ),
        (
            "charging_stage",
            "Charging Stage",
            "",
            "state",
            0,
            255,
            0,
            "What the battery manager's own charging is doing.",
            LAST | {"codes": CHARGING_STAGES},
        ),
        (
            "last_charging_error",
            "Last Charging Error",
            "",
            "state",
            0,
            255,
            0,
            "Why a charge was stopped the last time.",
            LAST | {"codes": CHARGING_ERRORS},
        ),
        ("stage_duration", "Stage Duration", S, "time", 0, 4.3e9, 0, "Time in the present charging stage.", LAST),
        ("uptime", "Battery Manager Uptime", S, "time", 0, 4.3e9, 0, "Time since the battery manager started.", LAST),
    ),
)
# key of cell n, label, unit, quantity, low, high, decimals, explanation
CELL_METRICS = (
    ("cell_{}_voltage", "Cell {} Voltage", V, "voltage", 0, 6, 2, "Voltage of this cell."),
    ("cell_{}_temperature", "Cell {} Temperature", C, "temperature", -60, 120, 0, "Temperature of this cell."),
    (
        "cell_{}_m_temperature",
        "Cell {} Module Temperature",
        C,
        "temperature",
        -60,
        150,
        0,
        "Temperature of the electronics on this cell.",
    ),
    ("cell_{}_b_rate", "Cell {} Balancing Rate", "%", "ratio", 0, 100, 1, "How hard this cell is bled off."),
)
_CELLS = _rows(
    "bms",
    tuple((key.format(n), label.format(n), *rest) for key, label, *rest in CELL_METRICS for n in range(1, CELLS + 1)),
)

_TRISTAR = _rows(
    "tristar",
    (
        ("bat_voltage", "Battery Voltage", V, "voltage", -2, 200, 2, "Battery voltage the controller regulates by."),
        (
            "bat_terminal_voltage",
            "Battery Terminal Voltage",
            V,
            "voltage",
            -2,
            200,
            2,
            "At the controller's terminals.",
        ),
        (
            "bat_sense_voltage",
            "Battery Sense Voltage",
            V,
            "voltage",
            -2,
            200,
            2,
            "At the end of the sense wires; without wires it means nothing.",
        ),
        ("array_voltage", "Array Voltage", V, "voltage", -2, 200, 1, "The panels' side; more than 150 V breaks it."),
        ("bat_current", "Battery Current", A, "current", -200, 200, 1, "From the controller towards the battery."),
        ("array_current", "Array Current", A, "current", -200, 200, 1, "From the panels; up to 20 % off."),
        ("12V_supply", "12 V Supply", V, "voltage", -2, 40, 1, "A supply inside the controller."),
        ("3V_supply", "3 V Supply", V, "voltage", -2, 10, 2, "A supply inside the controller."),
        ("meterbus_voltage", "MeterBus Voltage", V, "voltage", -2, 40, 1, "Supply of the controller's meter port."),
        ("1_8V_supply", "1.8 V Supply", V, "voltage", -2, 10, 2, "A supply inside the controller."),
        ("v_ref", "Reference Voltage", V, "voltage", -2, 10, 2, "The controller measures everything against it."),
        ("temp_h", "Heatsink Temperature", C, "temperature", -127, 127, 0, "The controller's cooling fins."),
        ("temp_rts", "RTS Temperature", C, "temperature", -127, 127, 0, "The remote sensor at the battery."),
        (
            "temp_bat_reg",
            "Battery Regulation Temperature",
            C,
            "temperature",
            -127,
            127,
            0,
            "What the controller corrects its set point by.",
        ),
        (
            "charging_current",
            "Charging Current",
            A,
            "current",
            -200,
            200,
            1,
            "Battery current, smoothed over a minute.",
        ),
        (
            "min_bat_voltage",
            "Minimum Battery Voltage",
            V,
            "voltage",
            -2,
            200,
            2,
            "The lowest since the counters were last reset.",
            LAST,
        ),
        (
            "max_bat_voltage",
            "Maximum Battery Voltage",
            V,
            "voltage",
            -2,
            200,
            2,
            "The highest since the counters were last reset.",
            LAST,
        ),
        ("ah_resettable", "Ah Charge Resettable", "Ah", "charge", 0, 4.3e8, 1, "Charge since the last reset.", COUNTER),
        ("ah_total", "Ah Charge Total", "Ah", "charge", 0, 4.3e8, 1, "Charge in the controller's life.", COUNTER),
        ("kwhr_resettable", "kWh Charge Resettable", "kWh", "energy", 0, 65535, 0, "Since the last reset.", COUNTER),
        ("kwhr_total", "kWh Charge Total", "kWh", "energy", 0, 65535, 0, "In the controller's life.", COUNTER),
        ("p_out", "Output Power", W, "power", 0, 8000, 0, "Power the controller gives to battery and loads."),
        ("p_in", "Input Power", W, "power", 0, 8000, 0, "Power taken from the panels; an estimate."),
        ("V_max_power", "Max Power of Last Sweep", W, "power", 0, 8000, 0, "What the panels could give.", LAST),
        ("V_mp", "Vmp of Last Sweep", V, "voltage", -2, 200, 1, "Panel voltage at the most power.", LAST),
        ("V_oc", "Voc of Last Sweep", V, "voltage", -2, 200, 1, "Panel voltage without load.", LAST),
        (
            "bat_voltage_slow",
            "Battery Voltage (slow)",
            V,
            "voltage",
            -2,
            200,
            2,
            "Battery voltage, smoothed over a minute.",
        ),
        ("target_voltage", "Target Regulation Voltage", V, "voltage", -2, 200, 2, "Where the controller wants to be."),
        ("hourmeter", "Hour Meter", "h", "time", 0, 4.3e9, 0, "Hours the controller has run.", COUNTER),
        (
            "charge_state",
            "Charge State",
            "",
            "state",
            0,
            65535,
            0,
            "What the charger is doing; MPPT is bulk charging with all the panels give.",
            LAST | {"codes": CHARGE_STATES},
        ),
        (
            "led_state",
            "LED State",
            "",
            "state",
            0,
            65535,
            0,
            "What the lamps on the controller show.",
            LAST | {"codes": LED_STATES},
        ),
        ("dip_switches", "DIP Switches", "", "state", 0, 255, 0, "Switches 1 to 8 as one number, bit 0 is 1.", LAST),
    ),
)

_TRISTAR_DAILY = _rows(
    "tristar_daily",
    (
        (
            "bat_min_voltage_daily",
            "Battery Voltage Minimum Daily",
            V,
            "voltage",
            -2,
            200,
            2,
            "Lowest of the day.",
            LAST,
        ),
        (
            "bat_max_voltage_daily",
            "Battery Voltage Maximum Daily",
            V,
            "voltage",
            -2,
            200,
            2,
            "Highest of the day.",
            LAST,
        ),
        ("input_voltage_max_daily", "Input Voltage Maximum Daily", V, "voltage", -2, 200, 1, "Panels, highest.", LAST),
        ("Ah_daily", "Amp Hours Accumulated Daily", "Ah", "charge", 0, 7000, 1, "Charge given that day.", LAST),
        ("Wh_daily", "Watt Hours Accumulated Daily", "Wh", "energy", 0, 70000, 0, "Energy given that day.", LAST),
        ("P_max_daily", "Maximum Power Output Daily", W, "power", 0, 8000, 0, "The strongest moment of the day.", LAST),
        ("min_temp_daily", "Minimum Temperature Daily", C, "temperature", -127, 127, 0, "Battery, coldest.", LAST),
        ("max_temp_daily", "Maximum Temperature Daily", C, "temperature", -127, 127, 0, "Battery, hottest.", LAST),
        ("time_ab_daily", "Time in Absorption Daily", S, "time", 0, 65535, 0, "Held at absorption voltage.", LAST),
        ("time_eq_daily", "Time in Equalize Daily", S, "time", 0, 65535, 0, "Overcharged on purpose.", LAST),
        ("time_fl_daily", "Time in Float Daily", S, "time", 0, 65535, 0, "Full, held at the lower voltage.", LAST),
    ),
)

METRICS: tuple[Metric, ...] = (*_BMS, *_CELLS, *_TRISTAR, *_TRISTAR_DAILY)
_BY_KEY = {metric.key: metric for metric in METRICS}
# A key that is still answered -> the key whose value it gives.
ALIASES: Mapping[str, str] = {"a_current": "total_current"}
FORM_CHOICES: Mapping[str, tuple[str, ...]] = {
    "bms": tuple(metric.key for metric in (*_BMS, *_CELLS)),
    "tristar": tuple(metric.key for metric in (*_TRISTAR[:26], *_TRISTAR_DAILY, *_TRISTAR[26:])),
}


def metric(key: str) -> Metric:
    """The metric of that key.  Raises NotFoundError."""
    try:
        return _BY_KEY[key]
    except KeyError:
        raise NotFoundError(f"no metric named {key!r}") from None


def metrics(family: str) -> tuple[Metric, ...]:
    """The metrics of that family in the order of the forms."""
    return tuple(metric for metric in METRICS if metric.family == family)
