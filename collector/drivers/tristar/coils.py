"""The coils of the TriStar MPPT: switches of one bit.  Only drivers/changes.py sets them.

Source: docs/devices/tristar_mppt.md, "Coils".
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Coil:
    """One coil.

    Attributes:
        access: "rw" keeps what was written, "set_only" always reads 0, "write" is for the factory.
        danger: "low", "medium", "high" or "forbidden".
    """

    address: int
    key: str
    access: str
    danger: str
    effect: str
    notes: str = ""


COILS = (
    Coil(
        0x0000,
        "equalize",
        "rw",
        "high",
        "Starts (1) or stops (0) an equalize charge",
        (
            "Raises battery voltage; harmful to lithium and sealed batteries. Reads back whether equalize is "
            "triggered. No effect in profiles without an equalize stage."
        ),
    ),
    Coil(
        0x0002,
        "charge_disconnect",
        "rw",
        "high",
        "1 forces the charger into the DISCONNECT state, 0 releases it",
        (
            "Charging stays off until released. Reads back the present state. The gentlest way to stop charging "
            "before changing settings."
        ),
    ),
    Coil(
        0x0010,
        "clear_ah_resettable",
        "set_only",
        "medium",
        "Zeroes the resettable Ah counter",
        "Also restarts the long-term min and max battery voltage. History is lost.",
    ),
    Coil(
        0x0011,
        "clear_ah_total",
        "set_only",
        "medium",
        "Zeroes the lifetime Ah counter",
        "Cannot be undone.",
    ),
    Coil(
        0x0012,
        "clear_kwh_resettable",
        "set_only",
        "medium",
        "Zeroes the resettable kWh counter",
    ),
    Coil(
        0x0013,
        "reset_service_calendar",
        "set_only",
        "low",
        "Restarts the battery service reminder period",
    ),
    Coil(
        0x0014,
        "clear_faults",
        "set_only",
        "medium",
        "Clears latched faults",
        "Read and record the fault word first. The settings-edit fault needs a controller reset instead.",
    ),
    Coil(
        0x0015,
        "clear_alarms",
        "set_only",
        "medium",
        "Clears alarms",
        "Read and record the alarm words first.",
    ),
    Coil(
        0x0016,
        "force_eeprom_update",
        "set_only",
        "medium",
        "Writes the counters to EEPROM now",
        "EEPROM cells wear: never do it periodically.",
    ),
    Coil(
        0x0018,
        "clear_kwh_total",
        "set_only",
        "medium",
        "Zeroes the lifetime kWh counter",
        "Cannot be undone.",
    ),
    Coil(
        0x0019,
        "clear_battery_min_max",
        "set_only",
        "low",
        "Restarts the long-term min and max battery voltage",
    ),
    Coil(
        0x00F0,
        "test_single_phase",
        "write",
        "forbidden",
        "Factory test",
        "Test mode only. Never write.",
    ),
    Coil(
        0x00FF,
        "reset_controller",
        "set_only",
        "high",
        "Restarts the charge processor",
        (
            "May drop the connection before or after the reply. A public driver reports that today's daily values are"
            " cleared by it."
        ),
    ),
    Coil(
        0x1000,
        "send_test_notification_1",
        "set_only",
        "low",
        "Sends configured notification 1 (e-mail or SNMP trap)",
        "Ethernet models.",
    ),
    Coil(
        0x1001,
        "send_test_notification_2",
        "set_only",
        "low",
        "Sends configured notification 2 (e-mail or SNMP trap)",
        "Ethernet models.",
    ),
    Coil(
        0x1002,
        "send_test_notification_3",
        "set_only",
        "low",
        "Sends configured notification 3 (e-mail or SNMP trap)",
        "Ethernet models.",
    ),
    Coil(
        0x1003,
        "send_test_notification_4",
        "set_only",
        "low",
        "Sends configured notification 4 (e-mail or SNMP trap)",
        "Ethernet models.",
    ),
    Coil(
        0x10FF,
        "reset_communications",
        "set_only",
        "medium",
        "Restarts the network processor",
        "Ethernet models. Drops all TCP connections; charging is not affected.",
    ),
)
BY_KEY = {coil.key: coil for coil in COILS}
