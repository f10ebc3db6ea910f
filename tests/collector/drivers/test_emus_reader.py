"""A battery manager read over a real pseudo-terminal, between everything else it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from collector.drivers import DRIVERS, EmusG1, emus_reader
from collector.drivers.emus_g1 import REQUESTABLE, SENTENCES
from collector.drivers.sentences import encode, frame
from data.errors import TransportError
from tests.collector.wire import Wire

Plug = Callable[[Callable[[bytes], bytes]], Wire]

UNASKED = b"CV1,000015AD,0004,01FF,01FD,01FA,03FC,09DA,66CF,0000,0000,DE"


def group(name: str, first: int, size: int) -> bytes:
    key = SENTENCES[name][3].key
    return encode(
        SENTENCES, name, {"cell_string_number": 0, "first_cell_number": first, "group_size": size, key: [20.0] * size}
    )


class ControlUnit:
    """Answers each request with the lines it has for it: one list, or one list for each time it is asked."""

    def __init__(self, **answers: list[Any]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def answer(self, heard: bytes) -> bytes:
        assert heard[:2] == heard[-2:] == b"\r\n"
        name = heard[2:5].decode()
        assert heard[2:-2] == frame(name, "?"), "only questions are sent"
        self.asked.append(name)
        lines = self.answers.get(name, [])
        if lines and isinstance(lines[0], list):
            lines = lines.pop(0) if len(lines) > 1 else lines[0]
        return b"".join(line + b"\r\n" for line in lines)


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmusG1]:
    monkeypatch.setattr(emus_reader, "TIMEOUT_SECONDS", 0.05)
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


def test_cells_that_cannot_be_reached_have_no_value_and_that_is_no_error(plug: Plug, reader: EmusG1) -> None:
    plug(ControlUnit(BV1=[frame("BV1", *[""] * 6)], BV2=[b"BV2,,,,,,,FC"]).answer)
    reading = reader.read(("BV1", "BV2"))
    assert reading.failed == {}
    assert reading.values == {f"BV1.{row.key}": None for row in SENTENCES["BV1"] if row.encoding != "reserved"} | {
        "BV2": []
    }


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


def test_a_silent_line_is_given_up_after_two_sentences(plug: Plug, reader: EmusG1) -> None:
    unit = ControlUnit()
    plug(unit.answer)
    with pytest.raises(TransportError, match="no TD1 on"):
        reader.read()
    assert unit.asked == ["VR1", "VR1", "VR1", "TD1"]


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
