"""What the names in the documents mean, in a sentence: alarms, faults, flags, protections, pins, states.

The names are those of `data.catalogue`.  Sources: docs/devices/tristar_mppt.md and docs/devices/emus_g1.md, "Words".
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from data.folding import fold

FAULTS = {
    "overcurrent": "Battery current exceeded what the controller can handle",
    "FETs shorted": "A power transistor has failed short; the controller needs repair",
    "software bug": "Internal software error",
    "battery HVD": (
        "Battery voltage rose above the high voltage disconnect setpoint; charging stops until it falls below "
        "the reconnect setpoint"
    ),
    "array HVD": "Array voltage is too high for the controller",
    "settings switch changed": "A DIP switch was moved while powered; needs a restart",
    "custom settings edit": "An EEPROM setting was written; needs a controller reset to clear and to use the new value",
    "RTS shorted": "Remote temperature sensor wires are shorted",
    "RTS disconnected": "Remote temperature sensor was working and has been lost",
    "EEPROM retry limit": "Settings memory could not be read or written reliably",
    "Slave Control Timeout": (
        "An override register was not refreshed within 60 s; charging stops until it is written again or the "
        "fault is cleared"
    ),
}
ALARMS = {
    "RTS open": "No remote temperature sensor connected",
    "RTS shorted": "Remote temperature sensor wires are shorted",
    "RTS disconnected": "Remote temperature sensor was working and has been lost",
    "Heatsink temp sensor open": "Internal heatsink sensor broken",
    "Heatsink temp sensor shorted": "Internal heatsink sensor broken",
    "High temperature current limit": "Charge current reduced because the heatsink is hot; check air flow",
    "Current limit": "Array could deliver more than the controller rating or limit; current is being held back",
    "Current offset": "Current measurement is off zero",
    "Battery sense out of range": "Sense voltage differs too much from the terminal voltage; check the sense wires",
    "Battery sense disconnected": "A battery sense wire has come off",
    "Uncalibrated": "Controller was never factory calibrated; return to dealer",
    "RTS miswire": "Remote temperature sensor is wired wrongly",
    "High voltage disconnect": "Battery voltage too high; charging stopped",
    "system miswire": "Power wiring error",
    "MOSFET open": "A power transistor has failed open; the controller needs repair",
    "P12 voltage off": "Internal 12 V supply out of range",
    "High input voltage current limit": "Charge current reduced because the array voltage is near the maximum",
    "ADC input max": "A measurement is at the end of its range",
    "Controller was reset": "The controller restarted",
}
DAILY_FLAGS = {
    "Reset detected": "The controller restarted that day",
    "Equalize triggered": "An equalize charge was started that day",
    "Entered float": "The battery reached float that day: it was fully charged",
    "An alarm occurred": "At least one alarm that day: the daily alarms name it",
    "A fault occurred": "At least one fault that day: the daily faults name it",
}
CHARGE_STATES = {
    "START": "Starting up",
    "NIGHT CHECK": "Deciding whether it is night",
    "DISCONNECT": "Charging is disconnected (commanded or protective)",
    "NIGHT": "No usable sun",
    "FAULT": "Stopped by a fault; see the fault word",
    "MPPT": "Bulk charging at maximum array power",
    "ABSORPTION": "Holding absorption voltage",
    "FLOAT": "Battery full, holding float voltage",
    "EQUALIZE": "Equalize charge running",
    "SLAVE": "An external master is commanding voltage or current",
}
LED_STATES = {
    "LED START": "Start-up",
    "LED START2": "Start-up",
    "FAST GREEN BLINK": "Equalize charge",
    "SLOW GREEN BLINK": "Charging",
    "GREEN BLINK, 1HZ": "Charging",
    "GREEN LED": "Battery state green",
    "YELLOW LED": "Battery state yellow",
    "BLINK RED LED": "Battery state lowest",
    "RED LED": "Battery state red",
    "R-Y-G ERROR": "Sequence red, yellow, green: self-test or DIP switch fault",
    "R/Y-G ERROR": "Sequence red+yellow, green: battery overcurrent",
    "R-Y ERROR (HTD)": "Sequence red, yellow: too hot",
    "R-G ERROR (HVD)": "Sequence red, green: high voltage disconnect",
    "R/Y-G/Y ERROR": "Sequence red+yellow, green+yellow: sensor or sense wire problem",
}
CHARGING_STAGES = {
    "Charger Disconnected": "No charger is at work",
    "Pre-Heating Stage": "The cells are warmed before they may be charged",
    "Pre-Charging Stage": "Charging gently, until the lowest cell has come up",
    "Main Charging Stage": "Charging with all there is",
    "Balancing Stage": "The fullest cells are held back until the others have caught up",
    "Charging Finished": "The battery is full",
    "Charging Error": "Charging was stopped: the last charging error says why",
}
STATUS_ERRORS = {
    "cell voltages not valid": "The cell voltages shown cannot be trusted",
    "cell module temperatures not valid": "The temperatures of the cell modules cannot be trusted",
    "balancing rates not valid": "The balancing rates cannot be trusted",
    "number of live cells not valid": (
        "How many cells answer is not the number that is set: look for a dead cell module"
    ),
    "cell temperatures not valid": "The cell temperatures cannot be trusted, or no probes are fitted",
}
PROTECTIONS = {
    "undervoltage": "A cell is too low: the loads are cut off",
    "overvoltage": "A cell is too high: charging is cut off",
    "discharge overcurrent": "Too much current is drawn from the battery",
    "charge overcurrent": "Too much current goes into the battery",
    "cell module overheat": "A cell module is too hot",
    "leakage": "Current leaks from the battery to the ground",
    "no_cell_comm": "Cells do not answer: check the wires of the cell modules",
    "cell_overheat": "A cell is too hot",
}
POWER_REDUCTIONS = {
    "warning: power reduction: low voltage": "The loads should take less: a cell is getting low",
    "warning: power reduction: high current": "The loads should take less: the current is high",
    "warning: power reduction: high cell module temperature": (
        "The loads should take less: a cell module is getting hot"
    ),
    "warning: power reduction: high cell temperature": "The loads should take less: a cell is getting hot",
}
PINS = {
    "no_function": "Not in use",
    "speed_sensor": "Counts the pulses of a speed sensor; there is none on a site that stands still",
    "fast_charge_switch": "A switch that asks for fast charging",
    "charger_mains_AC_sense": (
        "Feels that the charging source is there; at this kind of site a push button that starts charging"
    ),
    "ign_key": "The ignition key: the unit is switched on",
    "heater_enable": "Switches the battery's heater on",
    "sound_buzzer": "Sounds the buzzer",
    "battery_low": "Says that the battery is low; it opens the contactor of the loads",
    "charging_indication": "Shows that the battery is charging; it can run a fan",
    "charger_enable_output": "Lets the chargers charge: the charge contactor is closed",
    "state_of_charge": "Gives the state of charge to a gauge; active while it is above 0 %",
    "battery_contactor": "Holds the main contactor closed, so that current can flow",
    "battery_fan": "Runs the battery's fan",
    "current_sensor": "Reads the current sensor; active while a current flows",
    "leakage_sensor": "Feels current that leaks from the battery to the ground",
    "power_reduction": "Asks the loads to take less",
    "charging_interlock": "Keeps the loads from running while the charger is plugged in",
    "analog_charger_control": "Steers a charger by a voltage",
    "ZVU_boost_charge": "Asks a ZVU charger for a boost charge",
    "ZVU_slow_charge": "Asks a ZVU charger to charge slowly",
    "ZVU_buffer_mode": "Asks a ZVU charger only to hold the battery",
    "BMS_failure": "Says that the battery manager itself has failed",
    "equalization_enable": "Lets the cells be balanced",
    "DCDC_control": "Switches the DC/DC converter on",
    "ESM_rectifier_current_limit": "Limits the current of a rectifier",
    "contactor_precharge": "Fills the inverter's capacitors gently before the main contactor closes",
}
PIN_LABELS = {
    "charger_mains_AC_sense": "Charging source sensed",
    "ign_key": "Ignition key",
    "heater_enable": "Heater",
    "sound_buzzer": "Buzzer",
    "battery_low": "Battery low",
    "charging_indication": "Charging indicator",
    "charger_enable_output": "Charger enabled",
    "state_of_charge": "State of charge",
    "battery_contactor": "Battery contactor",
    "BMS_failure": "Battery manager failed",
    "DCDC_control": "DC/DC converter",
    "ESM_rectifier_current_limit": "Rectifier current limit",
}
# The names of the pins on the unit's case, in the sections of its inputs and outputs.
CASE_PINS = {
    "AC SENSE": "The charging source is sensed; here a push button that starts charging",
    "IGN IN": "The ignition key: the unit is switched on",
    "FAST CHG": "A switch that asks for fast charging",
    "CHARGER PIN": "The charge contactor is closed: the battery may be charged",
    "HEATER": "The battery's heater is on",
    "BAT_LOW": "The battery is low: the contactor of the loads opens",
    "BUZZER": "The buzzer sounds",
    "CHG_IND": "Shows that the battery is charging; it can run a fan",
}


def meaning(words: Mapping[str, str], name: str) -> str:
    """What that name means, however it is spelled; empty for a name that is not among them."""
    return words.get(name) or _folded(tuple(words.items())).get(fold(name), "")


@lru_cache(maxsize=32)
def _folded(items: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return {fold(name): words for name, words in items}
