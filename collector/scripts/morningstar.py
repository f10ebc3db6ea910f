"""A TriStar MPPT for scripts: the owner's class, with its method names, its keys and its spelling.

A thin face over drivers/tristar_reader.py.  It reads only; what changes a controller is in drivers/changes.py.
"""

from __future__ import annotations

import json
import logging
import weakref
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

from collector.drivers.documents import CODES, bit_names, compact, switches
from collector.drivers.tristar import registers_table
from collector.drivers.tristar.document import SETTINGS, build_tristar, build_tristar_daily
from collector.drivers.tristar.reader import TristarMppt
from collector.transports.modbus.line import ModbusSerial
from data.catalogue.codes import ALARMS, DAILY_FLAGS, FAULTS
from data.errors import DecodeError, TransportError

Answer = dict[str, Any]

ADC = {
    "battery voltage": "battery_voltage",
    "battery terminal voltage": "battery_terminal_voltage",
    "battery sense voltage": "battery_sense_voltage",
    "array voltage": "array_voltage",
    "battery current": "battery_current",
    "array current": "array_current",
    "12V supply": "supply_12v",
    "3V supply": "supply_3v",
    "meterbus voltrage": "meterbus_voltage",
    "1.8V supply": "supply_1v8",
    "reference voltage": "reference_voltage",
}
TEMPERATURES = {
    "heatsink temperature": "heatsink_temperature",
    "RTS temperature": "rts_temperature",
    "battery regulation temperature": "battery_temperature",
}
STATUS = {
    "battery_voltage": "battery_voltage_slow",
    "charging_current": "battery_current_slow",
    "minimum battery voltage": "battery_voltage_min",
    "maximum battery voltage": "battery_voltage_max",
    "hour meter": "hourmeter",
    "faults": "faults",
    "alarms": "alarms",
    "DIP switch": "dip_switches",
    "LED state": "led_state",
}
CHARGER = {
    "Charge State": "charge_state",
    "target regulation voltage": "target_voltage",
    "Ah Charge Resettable": "charge_ah_resettable",
    "Ah Charge Total": "charge_ah_total",
    "kWhr Charge Resettable": "charge_kwh_resettable",
    "kWhr Charge Total": "charge_kwh_total",
}
MPPT = {
    "output power": "output_power",
    "input power": "input_power",
    "max power of last sweep": "sweep_power_max",
    "Vmp of last sweep": "sweep_vmp",
    "Voc of last sweep": "sweep_voc",
}
TODAY = {
    "Battery Voltage Minimum Daily": "battery_voltage_min_daily",
    "Battery Voltage Maximum Daily": "battery_voltage_max_daily",
    "Input Voltage Maximum Daily": "array_voltage_max_daily",
    "Amp Hours Accumulated Daily": "charge_ah_daily",
    "Watt hours accumulated daily": "charge_wh_daily",
    "Maximum power output daily": "output_power_max_daily",
    "Minimum temperature daily": "battery_temperature_min_daily",
    "Maximum Temperature Daily": "battery_temperature_max_daily",
    "daily faults": "faults_daily",
    "daily alarms": "alarms_daily",
    "daily flags": "flags_daily",
    "time_ab_daily": "absorption_time_daily",
    "time_eq_daily": "equalize_time_daily",
    "time_fl_daily": "float_time_daily",
}
# The documents' names, but for one that the owner writes otherwise.
CHARGE_SETTINGS = {
    {"EVa_ref_fixed_pet_init": "Eva_ref_fixed_pet_init"}.get(name, name): key for name, key in SETTINGS.items()
}
LISTS = {
    "faults": FAULTS.names,
    "alarms": ALARMS.names,
    "faults_daily": FAULTS.names,
    "alarms_daily": ALARMS.names,
    "flags_daily": DAILY_FLAGS.names,
}

log = logging.getLogger(__name__)


