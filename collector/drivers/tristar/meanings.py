"""What the codes and bits of the TriStar MPPT mean, in sentences; their names are in tristar_words.py."""

from __future__ import annotations

from collections.abc import Mapping

from collector.drivers.registers import Value

CHARGE_STATE = {
    0: "Starting up",
    1: "Deciding whether it is night",
    2: "Charging is disconnected (commanded or protective)",
    3: "No usable sun",
    4: "Stopped by a fault; see the fault word",
    5: "Bulk charging at maximum array power",
    6: "Holding absorption voltage",
    7: "Battery full, holding float voltage",
    8: "Equalize charge running",
    9: "An external master is commanding voltage or current",
}
LED_STATE = {
    0: "Start-up",
    1: "Start-up",
    2: "Internal",
    3: "Equalize charge (the operator manual describes green blinking about twice a second)",
    4: "Charging, slow green blink (probably float; not confirmed)",
    5: "Charging, green blink once a second (probably absorption; not confirmed)",
    6: "Battery state green",
    7: "",
    8: "Battery state yellow",
    9: "",
    10: "Battery state lowest",
    11: "Battery state red",
    12: "Sequence red, yellow, green: self-test or DIP switch fault",
    13: "Sequence red+yellow, green: battery overcurrent",
    14: "Sequence",
    15: "Sequence red, yellow: too hot",
    16: "Sequence red, green: high voltage disconnect",
    17: "Sequence red+yellow, green+yellow: sensor or sense wire problem",
    18: "Sequence all three",
    19: "Sequence all three twice",
}
MODEL = {
    0: "45 A model: RS-232 and MeterBus only",
    1: "60 A model: RS-232, EIA-485, Ethernet, MeterBus",
    2: "30 A model: RS-232 and MeterBus only. Not in V11; code taken from a public driver",
}
FAULTS = {
    0: "Battery current exceeded what the controller can handle",
    1: "A power transistor has failed short; the controller needs repair",
    2: "Internal software error",
    3: (
        "Battery voltage rose above the high voltage disconnect setpoint; charging stops until it falls below the "
        "reconnect setpoint"
    ),
    4: "Array voltage is too high for the controller",
    5: "A DIP switch was moved while powered; needs a restart",
    6: "An EEPROM setting was written; needs a controller reset to clear and to use the new value",
    7: "Remote temperature sensor wires are shorted",
    8: "Remote temperature sensor was working and has been lost",
    9: "Settings memory could not be read or written reliably",
    10: "Not used",
    11: (
        "An override register was not refreshed within 60 s; charging stops until it is written again or the fault is"
        " cleared"
    ),
    12: "Undefined",
    13: "Undefined",
    14: "Undefined",
    15: "Undefined",
}
ALARMS = {
    0: "No remote temperature sensor connected",
    1: "Remote temperature sensor wires are shorted",
    2: "Remote temperature sensor was working and has been lost",
    3: "Internal heatsink sensor broken",
    4: "Internal heatsink sensor broken",
    5: "Charge current reduced because the heatsink is hot; check air flow",
    6: "Array could deliver more than the controller rating or limit; current is being held back",
    7: "Current measurement is off zero",
    8: "Sense voltage differs too much from the terminal voltage; check the sense wires",
    9: "A battery sense wire has come off",
    10: "Controller was never factory calibrated; return to dealer",
    11: "Remote temperature sensor is wired wrongly",
    12: "Battery voltage too high; charging stopped",
    13: "Undefined",
    14: "Power wiring error",
    15: "A power transistor has failed open; the controller needs repair",
    16: "Internal 12 V supply out of range",
    17: "Charge current reduced because the array voltage is near the maximum",
    18: "A measurement is at the end of its range",
    19: "The controller restarted",
    20: "Undefined",
    21: "Undefined",
    22: "Undefined",
    23: "Undefined",
}
DAILY_FLAGS = {
    0: "The controller restarted today",
    1: "An equalize charge was started today",
    2: "The battery reached float today: it was fully charged",
    3: "At least one alarm today; see alarms_daily",
    4: "At least one fault today; see faults_daily",
}
DIP_SWITCHES = {
    0: "Use not known",
    1: (
        "With switch 3, system voltage (TriStar family manual): 2 OFF 3 OFF automatic, 2 OFF 3 ON 12 V, 2 ON 3 OFF 24"
        " V, 2 ON 3 ON 48 V"
    ),
    2: "See switch 2",
    3: (
        "With switches 5 and 6, battery type; all three ON selects the custom EEPROM settings, any other pattern a "
        "built-in profile"
    ),
    4: "See switch 4",
    5: "See switch 4",
    6: "Equalize: OFF manual, ON automatic",
    7: "Writes over Ethernet: OFF blocked, ON allowed (serial writes are always allowed)",
}
NETWORK_FLAGS = {
    14: "Address is obtained by DHCP (value 0x4000); all zero means static",
}
NETWORK_RULES = {
    0: "Modbus TCP requests for other unit ids are passed, reads and writes alike, to the EIA-485 port",
}
ETHERNET_POWER_SAVE = {
    0: "Ethernet port sleeps while no link is seen; off by default",
}
VLAN_ENABLE = {
    0: "VLAN tags are recognised and sent",
}

# Key of a register -> what its codes or bits mean.
CODES: Mapping[str, Mapping[int, str]] = {"charge_state": CHARGE_STATE, "led_state": LED_STATE, "model": MODEL}
FLAGS: Mapping[str, Mapping[int, str]] = {
    "faults": FAULTS,
    "faults_daily": FAULTS,
    "alarms": ALARMS,
    "alarms_daily": ALARMS,
    "flags_daily": DAILY_FLAGS,
    "dip_switches": DIP_SWITCHES,
    "network_flags": NETWORK_FLAGS,
    "network_rules": NETWORK_RULES,
    "ethernet_power_save": ETHERNET_POWER_SAVE,
    "vlan_enable": VLAN_ENABLE,
}


def explained(key: str, value: Value) -> list[str]:
    """What a code, or each set bit, means; a code or bit that is not known is named by its number.

    Empty for any other row, for no value, and when no bit is set.
    """
    if not isinstance(value, int):
        return []
    if key in CODES:
        return [CODES[key].get(value) or f"Not known: code {value}"]
    if key in FLAGS:
        set_bits = [bit for bit in range(value.bit_length()) if value >> bit & 1]
        return [FLAGS[key].get(bit) or f"Not known: bit {bit}" for bit in set_bits]
    if key == "vlan_parameters":
        return [f"VLAN {value & 0xFFF}, CFI {value >> 12 & 1}, priority {value >> 13}"]
    return []
