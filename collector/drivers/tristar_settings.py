"""The TriStar MPPT's settings for people: what each one is for, and how it reads on a 12, 24 or 48 V system.

Source: docs/devices/tristar_mppt.md, "Settings"; the way they are displayed is that of the maker's program.
"""

from __future__ import annotations

from dataclasses import dataclass

from collector.drivers.registers import Value
from collector.drivers.scalings import DECIMALS
from collector.drivers.tristar_mppt import BY_KEY

# Switches 2 and 3 as bits 1 and 2 of the DIP word -> the system voltage they choose; both off: the controller chooses.
SYSTEM_VOLTS = {0b000: None, 0b100: 12, 0b010: 24, 0b110: 48}
VOLTAGE_SWITCHES = 0b110
BATTERY_SWITCHES = 0b111000
NOMINAL_VOLTS = 12
PLACES = {"V": 2, "A": 2, "V/degC": 3, "%": 1}


@dataclass(frozen=True, slots=True)
class SettingText:
    """One setting in words.

    Attributes:
        zero_means: what 0 does, when it does something special.
        per_12v: stored for a battery of 12 V, in force times 2 on a 24 V system and times 4 on a 48 V one.
        limits: lowest and highest value the controller takes, where that is known.
    """

    label: str
    meaning: str
    watch_out: str = ""
    zero_means: str = ""
    per_12v: bool = False
    limits: tuple[int, int] | None = None


SETTINGS = {
    "absorption_voltage": SettingText(
        label="Absorption voltage",
        meaning=(
            "The voltage the charger climbs to and then holds while the battery tops up. Given for a battery at 25 °C."
        ),
        watch_out=(
            "Too high gasses or damages the battery, too low never fills it. Must stay below the high voltage "
            "disconnect."
        ),
        per_12v=True,
    ),
    "float_voltage": SettingText(
        label="Float voltage",
        meaning=(
            "The lower holding voltage used once the battery is full, to keep it topped up without wearing it. Given "
            "for 25 °C."
        ),
        watch_out="Must be below the absorption voltage.",
        zero_means="float stage is switched off",
        per_12v=True,
    ),
    "absorption_time": SettingText(
        label="Absorption time",
        meaning="How long to hold the absorption voltage before dropping to float. Longer gives a fuller battery.",
        watch_out="In seconds, not minutes.",
        limits=(0, 65535),
    ),
    "absorption_extension_time": SettingText(
        label="Absorption time after a deep discharge",
        meaning="Longer absorption time used the day after the battery went below the extension voltage.",
        watch_out="In seconds. With 0 an extension would be shorter than normal: check both values together.",
        limits=(0, 65535),
    ),
    "absorption_extension_voltage": SettingText(
        label="Deep discharge threshold for extended absorption",
        meaning="If the battery falls below this voltage overnight, the next absorption uses the extended time.",
        per_12v=True,
    ),
    "float_cancel_voltage": SettingText(
        label="Float cancel voltage",
        meaning=(
            "If the battery falls below this voltage overnight, the next day stays in absorption and skips float, to "
            "give a full recharge."
        ),
        per_12v=True,
    ),
    "float_exit_time": SettingText(
        label="Float exit time",
        meaning=(
            "Total time the battery may sit below float voltage (because loads take more than the sun gives) before "
            "the charger goes back to full charging."
        ),
        watch_out="In seconds, added up over several dips.",
        limits=(0, 65535),
    ),
    "equalize_voltage": SettingText(
        label="Equalize voltage",
        meaning=(
            "A deliberate over-charge voltage for flooded lead-acid batteries that evens out the cells. Given for 25 "
            "°C."
        ),
        watch_out="Never enable for lithium, gel or sealed batteries.",
        zero_means="equalize is switched off",
        per_12v=True,
    ),
    "equalize_interval": SettingText(
        label="Equalize interval",
        meaning="Days between automatic equalize charges (only when DIP switch 7 is on).",
        limits=(0, 255),
    ),
    "equalize_timeout": SettingText(
        label="Equalize timeout",
        meaning=(
            "Safety limit: equalize stops after this long above absorption voltage even if the equalize voltage was "
            "never reached."
        ),
        watch_out="In seconds.",
        limits=(0, 65535),
    ),
    "equalize_time": SettingText(
        label="Equalize time",
        meaning="How long to hold the equalize voltage once reached.",
        watch_out="In seconds.",
        limits=(0, 65535),
    ),
    "battery_service_interval": SettingText(
        label="Battery service reminder",
        meaning="Days between reminders to check the battery (water, terminals). Raises an alarm when due.",
        watch_out="Cleared by the push-button, the meter, or the clear-alarms coil.",
        zero_means="no reminder",
    ),
    "temperature_compensation": SettingText(
        label="Temperature compensation",
        meaning=(
            "How much the charging voltages fall for each degree above 25 °C, and rise for each degree below. About "
            "0.03 V per degree suits a 12 V lead-acid battery."
        ),
        watch_out=(
            "Stored as a positive number with its own scale (2^-16). The effect is always a reduction when hot. "
            "Lithium batteries normally want 0."
        ),
        zero_means="no compensation",
        per_12v=True,
    ),
    "high_voltage_disconnect": SettingText(
        label="High voltage disconnect",
        meaning="If the battery rises above this voltage the controller raises a fault and stops charging.",
        watch_out="At 25 °C. Must be above absorption and equalize voltages, allowing for cold-weather compensation.",
        zero_means="protection is switched off",
        per_12v=True,
    ),
    "high_voltage_reconnect": SettingText(
        label="High voltage reconnect",
        meaning="Charging starts again when the battery has fallen below this voltage.",
        watch_out="Must be below the disconnect voltage.",
        per_12v=True,
    ),
    "regulation_voltage_limit": SettingText(
        label="Maximum regulation voltage",
        meaning=(
            "A ceiling the charging voltage never passes, however cold it is; protects loads that dislike high voltage."
        ),
        watch_out="Not temperature compensated. Multiplication by system voltage is assumed, not shown in any source.",
        zero_means="no limit",
        per_12v=True,
    ),
    "temp_comp_limit_max": SettingText(
        label="Compensation limit, hot",
        meaning="Battery temperature above which the compensation stops changing.",
        watch_out="Whole degrees, signed.",
    ),
    "temp_comp_limit_min": SettingText(
        label="Compensation limit, cold",
        meaning="Battery temperature below which the compensation stops changing.",
        watch_out="Whole degrees, signed: 65506 is -30.",
    ),
    "led_green_to_green_yellow": SettingText(
        label="LED threshold green / green+yellow",
        meaning="Battery voltage below which the front LEDs go from green to green and yellow.",
        watch_out="Display only. Multiplication by system voltage assumed.",
        per_12v=True,
    ),
    "led_green_yellow_to_yellow": SettingText(
        label="LED threshold green+yellow / yellow",
        meaning="Battery voltage below which the LEDs go to yellow.",
        watch_out="Display only. Multiplication by system voltage assumed.",
        per_12v=True,
    ),
    "led_yellow_to_yellow_red": SettingText(
        label="LED threshold yellow / yellow+red",
        meaning="Battery voltage below which the LEDs go to yellow and red.",
        watch_out="Display only. Multiplication by system voltage assumed.",
        per_12v=True,
    ),
    "led_yellow_red_to_red": SettingText(
        label="LED threshold yellow+red / red",
        meaning="Battery voltage below which the LEDs go to red.",
        watch_out="Display only. Multiplication by system voltage assumed.",
        per_12v=True,
    ),
    "modbus_id": SettingText(
        label="Modbus address",
        meaning="Unit id the controller answers to on Modbus.",
        watch_out=(
            "Two controllers on one EIA-485 bus or gateway need different ids. On separate serial ports both may be 1."
        ),
        limits=(1, 247),
    ),
    "meterbus_id": SettingText(
        label="MeterBus address",
        meaning="Id on the Morningstar meter network.",
        watch_out="Must be unique on that network.",
        limits=(1, 15),
    ),
    "battery_current_limit": SettingText(
        label="Battery current limit",
        meaning="Upper limit on charging current.",
        watch_out='Controllers were seen that hold odd numbers here: see "Settings" in docs/devices/tristar_mppt.md.',
        zero_means="the built-in limit (60 A) applies",
    ),
    "array_voltage_fixed_init": SettingText(
        label="Fixed array voltage",
        meaning="Holds the solar array at this voltage instead of searching for the best one.",
        watch_out=(
            "Any non-zero value disables power tracking and can cost most of the harvest. Only meant for non-solar "
            "sources."
        ),
        zero_means="power tracking works normally",
    ),
    "array_voltage_fixed_percent_init": SettingText(
        label="Fixed array voltage in percent",
        meaning=(
            "Holds the solar array at this percentage of its open-circuit voltage instead of searching for the best "
            "one."
        ),
        watch_out="Any non-zero value disables power tracking (the fixed voltage above wins if both are set).",
        zero_means="power tracking works normally",
    ),
}


