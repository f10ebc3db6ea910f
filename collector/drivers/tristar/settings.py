"""The TriStar MPPT's settings for people: what each one is for, and how it reads on a 12, 24 or 48 V system.

Source: docs/devices/tristar_mppt.md, "Settings"; the way they are displayed is that of the maker's program.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from collector.drivers.registers import Value
from collector.drivers.scalings import DECIMALS
from collector.drivers.tristar.registers_table import BY_KEY
from data.catalogue import charge_settings

# Switches 2 and 3 as bits 1 and 2 of the DIP register -> the system voltage; both off: the controller chooses.
SYSTEM_VOLTS = {0b000: None, 0b100: 12, 0b010: 24, 0b110: 48}
VOLTAGE_SWITCHES = 0b110
BATTERY_SWITCHES = 0b111000
NOMINAL_VOLTS = 12
PLACES = {"V": 2, "A": 2, "V/degC": 3, "%": 1}


@dataclass(frozen=True, slots=True)
class SettingText:
    """One setting in setting.

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


LEDS_ONLY = "Display only. Multiplication by system voltage assumed."
_CHARGE_SETTINGS = {setting.register: setting for setting in charge_settings.SETTINGS}


def _known(
    key: str, watch_out: str = "", per_12v: bool = False, limits: tuple[int, int] | None = None
) -> tuple[str, SettingText]:
    """A setting that the daily document has too, with the texts of the site's pages."""
    setting = _CHARGE_SETTINGS[key]
    return key, SettingText(setting.label, setting.meaning, watch_out, setting.zero_means, per_12v, limits)


SETTINGS: Mapping[str, SettingText] = dict(
    (
        _known(
            "absorption_voltage",
            watch_out=(
                "Too high gasses or damages the battery, too low never fills it. Must stay below the high voltage "
                "disconnect."
            ),
            per_12v=True,
        ),
        _known("float_voltage", watch_out="Must be below the absorption voltage.", per_12v=True),
        _known("absorption_time", watch_out="In seconds, not minutes.", limits=(0, 65535)),
        _known(
            "absorption_extension_time",
            watch_out="In seconds. With 0 an extension would be shorter than normal: check both values together.",
            limits=(0, 65535),
        ),
        _known("absorption_extension_voltage", per_12v=True),
        _known("float_cancel_voltage", per_12v=True),
        _known("float_exit_time", watch_out="In seconds, added up over several dips.", limits=(0, 65535)),
        _known("equalize_voltage", watch_out="Never enable for lithium, gel or sealed batteries.", per_12v=True),
        _known("equalize_interval", limits=(0, 255)),
        _known("equalize_timeout", watch_out="In seconds.", limits=(0, 65535)),
        _known("equalize_time", watch_out="In seconds.", limits=(0, 65535)),
        _known(
            "battery_service_interval", watch_out="Cleared by the push-button, the meter, or the clear-alarms coil."
        ),
        _known(
            "temperature_compensation",
            watch_out=(
                "Stored as a positive number with its own scale (2^-16). The effect is always a reduction when hot. "
                "Lithium batteries normally want 0."
            ),
            per_12v=True,
        ),
        _known(
            "high_voltage_disconnect",
            watch_out=(
                "At 25 °C. Must be above absorption and equalize voltages, allowing for cold-weather compensation."
            ),
            per_12v=True,
        ),
        _known("high_voltage_reconnect", watch_out="Must be below the disconnect voltage.", per_12v=True),
        _known(
            "regulation_voltage_limit",
            watch_out=(
                "Not temperature compensated. Multiplication by system voltage is assumed, not shown in any source."
            ),
            per_12v=True,
        ),
        _known("temp_comp_limit_max", watch_out="Whole degrees, signed."),
        _known("temp_comp_limit_min", watch_out="Whole degrees, signed: 65506 is -30."),
        _known("led_green_to_green_yellow", watch_out=LEDS_ONLY, per_12v=True),
        _known("led_green_yellow_to_yellow", watch_out=LEDS_ONLY, per_12v=True),
        _known("led_yellow_to_yellow_red", watch_out=LEDS_ONLY, per_12v=True),
        _known("led_yellow_red_to_red", watch_out=LEDS_ONLY, per_12v=True),
        (
            "modbus_id",
            SettingText(
                label="Modbus address",
                meaning="Unit id the controller answers to on Modbus.",
                watch_out=(
                    "Two controllers on one EIA-485 bus or gateway need different ids. On separate serial ports both "
                    "may be 1."
                ),
                limits=(1, 247),
            ),
        ),
        (
            "meterbus_id",
            SettingText(
                label="MeterBus address",
                meaning="Id on the Morningstar meter network.",
                watch_out="Must be unique on that network.",
                limits=(1, 15),
            ),
        ),
        _known(
            "battery_current_limit",
            watch_out=(
                'Controllers were seen that hold odd numbers here: see "Settings" in docs/devices/tristar_mppt.md.'
            ),
        ),
        _known(
            "array_voltage_fixed_init",
            watch_out=(
                "Any non-zero value disables power tracking and can cost most of the harvest. Only meant for non-solar "
                "sources."
            ),
        ),
        _known(
            "array_voltage_fixed_percent_init",
            watch_out="Any non-zero value disables power tracking (the fixed voltage above wins if both are set).",
        ),
    )
)


def system_volts(dip_switches: int) -> int | None:
    """The system voltage that switches 2 and 3 choose; None when the controller finds it by itself."""
    return SYSTEM_VOLTS[dip_switches & VOLTAGE_SWITCHES]


def in_force(dip_switches: int) -> bool:
    """True when the stored settings apply: switches 4, 5 and 6 are all on.  Otherwise a built-in profile applies."""
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
