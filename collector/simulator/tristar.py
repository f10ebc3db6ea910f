"""A virtual TriStar MPPT: values in, the registers of the real one out."""

from __future__ import annotations

from collections.abc import Mapping

from collector.drivers import tristar_mppt
from collector.drivers.registers import Value, decode, encode
from collector.drivers.scalings import Scales
from collector.simulator.rtu_slave import RtuSlave

ANSWER_SECONDS = 0.02
# What the device lets be read; unused addresses in between read 0.
READABLE = (range(0x005C), range(0xE000, 0xE022), range(0xE080, 0xE08D), range(0xE0C0, 0xE0CE))
TABLE = tuple(row for row in tristar_mppt.ALL if any(row.address in span for span in READABLE))

# The settings of the site, those of a lithium battery of 12 V.
SETTINGS: Mapping[str, Value] = {
    "absorption_voltage": 14.0,
    "float_voltage": 13.5,
    "absorption_time": 256,
    "absorption_extension_voltage": 12.5,
    "float_cancel_voltage": 12.3,
    "float_exit_time": 3600,
    "temperature_compensation": 0.03,
    "high_voltage_disconnect": 14.5,
    "high_voltage_reconnect": 13.8,
    "temp_comp_limit_max": 80,
    "temp_comp_limit_min": -30,
    "led_green_to_green_yellow": 13.3,
    "led_green_yellow_to_yellow": 13.0,
    "led_yellow_to_yellow_red": 12.65,
    "led_yellow_red_to_red": 12.0,
    "modbus_id": 1,
    "meterbus_id": 1,
    "battery_current_limit": 20.63,
}
IDENTITY: Mapping[str, Value] = {
    "v_pu": 180.0,
    "i_pu": 80.0,
    "firmware_version": 42,
    "serial_number": "10491234",
    "model": 1,
    "hardware_version": "1.1",
}
# A cool, partly cloudy late morning in December, bulk charging.
NOON: Mapping[str, Value] = {
    "battery_voltage": 13.41,
    "battery_terminal_voltage": 13.47,
    "battery_sense_voltage": 13.41,
    "array_voltage": 72.9,
    "battery_current": 18.5,
    "array_current": 3.56,
    "supply_12v": 12.1,
    "supply_3v": 3.02,
    "meterbus_voltage": 12.0,
    "supply_1v8": 1.79,
    "reference_voltage": 1.5,
    "heatsink_temperature": 31,
    "rts_temperature": 19,
    "battery_temperature": 19,
    "battery_voltage_slow": 13.4,
    "battery_current_slow": 18.4,
    "battery_voltage_min": 11.98,
    "battery_voltage_max": 14.21,
    "hourmeter": 19874,
    "faults": 0,
    "alarms": 0,
    "dip_switches": 0b00111100,
    "led_state": 6,
    "charge_state": 5,
    "target_voltage": 14.18,
    "charge_ah_resettable": 4210.5,
    "charge_ah_total": 37312.4,
    "charge_kwh_resettable": 56,
    "charge_kwh_total": 496,
    "output_power": 249.2,
    "input_power": 259.5,
    "sweep_power_max": 261.3,
    "sweep_vmp": 72.6,
    "sweep_voc": 89.9,
    "battery_voltage_min_daily": 13.11,
    "battery_voltage_max_daily": 14.17,
    "array_voltage_max_daily": 94.6,
    "charge_ah_daily": 103.2,
    "charge_wh_daily": 1400,
    "output_power_max_daily": 281.6,
    "battery_temperature_min_daily": 9,
    "battery_temperature_max_daily": 21,
    "absorption_time_daily": 256,
    "equalize_time_daily": 0,
    "float_time_daily": 6540,
    "flags_daily": 0b00100,
}


class VirtualTristar:
    """One controller.  Values are by the drivers' keys, in the drivers' units; codes and flags as raw integers.

    What `values` leaves out is that of `NOON` and `SETTINGS`.
    """

    every_seconds: float | None = None  # it speaks only when asked

    def __init__(
        self, values: Mapping[str, Value] | None = None, unit_id: int = 1, delay_seconds: float = ANSWER_SECONDS
    ) -> None:
        self.delay_seconds = delay_seconds
        self._values: dict[str, Value] = {**IDENTITY, **SETTINGS, **NOON}
        self._slave = RtuSlave(unit_id, {})
        self.change(values or {})

    def change(self, values: Mapping[str, Value]) -> None:
        """Take new values, all at once.  ValueError, and no change, for a key or a value that the device has not."""
        unknown = values.keys() - {row.key for row in TABLE}
        if unknown:
            raise ValueError(f"a TriStar MPPT has no {', '.join(sorted(unknown))}")
        changed = {**self._values, **values}
        self._slave.memory = memory(changed)
        self._values = changed

    def words(self) -> dict[int, int]:
        """Every readable register by address."""
        return dict(self._slave.memory)

    def decoded(self) -> dict[str, Value]:
        """What a reader of these registers makes of them: the values to the precision of the wire."""
        return decode(TABLE, self.words(), _scales(self._values))

    def receive(self, data: bytes) -> list[bytes]:
        """Modbus RTU: one answer for each request that is for this unit id and undamaged."""
        return self._slave.receive(data)

    def unasked(self) -> list[bytes]:
        """Nothing."""
        return []


def memory(values: Mapping[str, Value]) -> dict[int, int]:
    """The readable registers of a device with these values; what is not given reads 0."""
    words = {address: 0 for span in READABLE for address in span}
    scales = _scales(values)
    for row in TABLE:
        if row.key in values:
            words.update(zip(row.addresses, encode(row, values[row.key], scales), strict=True))
    return words


def _scales(values: Mapping[str, Value]) -> Scales:
    return Scales(v_pu=float(values["v_pu"] or 0), i_pu=float(values["i_pu"] or 0))
