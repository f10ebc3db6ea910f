"""A battery manager read over a real pseudo-terminal, between everything else it says."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from collector.drivers import DRIVERS
from collector.drivers.emus import reader as emus_reader
from collector.drivers.emus.reader import EmusG1
from collector.drivers.emus.sentences_table import REQUESTABLE, SENTENCES
from collector.drivers.sentences import encode, frame
from data.errors import TransportError
from tests.collector.wire import Wire

pytestmark = pytest.mark.usefixtures("answers")

Plug = Callable[[Callable[[bytes], bytes]], Wire]

UNASKED = b"CV1,000015AD,0004,01FF,01FD,01FA,03FC,09DA,66CF,0000,0000,DE"


def group(name: str, first: int, size: int) -> bytes:
    key = SENTENCES[name][3].key
    return encode(
        SENTENCES, name, {"cell_string_number": 0, "first_cell_number": first, "group_size": size, key: [20.0] * size}
    )


class ControlUnit:
    """Answers each request with the lines it has for it: one list, or one list for each time it is asked."""

    def __init__(self, by_request: dict[str, list[Any]] | None = None, **answers: list[Any]) -> None:
        self.answers = answers | (by_request or {})
        self.asked: list[str] = []

    def answer(self, heard: bytes) -> bytes:
        assert heard[:2] == heard[-2:] == b"\r\n"
        name = heard[2:-2].decode().removesuffix(",?," + heard[-4:-2].decode())
        if name.startswith("SS1,"):
            name = name[:6]
            assert heard[2:-2] == frame(*name.split(",")), "only questions are sent"
        else:
            assert heard[2:-2] == frame(*name.split(","), "?"), "only questions are sent"
        self.asked.append(name)
        lines = self.answers.get(name, [])
        if lines and isinstance(lines[0], list):
            lines = lines.pop(0) if len(lines) > 1 else lines[0]
        return b"".join(line + b"\r\n" for line in lines)


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[EmusG1]:
    reader = DRIVERS["emus_g1"].open(str(tmp_path / "port"))
    assert isinstance(reader, EmusG1)
    yield reader
    reader.close()


def test_summaries_have_a_key_for_each_field_and_details_a_list_of_groups(plug: Plug, reader: EmusG1) -> None:
    unit = ControlUnit(
        BV1=[UNASKED, b"BV1,0050,4A,94,80,335B,,D3"],
        BT2=[group("BT2", first, 8) for first in range(0, 80, 8)],
    )
    plug(unit.answer)
    reading = reader.read(("BV1", "BT2"))
    assert reading.failed == {}
    assert reading.values["BV1.total_voltage"] == 131.47
    assert [row["first_cell_number"] for row in reading.values["BT2"]] == list(range(0, 80, 8))
    assert reading.values["BT2"][0]["cell_module_temperatures"] == [20] * 8
    assert unit.asked == ["BV1", "BT2"]


def test_a_unit_slower_than_the_time_out_is_read_and_falls_no_further_behind(
    plug: Plug, reader: EmusG1, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It answers every try, one after the other: without a pause each question would wait for the answers before it."""
    monkeypatch.setattr(emus_reader, "TIMEOUT_SECONDS", 0.4)
    slow = threading.Event()
    unit = ControlUnit(BV1=[b"BV1,0050,4A,94,80,335B,,D3"], BC1=[b"BC1,000456F0,00057E40,1EDC,3C"], CV1=[UNASKED])
    queue = bytearray()

    def answer(heard: bytes) -> bytes:
        queue.extend(heard)
        slow.wait(0.6)
        question, _, rest = bytes(queue).lstrip(b"\r\n").partition(b"\r\n")
        queue[:] = rest
        return unit.answer(b"\r\n" + question + b"\r\n")

    plug(answer)
    reading = reader.read(("BV1", "BC1", "CV1"))
    assert reading.failed == {}
    assert reading.values["CV1.total_voltage"] == 55.49
    assert list(dict.fromkeys(unit.asked)) == ["BV1", "BC1", "CV1"]


def test_cells_that_cannot_be_reached_have_no_value_and_that_is_no_error(plug: Plug, reader: EmusG1) -> None:
    plug(ControlUnit(BV1=[frame("BV1", *[""] * 6)], BV2=[b"BV2,,,,,,,FC"]).answer)
    reading = reader.read(("BV1", "BV2"))
    assert reading.failed == {}
    assert reading.values == {f"BV1.{row.key}": None for row in SENTENCES["BV1"] if row.encoding != "reserved"} | {
        "BV2": []
    }