class Morningstar:
    """One controller on a serial port, which is open from the start and closed by `close`, `with` or the end.

    Voltages, currents and so on are in the units of docs/devices/tristar_mppt.md, settings per 12 V.  A value that
    could not be read is None; why, is in the log and in `last_error`.  Raises TransportError when no controller
    answers at the start.
    """

    def __init__(self, PORT: str, BAUDRATE: int = 9600, SLAVE_NUMBER: int = 1) -> None:
        self.PORT = PORT
        self.BAUD = BAUDRATE
        self.SLAVE_NUMBER = SLAVE_NUMBER
        self.last_error: str | None = None
        self.V_PU = self.I_PU = 0.0
        self._line = ModbusSerial(PORT, BAUDRATE, SLAVE_NUMBER)
        self._reader = TristarMppt(self._line)
        self._closing = weakref.finalize(self, self._reader.close)
        try:
            self._take_scales()
        except (TransportError, DecodeError):
            self.close()
            raise

    @property
    def serial_connection(self) -> Any:
        """The open port, a pyserial Serial."""
        with self._line.port.opened() as serial_port:
            return serial_port

    @property
    def master(self) -> Any:
        """The RtuMaster of modbus-tk on the open port; it refuses to send anything but reads."""
        return self._line.master(self.serial_connection)

    def scaling(self) -> None:
        """Read V_PU and I_PU and print the firmware version.  Raises TransportError when no answer comes."""
        print(f"firmware version: {self._take_scales()}")

    def ADCdata(self) -> Answer:
        """Voltages and currents as measured now."""
        return self._section(ADC, "adc")

    def TemperatureData(self) -> Answer:
        """Temperatures in °C; None without a sensor."""
        return self._section(TEMPERATURES, "temperature")

    def StatusData(self) -> Answer:
        """Slow battery values, counters, lists of faults and alarms, switches, LED."""
        return self._section(STATUS, "status")

    def ChargerData(self) -> Answer:
        """Charging stage, its voltage, what was charged."""
        return self._section(CHARGER, "charger")

    def MPPTData(self) -> Answer:
        """Power now, and what the last sweep of the array found."""
        return self._section(MPPT, "mppt")

    def Logger_TodaysValues(self) -> Answer:
        """Today's lowest, highest and sums."""
        return self._section(TODAY, "logger_daily")

    def ChargeSettings(self) -> Answer:
        """What the charger is set to, voltages per 12 V."""
        return self._section(CHARGE_SETTINGS, "eeprom_settings")

    def DumpInstantenousDataToJSONFile(self, outfile: str | Path | TextIO) -> None:
        """Write the instantaneous document, as it is posted, to a path or an open text file."""
        write_document(build_tristar(self._read(registers_table.LIVE[:-1]), day=_today()), outfile)

    def DumpDailyDataToJSONFile(self, outfile: str | Path | TextIO) -> None:
        """Write the daily document, as it is posted, to a path or an open text file."""
        write_document(build_tristar_daily(self._read(registers_table.DAILY), day=_today()), outfile)

    def PrintInstantenousData(self) -> None:
        """Print what DumpInstantenousDataToJSONFile writes, for people."""
        for section in (self.ADCdata, self.TemperatureData, self.StatusData, self.ChargerData, self.MPPTData):
            print(json.dumps(section(), indent=2, ensure_ascii=False))

    def PrintDailyData(self) -> None:
        """Print what DumpDailyDataToJSONFile writes, for people."""
        for section in (self.Logger_TodaysValues, self.ChargeSettings):
            print(json.dumps(section(), indent=2, ensure_ascii=False))

    def close(self) -> None:
        """Close the port; whatever reads next opens it again."""
        self._reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _section(self, names: Mapping[str, str], group: str) -> Answer:
        values = self._read((group,))
        return {name: worded(key, values.get(key)) for name, key in names.items()}

    def _read(self, groups: Sequence[str]) -> Mapping[str, Any]:
        """The values of these groups; empty when none came."""
        try:
            reading = self._reader.read(groups)
        except (TransportError, DecodeError) as problem:
            self._failed(str(problem))
            return {}
        self.V_PU, self.I_PU = reading.values["v_pu"], reading.values["i_pu"]
        self.last_error = None
        if reading.failed:
            self._failed("; ".join(f"{group}: {reason}" for group, reason in reading.failed.items()))
        return reading.values

    def _take_scales(self) -> Any:
        values = self._reader.read(("scaling",)).values
        self.V_PU, self.I_PU = values["v_pu"], values["i_pu"]
        return values["firmware_version"]

    def _failed(self, reason: str) -> None:
        self.last_error = reason
        log.warning("%s", reason)


def worded(key: str, value: Any) -> Any:
    """A value as scripts get it: bits as a list of names, codes as a name, switches as ON and OFF."""
    if value is None:
        return None
    if key in LISTS:
        return bit_names(value, LISTS[key])
    if key == "dip_switches":
        return switches(value)
    if key in CODES:
        return CODES[key].get(value, value)
    return value


def write_document(content: Answer, outfile: str | Path | TextIO) -> None:
    """One document on one line."""
    line = compact(content) + "\n"
    if isinstance(outfile, str | Path):
        Path(outfile).write_text(line, encoding="utf-8")
    else:
        outfile.write(line)


def _today() -> date:
    return datetime.now(UTC).astimezone().date()
