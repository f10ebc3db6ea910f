"""Every metric once: its key, unit, limits, words, and where it sits in the documents that are posted.

Standard library only: the collector reads it too.  A key is the api_parameter that readers of the first site know.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
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
CELLS = 8  # listed
MOST_CELLS = 256  # decoded

_BMS = _rows(
    "bms",
    (
        (
            "average_cell_voltage",
            "Average Cell Voltage",
            V,
            "voltage",
            0,
            6,
            2,
            "The mean voltage of all cells of the battery.",
        ),
        (
            "maximum_cell_voltage",
            "Maximum Cell Voltage",
            V,
            "voltage",
            0,
            6,
            2,
            "The voltage of the fullest cell; charging has to stop when it reaches the cells' upper limit.",
        ),
        (
            "minimum_cell_voltage",
            "Minimum Cell Voltage",
            V,
            "voltage",
            0,
            6,
            2,
            ("The voltage of the emptiest cell; the loads have to stop when it reaches the cells' lower limit."),
        ),
        ("total_voltage", "Total Voltage", V, "voltage", 0, 1000, 2, "The voltage of the whole battery."),
        (
            "total_current",
            "Total Battery Current",
            A,
            "current",
            -5000,
            5000,
            1,
            "The current into the battery: above zero it is being charged, below zero it feeds the loads.",
        ),
        (
            "a_current",
            "PV array Current",
            A,
            "current",
            -5000,
            5000,
            1,
            (
                "An old name for the total battery current, kept for old graphs; the panels' own current is the "
                "array current of the charge controllers."
            ),
        ),
        (
            "a_cell_b_rate",
            "Average Cell Balancing Rate",
            "%",
            "ratio",
            0,
            100,
            1,
            ("How hard, on average, the cell modules burn off charge to bring the fuller cells down to the others."),
        ),
        (
            "a_cell_temperature",
            "Average Cell Temperature",
            C,
            "temperature",
            -60,
            120,
            0,
            "The mean temperature of the cells, where probes are fitted to them.",
        ),
        (
            "max_cell_temperature",
            "Maximum Cell Temperature",
            C,
            "temperature",
            -60,
            120,
            0,
            "The temperature of the warmest cell, where probes are fitted.",
        ),
        (
            "min_cell_temperature",
            "Minimum Cell Temperature",
            C,
            "temperature",
            -60,
            120,
            0,
            "The temperature of the coldest cell; lithium cells must not be charged below freezing.",
        ),
        (
            "a_cell_m_temperature",
            "Average Cell Module Temperature",
            C,
            "temperature",
            -60,
            150,
            0,
            "The mean temperature of the small circuit boards that sit on the cells.",
        ),
        (
            "max_cell_m_temperature",
            "Maximum Cell Module Temperature",
            C,
            "temperature",
            -60,
            150,
            0,
            "The temperature of the warmest cell module; modules warm up while they balance.",
        ),
        (
            "min_cell_m_temperature",
            "Minimum Cell Module Temperature",
            C,
            "temperature",
            -60,
            150,
            0,
            "The temperature of the coldest cell module.",
        ),
        (
            "battery_capacity",
            "Battery Capacity",
            "C",
            "charge",
            0,
            1e9,
            1,
            "How much charge the battery holds when it is full.",
            LAST | AH,
        ),
        (
            "battery_charge",
            "Battery Charge",
            "C",
            "charge",
            -1e8,
            1e9,
            1,
            "How much charge is in the battery now, as its manager estimates it.",
            AH,
        ),
        (
            "state_of_charge",
            "State of Charge",
            "%",
            "ratio",
            -20,
            120,
            0,
            "How full the battery is: 100 % is full, 0 % is empty.",
        ),
        (
            "min_cell_b_rate",
            "Minimum Cell Balancing Rate",
            "%",
            "ratio",
            0,
            100,
            1,
            "The balancing of the cell module that burns off least.",
        ),
        (
            "max_cell_b_rate",
            "Maximum Cell Balancing Rate",
            "%",
            "ratio",
            0,
            100,
            1,
            "The balancing of the cell module that burns off most.",
        ),
        (
            "balancing_threshold",
            "Balancing Threshold",
            V,
            "voltage",
            0,
            6,
            2,
            "A cell above this voltage is balanced.",
            LAST,
        ),
        (
            "number_of_cells",
            "Number of Cells",
            "",
            "count",
            0,
            256,
            0,
            ("How many cells the battery manager can talk to; fewer than installed means that some do not answer."),
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
            "What the battery manager is doing about charging.",
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
            "Why charging was stopped the last time that it went wrong.",
            LAST | {"codes": CHARGING_ERRORS},
        ),
        (
            "stage_duration",
            "Stage Duration",
            S,
            "time",
            0,
            4.3e9,
            0,
            "How long the present charging stage has lasted.",
            LAST,
        ),
        (
            "uptime",
            "Battery Manager Uptime",
            S,
            "time",
            0,
            4.3e9,
            0,
            "How long the battery manager has been running since it was last switched on.",
            LAST,
        ),
    ),
)
# key of cell n, label, unit, quantity, low, high, decimals, explanation
CELL_METRICS = (
    ("cell_{}_voltage", "Cell {} Voltage", V, "voltage", 0, 6, 2, "The voltage of this one cell."),
    (
        "cell_{}_temperature",
        "Cell {} Temperature",
        C,
        "temperature",
        -60,
        120,
        0,
        "The temperature of this one cell, where a probe is fitted to it.",
    ),
    (
        "cell_{}_m_temperature",
        "Cell {} Module Temperature",
        C,
        "temperature",
        -60,
        150,
        0,
        "The temperature of the small circuit board on this cell.",
    ),
    (
        "cell_{}_b_rate",
        "Cell {} Balancing Rate",
        "%",
        "ratio",
        0,
        100,
        1,
        "How hard the module of this cell burns off charge to bring it down to the others.",
    ),
)
_CELLS = _rows(
    "bms",
    tuple((key.format(n), label.format(n), *rest) for key, label, *rest in CELL_METRICS for n in range(1, CELLS + 1)),
)

_TRISTAR = _rows(
    "tristar",
    (
        (
            "bat_voltage",
            "Battery Voltage",
            V,
            "voltage",
            -2,
            200,
            2,
            "The battery voltage that the controller regulates by.",
        ),
        (
            "bat_terminal_voltage",
            "Battery Terminal Voltage",
            V,
            "voltage",
            -2,
            200,
            2,
            (
                "The voltage at the controller's battery terminals; higher than at the battery while charging, "
                "because the cable takes a little."
            ),
        ),
        (
            "bat_sense_voltage",
            "Battery Sense Voltage",
            V,
            "voltage",
            -2,
            200,
            2,
            ("The voltage at the battery itself, by separate thin wires; means nothing when they are not connected."),
        ),
        ("array_voltage", "Array Voltage", V, "voltage", -2, 200, 1, "The voltage that the solar panels deliver at."),
        (
            "bat_current",
            "Battery Current",
            A,
            "current",
            -200,
            200,
            1,
            "The current from the controller into the battery.",
        ),
        (
            "array_current",
            "Array Current",
            A,
            "current",
            -200,
            200,
            1,
            "The current from the solar panels; the controller only estimates it, to about 20 %.",
        ),
        (
            "12V_supply",
            "12 V Supply",
            V,
            "voltage",
            -2,
            40,
            1,
            "The controller's own 12 V supply; only of interest when the controller misbehaves.",
        ),
        (
            "3V_supply",
            "3 V Supply",
            V,
            "voltage",
            -2,
            10,
            2,
            "The controller's own 3 V supply; only of interest when the controller misbehaves.",
        ),
        (
            "meterbus_voltage",
            "MeterBus Voltage",
            V,
            "voltage",
            -2,
            40,
            1,
            "The supply that the controller gives to meters plugged into it.",
        ),
        (
            "1_8V_supply",
            "1.8 V Supply",
            V,
            "voltage",
            -2,
            10,
            2,
            "The controller's own 1.8 V supply; only of interest when the controller misbehaves.",
        ),
        (
            "v_ref",
            "Reference Voltage",
            V,
            "voltage",
            -2,
            10,
            2,
            "The voltage that the controller measures everything else against; it should not change.",
        ),
        (
            "temp_h",
            "Heatsink Temperature",
            C,
            "temperature",
            -127,
            127,
            0,
            "The temperature of the controller's cooling fins; when they get too hot it charges less.",
        ),
        (
            "temp_rts",
            "RTS Temperature",
            C,
            "temperature",
            -127,
            127,
            0,
            ("The temperature at the battery, from the controller's probe; nothing when the probe is not connected."),
        ),
        (
            "temp_bat_reg",
            "Battery Regulation Temperature",
            C,
            "temperature",
            -127,
            127,
            0,
            "The temperature by which the controller corrects the voltage it charges to.",
        ),
        (
            "charging_current",
            "Charging Current",
            A,
            "current",
            -200,
            200,
            1,
            "The current into the battery, smoothed over about a minute.",
        ),
        (
            "min_bat_voltage",
            "Minimum Battery Voltage",
            V,
            "voltage",
            -2,
            200,
            2,
            ("The lowest battery voltage since the controller's Ah counter was last set to zero, not since midnight."),
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
            ("The highest battery voltage since the controller's Ah counter was last set to zero, not since midnight."),
            LAST,
        ),
        (
            "ah_resettable",
            "Ah Charge Resettable",
            "Ah",
            "charge",
            0,
            4.3e8,
            1,
            "The charge put into the battery since this counter was last set to zero.",
            COUNTER,
        ),
        (
            "ah_total",
            "Ah Charge Total",
            "Ah",
            "charge",
            0,
            4.3e8,
            1,
            "All the charge that this controller has ever put into a battery.",
            COUNTER,
        ),
        (
            "kwhr_resettable",
            "kWh Charge Resettable",
            "kWh",
            "energy",
            0,
            65535,
            0,
            "The energy put into the battery since this counter was last set to zero.",
            COUNTER,
        ),
        (
            "kwhr_total",
            "kWh Charge Total",
            "kWh",
            "energy",
            0,
            65535,
            0,
            "All the energy that this controller has ever put into a battery.",
            COUNTER,
        ),
        (
            "p_out",
            "Output Power",
            W,
            "power",
            0,
            8000,
            0,
            "The power that goes from the controller into battery and loads.",
        ),
        (
            "p_in",
            "Input Power",
            W,
            "power",
            0,
            8000,
            0,
            ("The power that comes from the solar panels; the controller only estimates it and can be far off."),
        ),
        (
            "V_max_power",
            "Max Power of Last Sweep",
            W,
            "power",
            0,
            8000,
            0,
            "The most power that the panels could give when the controller last tried them out.",
            LAST,
        ),
        (
            "V_mp",
            "Vmp of Last Sweep",
            V,
            "voltage",
            -2,
            200,
            1,
            "The panel voltage at which they gave most power when the controller last tried them out.",
            LAST,
        ),
        (
            "V_oc",
            "Voc of Last Sweep",
            V,
            "voltage",
            -2,
            200,
            1,
            (
                "The panel voltage without any current when the controller last tried them out; it must stay "
                "below the controller's limit."
            ),
            LAST,
        ),
        (
            "bat_voltage_slow",
            "Battery Voltage (slow)",
            V,
            "voltage",
            -2,
            200,
            2,
            "The battery voltage, smoothed over about a minute.",
        ),
        (
            "target_voltage",
            "Target Regulation Voltage",
            V,
            "voltage",
            -2,
            200,
            2,
            "The voltage that the controller charges towards, corrected for temperature; zero at night.",
        ),
        (
            "hourmeter",
            "Hour Meter",
            "h",
            "time",
            0,
            4.3e9,
            0,
            "How many hours the controller has been running in its life.",
            COUNTER,
        ),
        (
            "charge_state",
            "Charge State",
            "",
            "state",
            0,
            65535,
            0,
            (
                "What the controller is doing: MPPT takes all the panels give, absorption and float hold a full "
                "battery, night waits for the sun."
            ),
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
            ("What the lights on the controller show: green is well, yellow is half empty, red is empty or wrong."),
            LAST | {"codes": LED_STATES},
        ),
        (
            "dip_switches",
            "DIP Switches",
            "",
            "switches",
            0,
            255,
            0,
            (
                "The small switches inside the controller, in graphs as one number; it only changes when somebody "
                "moves one, which stops charging until a restart."
            ),
            LAST,
        ),
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
            "The lowest battery voltage of the day.",
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
            "The highest battery voltage of the day.",
            LAST,
        ),
        (
            "input_voltage_max_daily",
            "Input Voltage Maximum Daily",
            V,
            "voltage",
            -2,
            200,
            1,
            "The highest voltage of the solar panels that day.",
            LAST,
        ),
        (
            "Ah_daily",
            "Amp Hours Accumulated Daily",
            "Ah",
            "charge",
            0,
            7000,
            1,
            "The charge put into the battery that day.",
            LAST,
        ),
        (
            "Wh_daily",
            "Watt Hours Accumulated Daily",
            "Wh",
            "energy",
            0,
            70000,
            0,
            "The energy put into the battery that day; the controller counts it in steps of 10 Wh.",
            LAST,
        ),
        (
            "P_max_daily",
            "Maximum Power Output Daily",
            W,
            "power",
            0,
            8000,
            0,
            "The highest power into battery and loads that day.",
            LAST,
        ),
        (
            "min_temp_daily",
            "Minimum Temperature Daily",
            C,
            "temperature",
            -127,
            127,
            0,
            "The lowest battery temperature of the day.",
            LAST,
        ),
        (
            "max_temp_daily",
            "Maximum Temperature Daily",
            C,
            "temperature",
            -127,
            127,
            0,
            "The highest battery temperature of the day.",
            LAST,
        ),
        (
            "time_ab_daily",
            "Time in Absorption Daily",
            S,
            "time",
            0,
            65535,
            0,
            "How long the battery was held at the absorption voltage that day, the last step before full.",
            LAST,
        ),
        (
            "time_eq_daily",
            "Time in Equalize Daily",
            S,
            "time",
            0,
            65535,
            0,
            "How long the battery was equalized that day; lithium batteries must never be.",
            LAST,
        ),
        (
            "time_fl_daily",
            "Time in Float Daily",
            S,
            "time",
            0,
            65535,
            0,
            "How long the battery was held in float that day: it was full.",
            LAST,
        ),
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
    """The metric of that key, of a cell beyond the listed ones too.  Raises NotFoundError."""
    found = _BY_KEY.get(key) or _further_cell(key)
    if found is None:
        raise NotFoundError(f"no metric named {key!r}")
    return found


@lru_cache(maxsize=1024)
def _further_cell(key: str) -> Metric | None:
    cell = re.fullmatch(r"cell_([1-9][0-9]{0,2})_[a-z_]+", key)
    if cell is None or int(cell[1]) > MOST_CELLS:
        return None
    like = {
        template.format(cell[1]): (template.format(cell[1]), label.format(cell[1]), *rest)
        for template, label, *rest in CELL_METRICS
    }
    return _rows("bms", (like[key],))[0] if key in like else None


def metrics(family: str) -> tuple[Metric, ...]:
    """The metrics of that family in the order of the forms."""
    return tuple(metric for metric in METRICS if metric.family == family)