@pytest.mark.usefixtures("some_silence")
def test_a_sentence_that_does_not_answer_leaves_the_others_standing(plug: Plug, reader: EmusG1) -> None:
    unit = ControlUnit(VR1=[b"VR1,BMS1,00000382,2.0.18_RC1_ZVU,9D"], BC1=[b"BC1,000456F0,00057E40,1EDC,3C"])
    plug(unit.answer)
    reading = reader.read(("VR1", "BT3", "BC1"))
    assert set(reading.failed) == {"BT3"}
    assert (reading.values["VR1.serial_number"], reading.values["BC1.state_of_charge"]) == (898, 79.0)
    assert unit.asked == ["VR1", "BT3", "BT3", "BT3", "BC1"]


def test_a_damaged_answer_is_asked_for_again(plug: Plug, reader: EmusG1) -> None:
    damaged, whole = b"BC1,000456F0,00057E40,1EDD,3C", b"BC1,000456F0,00057E40,1EDC,3C"
    unit = ControlUnit(BC1=[[damaged], [whole]])
    plug(unit.answer)
    assert reader.read(("BC1",)).values["BC1.state_of_charge"] == 79.0
    assert unit.asked == ["BC1", "BC1"]


def test_groups_that_stay_away_are_reported_and_the_others_kept(plug: Plug, reader: EmusG1) -> None:
    plug(ControlUnit(BV1=[b"BV1,0050,4A,94,80,335B,,D3"], BT2=[group("BT2", 0, 8), group("BT2", 8, 8)]).answer)
    reading = reader.read(("BV1", "BT2"))
    assert reading.failed == {"BT2": "BT2 has 16 of 80 cells; the rest did not come in time"}
    assert len(reading.values["BT2"]) == 2


def test_the_rest_of_an_older_reply_is_not_taken_for_the_new_one(plug: Plug, reader: EmusG1) -> None:
    summary = encode(SENTENCES, "BV1", {"number_of_cells": 16})
    plug(ControlUnit(BV1=[summary], BT2=[group("BT2", 8, 8), group("BT2", 8, 8), group("BT2", 0, 8)]).answer)
    assert [row["first_cell_number"] for row in reader.read(("BV1", "BT2")).values["BT2"]] == [8, 0]


def test_without_a_number_of_cells_a_reply_ends_with_silence(plug: Plug, reader: EmusG1) -> None:
    plug(ControlUnit(BT2=[group("BT2", 0, 8), group("BT2", 8, 8)]).answer)
    reading = reader.read(("BT2",))
    assert reading.failed == {}
    assert len(reading.values["BT2"]) == 2


def test_the_event_log_and_the_statistics_are_lists(plug: Plug, reader: EmusG1) -> None:
    events = [encode(SENTENCES, "LG1", {"sequence_number": n, "event_id": 1, "timestamp": n}) for n in range(3)]
    plug(ControlUnit(LG1=events, SS1=[b"SS1,00,00000003,,,72", b"SS1,01,00000005,,,DC"]).answer)
    reading = reader.read(("LG1", "SS1"))
    assert [event["sequence_number"] for event in reading.values["LG1"]] == [0, 1, 2]
    assert [(row["statistic_id"], row["value"]) for row in reading.values["SS1"]] == [(0, 3), (1, 5)]


def test_an_empty_log_is_an_empty_list_at_once(plug: Plug, reader: EmusG1) -> None:
    plug(ControlUnit(LG1=[frame("LG1", "")]).answer)
    assert reader.read(("LG1",)).values == {"LG1": []}


def test_an_event_that_was_lost_on_the_line_is_asked_for_again(plug: Plug, reader: EmusG1) -> None:
    events = [encode(SENTENCES, "LG1", {"sequence_number": n, "event_id": 1, "timestamp": n}) for n in range(3)]
    unit = ControlUnit(LG1=[[events[0], events[2]], events])
    plug(unit.answer)
    assert len(reader.read(("LG1",)).values["LG1"]) == 3
    unit.answers["LG1"] = [events[0], events[2]]
    reading = reader.read(("LG1",))
    assert reading.failed == {"LG1": "LG1 has 2 of 3 events; the rest was lost on the line"}
    assert len(reading.values["LG1"]) == 2


def test_only_some_cells_have_probes_and_that_is_a_whole_reply(plug: Plug, reader: EmusG1) -> None:
    plug(ControlUnit(BT1=[b"BT1,0050,78,7A,78,,1A"], BT4=[group("BT4", 8, 8)]).answer)
    reading = reader.read(("BT1", "BT4"))
    assert reading.failed == {}
    assert [row["first_cell_number"] for row in reading.values["BT4"]] == [8]


def test_one_statistic_is_asked_for_by_its_number(plug: Plug, reader: EmusG1) -> None:
    unit = ControlUnit({"SS1,0A": [b"SS1,00,00000003,,,72", b"SS1,0A,85,0000,1BCE6DCE,1D"]})
    plug(unit.answer)
    assert reader.read_statistic(10).fields["value"] == 0x85
    for wrong in (-1, 256, True):
        with pytest.raises(ValueError, match="is no statistic"):
            reader.read_statistic(wrong)


