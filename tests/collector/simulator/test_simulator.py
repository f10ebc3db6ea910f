from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collector.drivers import sentences
from collector.drivers.emus import reader as emus_reader
from collector.drivers.emus import sentences_table
from collector.drivers.emus.reader import EmusG1
from collector.drivers.emus.statistics import ROWS, interpret
from collector.drivers.tristar import registers_table
from collector.drivers.tristar.reader import TristarMppt
from collector.simulator.emus.device import VirtualEmus
from collector.simulator.emus.noon import NOON
from collector.simulator.faults import Fault
from collector.simulator.modbus.rtu_slave import RtuSlave, crc16
from collector.simulator.site import VirtualSite, take_state
from collector.simulator.tristar.device import VirtualTristar
from collector.transports.modbus.line import ModbusSerial
from collector.transports.serial_line import SerialLine
from data.errors import TransportError


@pytest.fixture
def site(tmp_path: Path) -> Iterator[VirtualSite]:
    opened = VirtualSite(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def tristar(site: VirtualSite) -> Iterator[TristarMppt]:
    reader = TristarMppt(ModbusSerial(str(site.lines["tristar_1"].path), timeout_seconds=0.5))
    yield reader
    reader.close()


@pytest.fixture
def emus(site: VirtualSite) -> Iterator[EmusG1]:
    reader = EmusG1(SerialLine(str(site.lines["emus"].path)))
    yield reader
    reader.close()


def request(unit_id: int, function: int, address: int, count: int) -> bytes:
    body = bytes([unit_id, function]) + address.to_bytes(2, "big") + count.to_bytes(2, "big")
    return body + crc16(body)


def test_the_worked_example_of_the_manual_is_answered_byte_for_byte() -> None:
    slave = RtuSlave(1, {0: 180, 1: 0, 2: 80, 3: 0, 4: 0x42})
    assert slave.receive(bytes.fromhex("01 03 00 00 00 05 85 C9")) == [
        bytes.fromhex("01 03 0A 00 B4 00 00 00 50 00 00 00 42 63 8C")
    ]


def test_functions_3_and_4_answer_alike_and_others_are_refused() -> None:
    slave = RtuSlave(1, {0: 7})
    assert slave.receive(request(1, 3, 0, 1))[0][2:5] == slave.receive(request(1, 4, 0, 1))[0][2:5] == b"\x02\x00\x07"
    assert slave.receive(request(1, 6, 0, 1))[0][:3] == b"\x01\x86\x01"


def test_an_address_that_is_not_there_gives_exception_2_and_a_wrong_count_3() -> None:
    slave = RtuSlave(1, {0: 7, 1: 8})
    assert slave.receive(request(1, 3, 1, 2)) == [bytes.fromhex("01 83 02 C0 F1")]
    assert slave.receive(request(1, 3, 0, 0))[0][:3] == b"\x01\x83\x03"
    assert slave.receive(request(1, 3, 0, 126))[0][:3] == b"\x01\x83\x03"


def test_a_damaged_request_and_one_for_another_unit_get_no_answer_and_the_next_one_does() -> None:
    slave = RtuSlave(1, {0: 7})
    good = request(1, 3, 0, 1)
    assert slave.receive(good[:3] + bytes([good[3] ^ 1]) + good[4:]) == []
    assert slave.receive(request(2, 3, 0, 1)) == []
    assert slave.receive(b"\xff\xfe") == []
    assert slave.receive(good[:5]) == []
    assert len(slave.receive(good[5:] + good)) == 2


def test_a_reader_gets_every_value_of_the_controller_to_the_precision_of_the_wire(
    site: VirtualSite, tristar: TristarMppt
) -> None:
    reading = tristar.read((*registers_table.LIVE, "eeprom_settings"))
    decoded = site.tristars["1"].decoded()
    assert reading.failed == {}
    assert reading.values == {key: decoded[key] for key in reading.values}
    assert reading.values["battery_voltage"] == pytest.approx(13.41, abs=0.003)
    assert reading.values["absorption_voltage"] == pytest.approx(14.0, abs=0.003)


def test_the_two_controllers_are_two(site: VirtualSite) -> None:
    values = []
    for line in ("tristar_1", "tristar_2"):
        reader = TristarMppt.open(str(site.lines[line].path))
        values.append(reader.read(("adc",)).values["battery_current"])
        reader.close()
    assert values == [pytest.approx(18.5, abs=0.002), pytest.approx(17.9, abs=0.002)]


@pytest.mark.parametrize("fault", list(Fault))
def test_a_spoiled_answer_costs_a_try_and_never_a_wrong_value(
    site: VirtualSite, tristar: TristarMppt, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collector.simulator.faults.LATE_SECONDS", 0.7)
    right = tristar.read().values
    site.lines["tristar_1"].inject(fault)
    assert tristar.read().values == right
    assert tristar.read().values == right


def test_a_silent_device_gives_no_reading_until_it_is_back(site: VirtualSite, tristar: TristarMppt) -> None:
    site.change({"silent": ["tristar_1"]})
    with pytest.raises(TransportError):
        tristar.read()
    site.change({})
    assert tristar.read().values["hourmeter"] == 19874


def test_a_line_outlives_a_reader_that_closes_and_comes_again(site: VirtualSite) -> None:
    for _ in range(3):
        reader = TristarMppt.open(str(site.lines["tristar_1"].path))
        assert reader.read(("adc",)).failed == {}
        reader.close()


def test_a_reader_gets_every_sentence_of_the_battery_manager(emus: EmusG1) -> None:
    reading = emus.read((*emus_reader.LIVE, *emus_reader.LISTED))
    assert reading.failed == {}
    assert reading.values["BV1.total_voltage"] == 13.39
    assert [group["cell_voltages"] for group in reading.values["BV2"]] == [
        [3.34, 3.35, 3.34, 3.36],
        [3.35, 3.34, 3.35, 3.35],
    ]
    assert [event["event_id"] for event in reading.values["LG1"]] == [26, 22, 23, 28]
    statistics = [interpret(row) for row in reading.values["SS1"]]
    assert [one.key for one in statistics] == [row.key for row in ROWS]
    assert {one.key for one in statistics if one.value is None} == set()
    worst = next(one for one in statistics if one.key == "max_cell_voltage_difference")
    assert (worst.value, worst.cell, worst.lowest, worst.highest) == (0.26, 5, 2.93, 3.19)


def test_what_the_battery_manager_says_unasked_disturbs_no_reading(tmp_path: Path) -> None:
    site = VirtualSite(tmp_path, every_seconds=0.02)
    reader = EmusG1.open(str(site.lines["emus"].path))
    try:
        for _ in range(3):
            reading = reader.read()
            assert reading.failed == {}
            assert reading.values["BC1.state_of_charge"] == 72.4
            assert len(reading.values["BT2"]) == 2
    finally:
        reader.close()
        site.close()


@pytest.mark.parametrize("fault", list(Fault))
def test_a_spoiled_sentence_costs_a_try_and_never_a_wrong_value(
    site: VirtualSite, emus: EmusG1, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collector.simulator.faults.LATE_SECONDS", 0.7)
    site.lines["emus"].inject(fault)
    assert emus.read(("BV1", "CV1")).values["BV1.total_voltage"] == 13.39
    assert emus.read(("BV1", "CV1")).values["CV1.current"] == 32.3


def test_a_question_with_a_wrong_checksum_and_a_command_are_not_answered() -> None:
    emus = VirtualEmus()
    assert emus.receive(b"BV1,?,00\r\n") == []
    assert emus.receive(sentences.frame("SC1", "64") + b"\n") == []
    assert emus.receive(sentences.frame("SS1", "c") + b"\n") == []
    assert len(emus.receive(sentences.request("BV2") + b"\r\n")) == 2
    (one,) = emus.receive(sentences.frame("SS1", "0A") + b"\r")
    assert sentences_table.decode(one.strip()).fields["value"] == 93


def test_every_sentence_that_may_be_asked_for_is_answered() -> None:
    assert NOON.keys() == set(sentences_table.REQUESTABLE)
    emus = VirtualEmus()
    for name in sentences_table.REQUESTABLE:
        answers = emus.receive(sentences.request(name) + b"\r\n")
        assert answers
        assert all(sentences_table.decode(line.strip()).name == name for line in answers)


def test_a_state_changes_what_it_names_and_nothing_else(site: VirtualSite, tristar: TristarMppt) -> None:
    site.change(
        {"tristar": {"1": {"battery_voltage": 12.0}}, "emus": {"CV1": {"total_voltage": 12.1, "current": -4.0}}}
    )
    values = tristar.read().values
    assert values["battery_voltage"] == pytest.approx(12.0, abs=0.003)
    assert values["hourmeter"] == 19874
    assert sentences_table.decode(site.emus.lines("CV1")[0]).fields == {"total_voltage": 12.1, "current": -4.0}
    assert sentences_table.decode(site.emus.lines("BC1")[0]).fields["state_of_charge"] == 72.4


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "[]",
        '{"tristar": {"3": {}}}',
        '{"tristar": {"1": {"colour": 3}}}',
        '{"tristar": {"1": {"battery_voltage": 900}}}',
        '{"emus": {"XX9": {}}}',
        '{"emus": {"BV1": {"colour": 1}}}',
        '{"emus": {"BV1": 7}}',
        '{"silent": ["fridge"]}',
        '{"tristar": 3}',
    ],
)
def test_a_wrong_state_is_told_and_ignored(site: VirtualSite, tristar: TristarMppt, line: str) -> None:
    before = tristar.read().values
    told: list[str] = []
    take_state(site, line, told.append)
    assert len(told) == 1
    assert tristar.read().values == before


def test_the_words_of_a_controller_cover_what_a_poll_asks() -> None:
    words = VirtualTristar().words()
    assert all(
        address in words for row in (*registers_table.REGISTERS, *registers_table.SETTINGS) for address in row.addresses
    )


@pytest.fixture
def simulating(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "collector", "simulate", "--links", str(tmp_path / "dev"), "--state", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"simulating: {tmp_path / 'dev'}\n"
        yield process
        process.kill()


def hours(reader: TristarMppt) -> Any:
    try:
        return reader.read(("status",)).values["hourmeter"]
    except TransportError:
        return None


def test_the_command_answers_on_its_links_takes_states_and_ends_with_them(
    tmp_path: Path, simulating: subprocess.Popen[str]
) -> None:
    links = sorted((tmp_path / "dev").iterdir())
    assert [link.name for link in links] == ["emus", "tristar_1", "tristar_2"]
    reader = TristarMppt.open(str(tmp_path / "dev" / "tristar_2"))
    with pytest.raises(TransportError):  # silent until somebody says how the site stands
        reader.read(("status",))
    assert simulating.stdin is not None
    simulating.stdin.write(json.dumps({"tristar": {"2": {"hourmeter": 77}}, "silent": []}) + "\n")
    simulating.stdin.flush()
    deadline = time.monotonic() + 10
    while hours(reader) != 77:
        assert time.monotonic() < deadline
    reader.close()
    simulating.stdin.close()
    assert simulating.wait(60) == 0
    assert not any(os.path.lexists(link) for link in links)


def test_the_command_ends_at_sigterm_and_takes_its_links_away(
    tmp_path: Path, simulating: subprocess.Popen[str]
) -> None:
    simulating.send_signal(signal.SIGTERM)
    assert simulating.wait(60) == 0
    assert list((tmp_path / "dev").iterdir()) == []
