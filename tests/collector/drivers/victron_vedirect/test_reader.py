"""The VE.Direct reader: whole readings of a controller and of a monitor, and what it does with trouble."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from collector.drivers import DRIVERS, blocks
from collector.drivers.documents import compact
from collector.drivers.victron_vedirect.fields_table import FIELDS
from collector.drivers.victron_vedirect.reader import Joiner, VeDirect, group_of, values_of
from data.catalogue import metric
from data.errors import DecodeError, NotFoundError, TransportError
from tests.collector.drivers.victron_vedirect.frames import FRAMES

CHARGING = {
    "product": "0xA053", "firmware": "1.61", "serial_number": "HQ1234ABCDE", "bat_voltage": 13.79, "bat_current": 4.2,
    "array_voltage": 38.64, "p_in": 65, "load_current": 0.3, "load_on": 1, "operation_state": 3, "tracker_state": 2,
    "off_reason": 0, "error_code": 0, "kwhr_resettable": 102.06, "yield_today": 0.12, "maximum_power_today": 164,
    "yield_yesterday": 0.31, "maximum_power_yesterday": 130, "day_number": 279, "charge_state": 5,
}  # fmt: skip
MONITOR = {
    "product": "0x203", "bat_voltage": 26.201, "bat_current": -2.5, "state_of_charge": 87.6, "time_to_go": 90000,
    "consumed_charge": -48736.8, "battery_power": -66, "starter_voltage": 12.98, "relay_on": 0, "alarm_on": 0,
    "alarm_reason": 0, "firmware": "3.08",
}  # fmt: skip
HISTORY = {
    "deepest_discharge": -199947.6, "last_discharge": -48736.8, "average_discharge": -63183.6, "charge_cycles": 0,
    "full_discharges": 0, "discharged_charge": -2209435.2, "min_bat_voltage": 21.121, "max_bat_voltage": 28.543,
    "time_since_full": 0, "synchronisations": 0, "low_voltage_alarms": 0, "high_voltage_alarms": 0,
    "discharged_energy": 15.12, "charged_energy": 16.2,
}  # fmt: skip


class Line:
    """Says these pieces, a second apart by its own clock."""

    def __init__(self, *pieces: bytes) -> None:
        self._pieces = pieces
        self.now = 0.0

    def heard(self, seconds: float) -> Iterator[bytes]:
        for piece in self._pieces:
            yield piece
            self.now += 1.0
            if self.now > seconds:
                return

    def close(self) -> None:
        """Nothing."""


def reader(*names: str) -> VeDirect:
    line = Line(*(FRAMES.get(name, name.encode()) for name in names))
    return VeDirect(line, lambda: line.now)


def test_a_controller_by_day() -> None:
    reading = reader("mppt_charging").read()
    assert (reading.values, reading.failed) == (CHARGING, {})


def test_a_controller_by_night_is_in_the_night_because_it_has_no_input_power() -> None:
    values = reader("mppt_night").read().values
    assert (values["charge_state"], values["operation_state"], values["off_reason"]) == (3, 0, 1)


@pytest.mark.parametrize("order", [("bmv_block_1", "bmv_block_2"), ("bmv_block_2", "bmv_block_1")])
def test_a_monitors_reading_is_its_two_blocks_in_either_order(order: tuple[str, str]) -> None:
    reading = reader(*order).read()
    assert (dict(reading.values), reading.failed) == (MONITOR | HISTORY, {})


def test_a_monitor_without_its_history_is_read_and_the_history_is_told_as_missing() -> None:
    reading = reader("bmv_block_1").read()
    assert (dict(reading.values), list(reading.failed)) == (MONITOR, ["history"])


def test_what_a_monitor_does_not_know_is_no_value() -> None:
    values = reader("bmv_block_1_no_probe", "bmv_block_2").read().values
    assert (values["temp_rts"], values["time_to_go"]) == (None, None)


def test_a_history_of_more_than_three_seconds_ago_is_no_part_of_a_reading() -> None:
    ((live,), (history,)) = (list(blocks.BlockCutter().feed(FRAMES[name])) for name in ("bmv_block_1", "bmv_block_2"))
    assert not isinstance(live, DecodeError)
    assert not isinstance(history, DecodeError)
    old, fresh = Joiner(), Joiner()
    assert (old.take(history, 0.0), old.take(live, 3.1)) == (None, None)
    assert (fresh.take(history, 0.0), fresh.take(live, 3.0)) == (None, live | history)


def test_half_a_block_and_a_damaged_one_are_passed_over() -> None:
    damaged = FRAMES["mppt_charging"].replace(b"13790", b"13791")
    line = Line(FRAMES["mppt_charging"][60:], damaged, FRAMES["mppt_charging"])
    assert VeDirect(line, lambda: line.now).read().values == CHARGING


def test_silence_and_damage_are_told() -> None:
    with pytest.raises(TransportError, match=r"no whole block of VE\.Direct within 3 s"):
        reader().read()
    damaged = FRAMES["mppt_charging"].replace(b"13790", b"13791")
    with pytest.raises(TransportError, match="the sum of a block is 1, not 0"):
        VeDirect(Line(damaged)).read()


def test_only_the_groups_that_are_wanted_are_given() -> None:
    assert set(reader("mppt_charging").read(("identity",)).values) == {"product", "firmware", "serial_number"}
    with pytest.raises(ValueError, match="nonsense"):
        reader().read(("nonsense",))


@pytest.mark.parametrize(
    ("state", "reasons", "charge_state"),
    [
        (0, "0x00000001", 3), (0, "0x00000004", None), (2, "0x00000000", 4), (3, "0x00000000", 5), (4, "0x0", 6),
        (5, "0x0", 7), (6, "0x0", 7), (7, "0x0", 8), (245, "0x0", None), (246, "0x0", 6), (247, "0x0", 8),
        (252, "0x0", None),
    ],
)  # fmt: skip
def test_the_states_of_operation_are_the_houses_charge_states(
    state: int, reasons: str, charge_state: int | None
) -> None:
    block = {b"CS": str(state).encode(), b"OR": reasons.encode()}
    assert values_of(block)["charge_state"] == charge_state


def test_each_field_of_the_table_is_read_from_a_frame_or_is_listed_here() -> None:
    read = {key for name in FRAMES for key in values_of(next(iter(blocks.BlockCutter().feed(FRAMES[name]))))}  # type: ignore[arg-type]
    unread = {"firmware_24_bit", "mid_point_voltage", "mid_point_deviation"}
    assert {row.key for row in FIELDS} - read == unread
    block = {b"FWE": b"0208FF", b"VM": b"13100", b"DM": b"-12"}
    values = {"firmware_24_bit": "0208FF", "mid_point_voltage": 13.1, "mid_point_deviation": -1.2}
    assert values_of(block) == values


def test_each_number_is_a_metric_in_the_unit_of_the_catalogue() -> None:
    for row in FIELDS:
        if group_of(row.key) == "identity":
            with pytest.raises(NotFoundError):
                metric(row.key)
        else:
            assert metric(row.key).unit == row.unit


def test_the_document_has_each_value_under_its_key_and_the_names_of_what_is_wrong() -> None:
    driver = DRIVERS["victron_vedirect"]
    document = driver.build(CHARGING | {"error_code": 17}, 1, None)
    assert document == {"name": "Victron", "string": 1, **CHARGING, "error_code": 17, "faults": ["charger too hot"]}
    assert driver.build({"alarm_reason": 5}, None, None)["alarms"] == ["low voltage", "low charge"]
    assert compact(driver.build({"error_code": 0}, None, None)) == '{"name":"Victron","error_code":0,"faults":[]}'