def test_a_parameter_is_asked_for_by_name_and_another_parameters_answer_is_passed_over(
    plug: Plug, reader: EmusG1
) -> None:
    answer = [frame("CF2", "0102", "0001"), UNASKED, frame("CF2", "0100", "0050")]
    unit = ControlUnit({"CF2,0100": answer})
    plug(unit.answer)
    found = reader.read_parameter("number_of_overall_cells")
    assert (found.value, found.raw, found.unit) == (80, "0050", "")
    assert reader.read_parameter(0x0100) == found


@pytest.mark.usefixtures("some_silence")
def test_parameters_that_do_not_answer_leave_the_others_standing(plug: Plug, reader: EmusG1) -> None:
    unit = ControlUnit({"CF2,0100": [frame("CF2", "0100", "0050")], "CF2,0004": [frame("CF2", "0004", "50")]})
    plug(unit.answer)
    reading = reader.read_parameters(("number_of_overall_cells", "0102", 0x0004))
    assert reading.values == {"number_of_overall_cells": 80, "cell_under_voltage_protection_activate_at": 2.8}
    assert set(reading.failed) == {"capacity"}


@pytest.mark.usefixtures("silence")
def test_all_parameters_are_asked_for_and_a_silent_line_is_given_up_after_two(plug: Plug, reader: EmusG1) -> None:
    unit = ControlUnit()
    plug(unit.answer)
    with pytest.raises(TransportError, match="no CF2,0102 on"):
        reader.read_parameters()
    assert unit.asked == ["CF2,0100"] * 3 + ["CF2,0102"]


def test_can_messages_that_pass_by_are_in_the_reading(plug: Plug, reader: EmusG1) -> None:
    message = b"CN2,1806E5F4,1,0,8,0B90006200000000,FC"
    plug(ControlUnit(BC1=[message, b"CN1,damaged,00", b"BC1,000456F0,00057E40,1EDC,3C"]).answer)
    reading = reader.read(("BC1",))
    assert reading.failed == {}
    assert [frame["can_identifier"] for frame in reading.values["CN2"]] == [0x1806E5F4]
    assert "CN1" not in reading.values
    assert reader.read(("BC1",)).values["CN2"] == reading.values["CN2"]


def test_what_the_unit_says_by_itself_is_listened_for_without_a_word(plug: Plug, reader: EmusG1) -> None:
    wire = plug(lambda _heard: b"")
    assert reader.listen(("CN1",), 0.01) == []
    wire.say(b"CN2,1806E5F4,1,0,8,0B90006200000000,FC\r\nCN1,18FF50E5,1,0,8,0B90006000000000,4C\r\n")
    assert [said.name for said in reader.listen(("CN1",), 2.0)] == ["CN1"]
    assert wire.heard == b""


@pytest.mark.usefixtures("some_silence")
def test_silence_names_the_log_in_that_the_unit_asks_for(plug: Plug, reader: EmusG1) -> None:
    plug(ControlUnit({"CF2,0100": [b"PW1,?,B7"]}).answer)
    with pytest.raises(TransportError, match="the unit asks for a log-in"):
        reader.read_parameter("0100")


@pytest.mark.usefixtures("silence")
def test_a_silent_line_is_given_up_after_two_sentences(plug: Plug, reader: EmusG1) -> None:
    unit = ControlUnit()
    plug(unit.answer)
    with pytest.raises(TransportError, match="no TD1 on"):
        reader.read()
    assert unit.asked == ["VR1", "VR1", "VR1", "TD1"]


@pytest.mark.usefixtures("silence")
def test_a_line_that_only_echoes_is_a_transport_error(plug: Plug, reader: EmusG1) -> None:
    plug(lambda heard: heard)
    with pytest.raises(TransportError):
        reader.read(("VR1", "TD1"))


def test_a_unit_that_asks_for_a_log_in_is_reported(plug: Plug, reader: EmusG1) -> None:
    plug(ControlUnit(PW1=[b"#PW1,?,B7"], BC1=[b"BC1,000456F0,00057E40,1EDC,3C"]).answer)
    reading = reader.read(("BC1", "PW1"))
    assert "wants a log-in" in reading.failed["PW1"]


@pytest.mark.parametrize("name", ["FD1", "RS1", "RC1", "SC1", "TC1", "TC2", "PW2", "CN1", "CF2", "XX1", "LG1,c"])
def test_what_would_change_the_device_is_never_sent(plug: Plug, reader: EmusG1, name: str) -> None:
    wire = plug(lambda _heard: b"")
    with pytest.raises(ValueError, match="only reads are sent"):
        reader.read(("VR1", name))
    assert wire.heard == b""


def test_what_a_document_needs_can_all_be_asked_for() -> None:
    assert set(emus_reader.LIVE) | set(emus_reader.LISTED) <= REQUESTABLE