def system_volts(dip_switches: int) -> int | None:
    """The system voltage that switches 2 and 3 choose; None when the controller finds it by itself."""
    return SYSTEM_VOLTS[dip_switches & VOLTAGE_SWITCHES]


def in_force(dip_switches: int) -> bool:
    """Whether the stored settings rule: switches 4, 5 and 6 are all on.  Otherwise a built-in profile does."""
    return dip_switches & BATTERY_SWITCHES == BATTERY_SWITCHES


def multiplier(key: str, volts: int) -> int:
    """What a stored setting is multiplied by on a system of so many volts; ValueError for other systems."""
    if volts not in (12, 24, 48):
        raise ValueError(f"a system of {volts} V: there are 12, 24 and 48 V")
    return volts // NOMINAL_VOLTS if SETTINGS[key].per_12v else 1


def on_system(key: str, value: Value, volts: int) -> Value:
    """A decoded setting in the volts of the system it works on."""
    factor = multiplier(key, volts)
    if factor == 1 or not isinstance(value, int | float):
        return value
    return round(value * factor, DECIMALS)


def displayed(key: str, value: Value, volts: int = NOMINAL_VOLTS) -> str:
    """A decoded setting as the maker's program shows it: "56.01", "-0.121", "1:00:00", "disabled"; "" for no value."""
    if value is None:
        return ""
    if key in SETTINGS:
        if value == 0 and SETTINGS[key].zero_means:
            return "disabled"
        value = on_system(key, value, volts)
    unit = BY_KEY[key].unit
    if unit == "s" and isinstance(value, int):
        return _clock(value)
    if isinstance(value, float) or unit in PLACES:
        # Stored as a positive number, always a reduction.
        sign = "-" if unit == "V/degC" and value else ""
        return f"{sign}{value:.{PLACES[unit]}f}"
    return str(value)


def _clock(seconds: int) -> str:
    """Minutes and seconds, with hours where there are any."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
