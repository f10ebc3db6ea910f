"""The 25 charge settings of a controller's daily document in words.  Source: docs/devices/tristar_mppt.md."""

from __future__ import annotations

from dataclasses import dataclass

from data.folding import fold


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name in the document, the driver's key of its register, what people call it, its unit, and what
    it is for.

    `zero_means` and `else_means` say what 0, and any other value, does where that is special; `caution` is for whoever
    has another kind of battery.
    """

    key: str
    register: str
    label: str
    unit: str
    decimals: int
    meaning: str
    zero_means: str = ""
    else_means: str = ""
    caution: str = ""


SETTINGS = (
    Setting(
        "EV_absorp",
        "absorption_voltage",
        "Absorption voltage",
        "V",
        2,
        "The voltage the charger climbs to and then holds while the battery tops up. Given for a battery at 25 °C.",
    ),
    Setting(
        "EV_float",
        "float_voltage",
        "Float voltage",
        "V",
        2,
        (
            "The lower holding voltage used once the battery is full, to keep it topped up without wearing it."
            " Given for 25 °C."
        ),
        "float stage is switched off",
    ),
    Setting(
        "Et_absorp",
        "absorption_time",
        "Absorption time",
        "s",
        0,
        "How long to hold the absorption voltage before dropping to float. Longer gives a fuller battery.",
    ),
    Setting(
        "Et_absorp_ext",
        "absorption_extension_time",
        "Absorption time after a deep discharge",
        "s",
        0,
        "Longer absorption time used the day after the battery went below the extension voltage.",
    ),
    Setting(
        "EV_absorp_ext",
        "absorption_extension_voltage",
        "Deep discharge threshold for extended absorption",
        "V",
        2,
        "If the battery falls below this voltage overnight, the next absorption uses the extended time.",
    ),
    Setting(
        "EV_float_cancel",
        "float_cancel_voltage",
        "Float cancel voltage",
        "V",
        2,
        (
            "If the battery falls below this voltage overnight, the next day stays in absorption and skips "
            "float, to give a full recharge."
        ),
    ),
    Setting(
        "Et_float_exit_cum",
        "float_exit_time",
        "Float exit time",
        "s",
        0,
        (
            "Total time the battery may sit below float voltage (because loads take more than the sun gives) "
            "before the charger goes back to full charging."
        ),
    ),
    Setting(
        "EV_eq",
        "equalize_voltage",
        "Equalize voltage",
        "V",
        2,
        ("A deliberate over-charge voltage for flooded lead-acid batteries that evens out the cells. Given for 25 °C."),
        "equalize is switched off",
        caution="Never for lithium batteries.",
    ),
    Setting(
        "Et_eqcalendar",
        "equalize_interval",
        "Equalize interval",
        "d",
        0,
        "Days between automatic equalize charges (only when DIP switch 7 is on).",
    ),
    Setting(
        "Et_eq_above",
        "equalize_timeout",
        "Equalize timeout",
        "s",
        0,
        (
            "Safety limit: equalize stops after this long above absorption voltage even if the equalize "
            "voltage was never reached."
        ),
    ),
    Setting(
        "Et_eq_reg",
        "equalize_time",
        "Equalize time",
        "s",
        0,
        "How long to hold the equalize voltage once reached.",
    ),
    Setting(
        "Et_battery_service",
        "battery_service_interval",
        "Battery service reminder",
        "d",
        0,
        "Days between reminders to check the battery (water, terminals). Raises an alarm when due.",
        "no reminder",
    ),
    Setting(
        "EV_tempcomp",
        "temperature_compensation",
        "Temperature compensation",
        "V/degC",
        3,
        (
            "How much the charging voltages fall for each degree above 25 °C, and rise for each degree below. "
            "About 0.03 V per degree suits a 12 V lead-acid battery."
        ),
        "no compensation",
        caution="Lithium batteries normally want none.",
    ),
    Setting(
        "EV_hvd",
        "high_voltage_disconnect",
        "High voltage disconnect",
        "V",
        2,
        "If the battery rises above this voltage the controller raises a fault and stops charging.",
        "protection is switched off",
    ),
    Setting(
        "EV_hvr",
        "high_voltage_reconnect",
        "High voltage reconnect",
        "V",
        2,
        "Charging starts again when the battery has fallen below this voltage.",
    ),
    Setting(
        "Evb_ref_lim",
        "regulation_voltage_limit",
        "Maximum regulation voltage",
        "V",
        2,
        "A ceiling the charging voltage never passes, however cold it is; protects loads that dislike high voltage.",
        "no limit",
    ),
    Setting(
        "ETb_max",
        "temp_comp_limit_max",
        "Compensation limit, hot",
        "degC",
        0,
        "Battery temperature above which the compensation stops changing.",
    ),
    Setting(
        "ETb_min",
        "temp_comp_limit_min",
        "Compensation limit, cold",
        "degC",
        0,
        "Battery temperature below which the compensation stops changing.",
    ),
    Setting(
        "EV_soc_g_gy",
        "led_green_to_green_yellow",
        "LED threshold green / green+yellow",
        "V",
        2,
        "Battery voltage below which the front LEDs go from green to green and yellow.",
    ),
    Setting(
        "EV_soc_gy_y",
        "led_green_yellow_to_yellow",
        "LED threshold green+yellow / yellow",
        "V",
        2,
        "Battery voltage below which the LEDs go to yellow.",
    ),
    Setting(
        "EV_soc_y_yr",
        "led_yellow_to_yellow_red",
        "LED threshold yellow / yellow+red",
        "V",
        2,
        "Battery voltage below which the LEDs go to yellow and red.",
    ),
    Setting(
        "EV_soc_yr_r",
        "led_yellow_red_to_red",
        "LED threshold yellow+red / red",
        "V",
        2,
        "Battery voltage below which the LEDs go to red.",
    ),
    Setting(
        "Elb_lim",
        "battery_current_limit",
        "Battery current limit",
        "A",
        2,
        "Upper limit on charging current.",
        "the built-in limit (60 A) applies",
    ),
    Setting(
        "EVa_ref_fixed_init",
        "array_voltage_fixed_init",
        "Fixed array voltage",
        "V",
        2,
        "Holds the solar array at this voltage instead of searching for the best one.",
        "power tracking works normally",
        "power tracking is off",
    ),
    Setting(
        "EVa_ref_fixed_pet_init",
        "array_voltage_fixed_percent_init",
        "Fixed array voltage in percent",
        "%",
        2,
        "Holds the solar array at this percentage of its open-circuit voltage instead of searching for the best one.",
        "power tracking works normally",
        "power tracking is off",
    ),
)
# The maker's spellings of names that the documents write otherwise.
ALIASES = {
    "Et_batt_service": "Et_battery_service",
    "EIb_lim": "Elb_lim",
    "EVa_ref_fixed_pct_init": "EVa_ref_fixed_pet_init",
}
_BY_NAME = {fold(setting.key): setting for setting in SETTINGS}
_BY_NAME |= {fold(alias): _BY_NAME[fold(key)] for alias, key in ALIASES.items()}


def setting(key: str) -> Setting | None:
    """The setting that a document calls so, in any case; None when it is none of the 25."""
    return _BY_NAME.get(fold(key))
