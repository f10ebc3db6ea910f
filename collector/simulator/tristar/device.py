"""A virtual TriStar MPPT: values in, the registers and coils of the real one out, over RTU and over Modbus TCP."""

from __future__ import annotations

from collections.abc import Mapping

from collector.drivers.registers import Value, decode, encode
from collector.drivers.scalings import Scales
from collector.drivers.tristar import registers_table
from collector.simulator.modbus import pdu as pdus
from collector.simulator.modbus.rtu_slave import RtuSlave
from collector.simulator.tristar.controls import Controls
from collector.simulator.tristar.values import MODELS, NOON, SETTINGS, WITH_ETHERNET, holding

__all__ = ["NOON", "READABLE", "SETTINGS", "TABLE", "VirtualTristar", "memory"]

ANSWER_SECONDS = 0.02
# What the device lets be read; unused addresses in between read 0.
READABLE = (range(0x005C), range(0xE000, 0xE022), range(0xE080, 0xE08D), range(0xE0C0, 0xE0CE))
ETHERNET_READABLE = (range(0x1000, 0x1031), range(0x151B, 0x1522))
TABLE = tuple(row for row in registers_table.ALL if any(row.address in span for span in READABLE))


class VirtualTristar:
    """One controller.  Values are by the drivers' keys, in the drivers' units; codes and flags as raw integers.

    What `values` leaves out is that of tristar_values.py, for a model of so many amperes on a system of so many volts.
    """

    every_seconds: float | None = None  # it speaks only when asked

    def __init__(
        self,
        values: Mapping[str, Value] | None = None,
        unit_id: int = 1,
        delay_seconds: float = ANSWER_SECONDS,
        amperes: int = WITH_ETHERNET,
        volts: int = 12,
    ) -> None:
        self._values = holding(amperes, volts) | {"modbus_id": unit_id}
        self.delay_seconds = delay_seconds
        self.has_ethernet = amperes == WITH_ETHERNET
        self._product = MODELS[amperes][1]
        self._spans = READABLE + (ETHERNET_READABLE if self.has_ethernet else ())
        self._table = tuple(row for row in registers_table.ALL if any(row.address in span for span in self._spans))
        self._slave = RtuSlave(unit_id, {}, self.answer)
        self.controls = Controls(self)
        self.change(values or {})

    @property
    def unit_id(self) -> int:
        """The unit id it answers to."""
        return self._slave.unit_id

    @unit_id.setter
    def unit_id(self, unit_id: int) -> None:
        self._slave.unit_id = unit_id

    def value(self, key: str) -> Value:
        """One value as it was given."""
        return self._values[key]

    def change(self, values: Mapping[str, Value]) -> None:
        """Take new values, all at once.  ValueError, and no change, for a key or a value that the device has not."""
        unknown = values.keys() - {row.key for row in self._table}
        if unknown:
            raise ValueError(f"a TriStar MPPT has no {', '.join(sorted(unknown))}")
        changed = {**self._values, **values}
        self._slave.memory = memory(changed, self._spans)
        self._values = changed

    def words(self) -> dict[int, int]:
        """Every readable register by address."""
        return dict(self._slave.memory)

    def decoded(self) -> dict[str, Value]:
        """What a reader of these registers makes of them: the values to the precision of the wire."""
        return decode(self._table, self.words(), _scales(self._values))

    def scales(self) -> Scales:
        """What its full scale is."""
        return _scales(self._values)

    def receive(self, data: bytes) -> list[bytes]:
        """Modbus RTU: one answer for each request that is for this unit id and undamaged."""
        return self._slave.receive(data)

    def answer(self, pdu: bytes, over_ethernet: bool = False) -> bytes | None:
        """The content of the answer to the content of a request, however both are framed; None: it stays silent."""
        match pdu[0]:
            case pdus.READ_COILS | pdus.READ_DISCRETE_INPUTS:
                return pdus.read_bits(self.controls.coils(), pdu)
            case pdus.WRITE_COIL | pdus.WRITE_REGISTER:
                return self.controls.write(pdu, over_ethernet)
            case pdus.IDENTIFY:
                return pdus.identification({0: "Morningstar Corp.", 1: self._product, 2: "v01.01.42"})
        return pdus.read_words(self._slave.memory, pdu)

    def unasked(self) -> list[bytes]:
        """Nothing."""
        return []


def memory(values: Mapping[str, Value], spans: tuple[range, ...] = READABLE) -> dict[int, int]:
    """The readable registers of a device with these values; what is not given reads 0."""
    words = {address: 0 for span in spans for address in span}
    scales = _scales(values)
    for row in registers_table.ALL:
        if row.key in values and row.address in words:
            words.update(zip(row.addresses, encode(row, values[row.key], scales), strict=True))
    return words


def _scales(values: Mapping[str, Value]) -> Scales:
    return Scales(v_pu=float(values["v_pu"] or 0), i_pu=float(values["i_pu"] or 0))
