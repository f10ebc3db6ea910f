"""A reader of an awkward battery manager: it gets the right values or none, and comes back."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from collector.drivers.emus.reader import EmusG1
from collector.drivers.reading import Reading
from collector.simulator.emus.device import VirtualEmus
from collector.simulator.emus.faults import OF_CELLS, AwkwardEmus, EmusFault
from collector.simulator.pty_link import PtyLink
from data.errors import TransportError

GROUPS = ("VR1", "ST1", "BC1", "BV1", "BV2", "LG1")
FEW = ("BC1", "BV2")


@pytest.fixture(autouse=True)
def quick(some_silence: None, monkeypatch: pytest.MonkeyPatch) -> None:
    # Later than what is waited for an answer.
    monkeypatch.setattr("collector.simulator.emus.faults.LATE_SECONDS", 0.5)


@pytest.fixture
def unit(tmp_path: Path) -> Iterator[AwkwardEmus]:
    awkward = AwkwardEmus(VirtualEmus(delay_seconds=0.0))
    link = PtyLink(tmp_path / "emus", awkward)
    link.start()
    yield awkward
    link.close()


@pytest.fixture
def reader(unit: AwkwardEmus, tmp_path: Path) -> Iterator[EmusG1]:
    opened = EmusG1.open(str(tmp_path / "emus"))
    yield opened
    opened.close()


def read(reader: EmusG1, groups: tuple[str, ...] = GROUPS) -> Reading:
    try:
        return reader.read(groups)
    except TransportError as problem:
        return Reading({}, {"all": str(problem)})


def right(groups: tuple[str, ...] = GROUPS) -> dict[str, Any]:
    return measured(EmusG1(Quiet(VirtualEmus())).read(groups).values)


class Quiet:
    """A line without a wire: what the unit answers comes back at once."""

    def __init__(self, unit: VirtualEmus) -> None:
        self._unit = unit
        self.overheard: deque[bytes] = deque()

    def ask_lines(self, request: bytes, _name: bytes, is_last: Callable[[bytes], bool], *_rest: Any) -> list[bytes]:
        lines = [line.rstrip() for line in self._unit.receive(request + b"\n")]
        for line in lines:
            is_last(line)
        return lines

    def listen(self, *_rest: Any) -> list[bytes]:
        return []

    def close(self) -> None:
        return


def measured(values: Any) -> dict[str, Any]:
    """What the unit measured, without the CAN messages that passed by."""
    return {key: value for key, value in values.items() if key not in ("CN1", "CN2")}


def missing_or_right(values: Any, expected: dict[str, Any]) -> bool:
    """Whether every value is the right one, none, or the right ones in part."""
    for key, value in measured(values).items():
        if isinstance(value, list):
            if any(one not in expected[key] for one in value):
                return False
        elif value is not None and value != expected[key]:
            return False
    return True


@pytest.mark.parametrize("fault", EmusFault, ids=lambda fault: fault.value)
def test_a_fault_gives_the_right_values_or_none_and_is_over_when_it_is_mended(
    unit: AwkwardEmus, reader: EmusG1, fault: EmusFault
) -> None:
    unit.break_with(fault.value)
    reading = read(reader)
    if fault.keeps_values:
        assert (measured(reading.values), reading.failed) == (right(), {})
    else:
        assert missing_or_right(reading.values, right())
        assert reading.failed or None in reading.values.values()
    unit.mend()
    for _ in range(3):
        # What was late may still come once.
        reading = read(reader)
    assert (measured(reading.values), reading.failed) == (right(), {})


@pytest.mark.parametrize("first", list(EmusFault)[:-1], ids=lambda fault: fault.value)
def test_two_faults_together_never_give_a_wrong_value(tmp_path: Path, first: EmusFault) -> None:
    """A fault with each of those after it, every pair on a line of its own, all at once: most of it is waiting."""
    expected = right(FEW)

    def holds(faults: tuple[EmusFault, EmusFault]) -> bool:
        path = tmp_path / "+".join(fault.value for fault in faults)
        link = PtyLink(path, AwkwardEmus(VirtualEmus(delay_seconds=0.0), faults))
        link.start()
        reader = EmusG1.open(str(path))
        try:
            reading = read(reader, FEW)
        finally:
            reader.close()
            link.close()
        if all(fault.keeps_values for fault in faults):
            return (measured(reading.values), reading.failed) == (expected, {})
        return missing_or_right(reading.values, expected)

    pairs = [pair for pair in combinations(EmusFault, 2) if pair[0] is first]
    with ThreadPoolExecutor(len(pairs)) as lines:
        assert dict(zip(pairs, lines.map(holds, pairs), strict=True)) == dict.fromkeys(pairs, True)


def test_all_that_patience_helps_against_at_once_costs_no_value(unit: AwkwardEmus, reader: EmusG1) -> None:
    unit.break_with(*(fault for fault in EmusFault if fault.keeps_values))
    reading = read(reader)
    assert (measured(reading.values), reading.failed) == (right(), {})


def test_cells_out_of_reach_are_no_values_and_no_failure(unit: AwkwardEmus, reader: EmusG1) -> None:
    unit.break_with("no-cells", "extra-fields", "unsolicited")
    reading = reader.read(OF_CELLS)
    assert reading.failed == {}
    assert {value for value in measured(reading.values).values() if not isinstance(value, list)} == {None}
    assert [reading.values[name] for name in ("BB2", "BT2", "BT4", "BV2")] == [[], [], [], []]


def test_older_firmware_lacks_values_and_nothing_fails(unit: AwkwardEmus, reader: EmusG1) -> None:
    unit.break_with("old-firmware")
    reading = reader.read(("ST1", "DT1"))
    assert reading.failed == {}
    assert reading.values["ST1.pin_status_flags"] is None
    assert reading.values["ST1.charging_stage"] == 3


@pytest.mark.usefixtures("silence")
def test_a_unit_that_wants_a_log_in_is_named(unit: AwkwardEmus, reader: EmusG1) -> None:
    unit.break_with("login")
    with pytest.raises(TransportError, match="asks for a log-in"):
        reader.read(GROUPS)


def test_a_fault_that_is_none_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="gremlins"):
        AwkwardEmus(VirtualEmus(), ["gremlins"])


def test_a_unit_says_its_can_messages_when_its_parameter_has_them_said() -> None:
    unit = VirtualEmus({"CN1": {"can_identifier": 0x1B5, "data_length": 1, "data": [4]}})
    assert [line[:3] for line in unit.unasked()][-1] == b"CN1"
    unit.parameters[0x1600] = "00001000"
    assert b"CN1" not in [line[:3] for line in unit.unasked()]
    unit.parameters[0x1600] = "00000000"
    assert unit.unasked() == []


def test_a_port_that_comes_back_under_another_name_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "by-id"
    first = PtyLink(path, VirtualEmus())
    first.start()
    reader = EmusG1.open(str(path))
    assert reader.read(("BC1",)).failed == {}
    second = PtyLink(tmp_path / "other", VirtualEmus())
    second.start()
    first.close()
    with pytest.raises(TransportError):
        reader.read(("BC1",))
    # As udev does: the same name under /dev/serial/by-id, another terminal behind it.
    path.symlink_to(second.path.readlink())
    until = time.monotonic() + 10
    values: Any = {}
    while not values and time.monotonic() < until:
        values = read(reader).values  # it waits a second before it opens a port again
    assert values["BC1.state_of_charge"] == 72.4
    reader.close()
    second.close()
