"""The owner's BMS class over a real pseudo-terminal."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from collector import BMS, BMSStatistic
from collector.drivers import sentences
from collector.drivers.emus import sentences_table
from collector.drivers.emus.document import NO_CELLS
from collector.drivers.emus.statistics import COUNT, ROWS
from collector.simulator.emus.obedient import ObedientEmus
from data.catalogue.codes import LOG_EVENT, PIN_STATUS, POWER_REDUCTION, PROTECTION
from data.document import flags, readings
from data.errors import ChangeNotAllowedError
from tests.builders import of_the_catalogue
from tests.collector.wire import Wire

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.usefixtures("answers")
EMPTY = dict.fromkeys(("BB1", "BB2", "BT1", "BT2", "BT3", "BT4", "BV1", "BV2"))
# Section of the posted document -> the method that gives it.
SECTIONS = {
    "Battery Balancing Rate Summary": "BB1",
    "Battery Balancing Rate Detail": "BB2",
    "Battery Charge": "BC1",
    "Battery Module Temperature Summary": "BT1",
    "Battery Module Temperature Detail": "BT2",
    "Battery Cell Temperature Summary": "BT3",
    "Battery Cell Temperature Detail": "BT4",
    "BatteryVoltageSummary": "BV1",
    "BatteryVoltageDetail": "BV2",
    "CurrentAndVoltage": "CV1",
    "BMS Status": "ST1",
    "Time And Date": "TD1",
}
DATA = (*SECTIONS.values(), "VR1", "CG1", "CS1", "IN1", "OT1", "RS2", "LG1", "SS1", "PW1")


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[Wire]:
    plugged = Wire(tmp_path / "port", lambda _heard: b"")
    yield plugged
    if plugged.path.is_symlink():
        plugged.unplug()


@pytest.fixture
def connect(wire: Wire) -> Iterator[Callable[..., BMS]]:
    opened: list[BMS] = []

    def connected(said: dict[str, Any] | None = None, locked: bool = False, **rest: Any) -> BMS:
        unit = ObedientEmus(said, locked)
        wire.answer = lambda heard: b"".join(unit.receive(heard))
        opened.append(BMS(str(wire.path), 57600, **rest))
        return opened[-1]

    yield connected
    for bms in opened:
        bms.close()


def test_each_method_answers_with_the_owners_keys_and_decoded_values(connect: Callable[..., BMS]) -> None:
    bms = connect()
    assert bms.VR1() == {"hardware type": "BMS1", "serial number": "00000382", "firmware version": "2.0.18"}
    assert bms.BB1() == {
        "number of cells": 8,
        "minimum balancing rate": 0,
        "maximum balancing rate": 0,
        "average cell balancing rate": 0,
        "balancing threshold": 3.45,
    }
    assert bms.BC1() == {"battery charge": 938304, "battery capacity": 1296000, "state of charge": 72.4}
    assert bms.BT1() == {
        "number of cells": 8,
        "minimum cell module temperature": 20,
        "maximum cell module temperature": 22,
        "average cell module temperature": 21,
    }
    assert bms.BT3() == {
        "number of cells": 8,
        "minimum cell temperature": 18,
        "maximum cell temperature": 20,
        "average cell temperature": 19,
    }
    assert bms.BV1() == {
        "number of cells": 8,
        "minimum cell voltage": 3.34,
        "maximum cell voltage": 3.36,
        "average cell voltage": 3.35,
        "total voltage": 13.39,
    }
    assert bms.CV1() == {"total voltage": 13.39, "current": 32.3}
    assert bms.DT1() == {"error": "not programmed"}
    assert bms.IN1() == {"AC sense": True, "IGN In": False, "FAST_CHG": False}
    assert bms.OT1() == {"charger pin": True, "heater": False, "bat. low": False, "buzzer": False, "chg. ind.": False}
    assert bms.TD1() == {
        "year": 2019,
        "month": 12,
        "day": 3,
        "hour": 11,
        "minute": 40,
        "second": 12,
        "uptime": 1296345,
    }
    assert bms.CG1() == {
        "CAN current sensor status": "Not configured",
        "CAN cell group 1": {"number of cells": 4, "status": "OK"},
        "CAN cell group 2": {"number of cells": 4, "status": "OK"},
    }
    assert bms.RS2() == {
        "reset 1": {"reset sources": ["user reset"], "unix time stamp": 627408921 + 946684800},
        "reset 2": {"reset sources": ["power on reset", "brown out reset"], "unix time stamp": 1559684800},
    }
    assert bms.last_error is None


@pytest.mark.parametrize(
    ("method", "key", "values"),
    [
        ("BB2", "individual cell module balancing rate", [0.0, 0.0, 0.0, 0.0]),
        ("BT2", "individual cell module temperatures", [20, 20, 22, 21]),
        ("BT4", "individual cell temperatures", [18, 19, 20, 19]),
        ("BV2", "individual cell voltages", [3.35, 3.34, 3.35, 3.35]),
    ],
)
def test_details_have_a_value_for_each_cell_of_each_group(
    connect: Callable[..., BMS], method: str, key: str, values: list[float]
) -> None:
    answer = getattr(connect(), method)()
    assert list(answer) == ["cell group 1", "cell group 2"]
    assert answer["cell group 2"] == {
        "cell string number": 1,
        "first cell number": 4,
        "size of group": 4,
        key: {f"cell {cell}": value for cell, value in enumerate(values, start=1)},
    }


def test_the_status_has_words_and_a_flag_for_each_name(connect: Callable[..., BMS]) -> None:
    answer = connect().ST1()
    assert isinstance(answer, dict)
    assert list(answer)[:4] == [
        "charging stage",
        "last charging error",
        "last charging error parameter",
        "stage duration",
    ]
    assert (answer["charging stage"], answer["last charging error"]) == ("Main Charging Stage", "No error")
    assert set(answer) >= {*PIN_STATUS.names.values(), *PROTECTION.names.values(), *POWER_REDUCTION.names.values()}
    assert {name for name, flag in answer.items() if flag is True} == {
        "Valid cell voltages",
        "valid cell module temperatures",
        "Valid balancing rates",
        "valid number of live cells",
        "valid cell temperatures",
        "charger_mains_AC_sense",
        "charger_enable_output",
        "state_of_charge",
        "battery_contactor",
        "current_sensor",
    }


def test_events_are_numbered_in_the_owners_words_with_seconds_since_1970(connect: Callable[..., BMS]) -> None:
    log = [{"sequence_number": n, "event_id": code, "timestamp": n} for n, code in enumerate(LOG_EVENT.names)]
    assert connect({"LG1": log}).LG1() == {
        f"log event number {n}": {"log event": text, "unix time stamp": 946684799 + n}
        for n, text in enumerate(LOG_EVENT.names.values(), start=1)
    }


def test_only_empty_fields_are_no_answer_of_any_data_method_and_of_no_section(wire: Wire) -> None:
    """But for an empty log, a charger that is not on CAN, and the probes of a pack whose cells answer."""
    names = [name for name in DATA if name not in ("LG1", "CS1", "PW1")]
    wire.answer = lambda heard: sentences.frame(heard.strip()[:3].decode(), *[""] * 4) + b"\r\n"
    with BMS(str(wire.path)) as bms:
        assert {name: getattr(bms, name)() for name in names} == dict.fromkeys(names, NO_CELLS)
        assert (bms.LG1(), bms.CS1()) == ({}, {})
        dumped = io.StringIO()
        bms.DumpToJSONfile(dumped)
    document = json.loads(dumped.getvalue())
    wordless = {name for name, content in document.items() if content != NO_CELLS}
    assert wordless == {"name", "ReceivedCANMessages", "ChargerStatus", "Events Log", "Distance And Energy"}


def test_all_statistics_are_dictionaries_and_one_is_one(connect: Callable[..., BMS]) -> None:
    every = [
        {"statistic_id": row.identifier, "additional_info" if row.extra == COUNT else "value": 100} for row in ROWS
    ]
    bms = connect({"SS1": every})
    answer = bms.SS1("?")
    assert isinstance(answer, dict)
    assert len(answer) == 45
    assert answer["statistic 11"] == {
        "statisticIdentifier": 10,
        "Name": "Minimum Cell Voltage",
        "statisticValue": 3.0,
        "Unit": "V",
    }
    assert bms.SS1("N", 19) == {
        "statisticIdentifier": 19,
        "Name": "Under-voltage protection count",
        "statisticValue": 100,
        "Unit": "N/A",
        "statisticValueAdditionalInfo": 100,
    }


def test_a_statistic_is_a_dictionary_and_the_same_as_text() -> None:
    lowest = BMSStatistic(10, 2.93, 5, 1569679950)
    assert lowest.dict() == {
        "statisticIdentifier": 10,
        "Name": "Minimum Cell Voltage",
        "statisticValue": 2.93,
        "Unit": "V",
        "statisticValueAdditionalInfo": 5,
        "Cell_ID": 5,
        "timestamp": 1569679950,
    }
    assert json.loads(lowest.string()) == lowest.dict()
    assert BMSStatistic(12, 0.37, 0x00078A65, 1).Cell_ID == 7
    assert BMSStatistic(50, 1).dict() == {
        "statisticIdentifier": 50,
        "Name": "Statistic 50",
        "statisticValue": 1,
        "Unit": "N/A",
    }


@pytest.mark.usefixtures("some_silence")
def test_a_parameter_is_undecoded_unless_asked(connect: Callable[..., BMS]) -> None:
    bms = connect()
    assert bms.CF2("0004") == bms.CF2(4) == "50"
    assert bms.CF2("0004", decoded=True) == {
        "name": "cell_under_voltage_protection_activate_at",
        "value": 2.8,
        "unit": "V",
    }
    assert bms.CF2("3333") == NO_CELLS


def test_a_can_message_is_waited_for(connect: Callable[..., BMS], wire: Wire) -> None:
    bms = connect()
    assert bms.CN1() == NO_CELLS
    assert "bit 14" in str(bms.last_error)
    wire.say(b"CN1,000001B5,0,0,8,0486868686000000,")
    wire.say(sentences.checksum(b"CN1,000001B5,0,0,8,0486868686000000,") + b"\r\n")
    assert bms.CN1() == {
        "CAN identifier": "000001B5",
        "Identifier Extension Used": "False",
        "Remote Transmission Used": "False",
        "Data Length": 8,
        "Unprocessed CAN data": "0x0486868686000000",
    }


@pytest.mark.parametrize("method", EMPTY)
def test_only_empty_fields_mean_that_the_cells_cannot_be_reached(connect: Callable[..., BMS], method: str) -> None:
    bms = connect(EMPTY)
    assert getattr(bms, method)() == "Cannot communicate to cells"
    assert "does not reach its cells" in str(bms.last_error)


def test_no_probes_no_can_charger_and_no_events_are_no_failures(connect: Callable[..., BMS]) -> None:
    bms = connect({"BT3": None, "BT4": None, "LG1": [], "CS1": {"number_of_connected_chargers": 1}})
    assert (bms.BT3(), bms.BT4(), bms.LG1()) == ({}, {}, {})
    assert bms.CS1() == {
        "set voltage": None,
        "set current": None,
        "actual voltage": None,
        "actual current": None,
        "number of connected chargers": 1,
        "CAN charger status": None,
    }
    assert bms.last_error is None
    bms.close()
    assert connect({"CS1": None}).CS1() == {}


@pytest.mark.parametrize("method", [*DATA, "CN1", "CN2"])
@pytest.mark.usefixtures("silence")
def test_every_failure_gives_the_same_text_whatever_the_cause(
    connect: Callable[..., BMS], wire: Wire, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    bms = connect()
    arguments = ("?",) if method == "PW1" else ()
    causes = {
        "within": lambda _heard: b"",
        "checksum|within": lambda heard: heard[2:5] + b",00,00,00,ZZ\r\n",
    }
    for answer in causes.values():
        wire.answer = answer
        assert getattr(bms, method)(*arguments) == NO_CELLS
        assert bms.last_error in caplog.text
    wire.unplug()
    assert getattr(bms, method)(*arguments) == NO_CELLS
    assert str(wire.path) in str(bms.last_error)


def test_a_port_that_is_not_there_yet_is_no_exception(tmp_path: Path) -> None:
    bms = BMS(str(tmp_path / "absent"), 57600)
    assert "cannot open" in str(bms.last_error)
    assert bms.ser is None
    assert bms.BV1() == NO_CELLS


def test_the_port_is_open_from_the_start_and_closed_at_the_end_of_with(connect: Callable[..., BMS]) -> None:
    with connect() as bms:
        assert (bms.ser.port, bms.ser.baudrate) == (bms.PORT, bms.BAUDRATE)
        port = bms.ser
        assert port.is_open
    assert not port.is_open
    assert bms.ser is None
    assert isinstance(bms.CV1(), dict)


def test_the_port_is_closed_when_the_program_ends(wire: Wire) -> None:
    script = (
        "import sys, serial; from collector import BMS; closed = serial.Serial.close\n"
        "serial.Serial.close = lambda port: (closed(port), print('closed'))[0]\n"
        "bms = BMS(sys.argv[1])\n"
    )
    command = [sys.executable, "-c", script, str(wire.path)]
    assert "closed" in subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


CHANGES: dict[str, tuple[Any, ...]] = {
    "FD1": (),
    "RC1": (),
    "RS1": (),
    "SC1": (80,),
    "PW2": ("S", "secret"),
    "LG1": ("c",),
    "SS1": ("c",),
    "TC2": (0, 1, 2, 3),
}
ANSWERED = ("RS1", "PW2", "LG1")


@pytest.mark.parametrize("method", CHANGES)
def test_what_changes_the_unit_needs_the_permission_given_at_the_start(
    connect: Callable[..., BMS], wire: Wire, method: str, request: pytest.FixtureRequest
) -> None:
    bms = connect()
    with pytest.raises(ChangeNotAllowedError):
        getattr(bms, method)(*CHANGES[method])
    assert wire.heard == b""
    bms.close()
    if method not in ANSWERED:
        request.getfixturevalue("silent_changes")
    assert getattr(connect(allow_changes=True), method)(*CHANGES[method]) is True


@pytest.mark.parametrize("method", CHANGES)
def test_what_a_locked_unit_refuses_is_false(connect: Callable[..., BMS], method: str) -> None:
    assert getattr(connect(locked=True, allow_changes=True), method)(*CHANGES[method]) is False


@pytest.mark.usefixtures("silent_changes")
def test_a_state_of_charge_that_is_none_is_false(connect: Callable[..., BMS], wire: Wire) -> None:
    bms = connect(allow_changes=True)
    assert [bms.SC1(percentage) for percentage in (-1, 101)] == [False, False]
    assert wire.heard == b""
    assert bms.SC1(64) is True
    assert b"SC1,40," in wire.heard


def test_the_access_level_is_asked_and_changed(connect: Callable[..., BMS]) -> None:
    bms = connect(locked=True)
    assert bms.PW1("?") == {"admin status": "logged out", "level": 0}
    assert bms.PW1("P", "secret") == {"admin status": "logged in level 1", "level": 1}
    assert bms.PW1() == {"admin status": "logged out", "level": 0}


def test_a_document_of_the_methods_own_keys_gives_the_same_metrics(connect: Callable[..., BMS], tmp_path: Path) -> None:
    bms = connect()
    own = {section: getattr(bms, method)() for section, method in SECTIONS.items()}
    bms.DumpToJSONfile(tmp_path / "bms.json")
    dumped = json.loads((tmp_path / "bms.json").read_text(encoding="utf-8"))
    assert of_the_catalogue(readings("bms", own)) == of_the_catalogue(readings("bms", dumped))
    assert flags("bms", own) == flags("bms", dumped)
    assert len(of_the_catalogue(readings("bms", own))) > 40


def test_the_dump_is_the_posted_document(connect: Callable[..., BMS]) -> None:
    out = io.StringIO()
    connect({**EMPTY, "LG1": []}).DumpToJSONfile(out)
    content = json.loads(out.getvalue())
    assert content["name"] == "BMS"
    assert content["Version Number"]["hardware version"] == "BMS1"
    assert content["BatteryVoltageSummary"] == content["Battery Balancing Rate Detail"] == NO_CELLS
    assert content["Events Log"] == {}
    assert content["Distance And Energy"] == {"error": "not programmed"}


@pytest.mark.usefixtures("silence")
def test_the_dump_of_a_silent_unit_says_so_in_each_section(connect: Callable[..., BMS], wire: Wire) -> None:
    bms, out = connect(), io.StringIO()
    wire.answer = lambda _heard: b""
    bms.DumpToJSONfile(out)
    content = json.loads(out.getvalue())
    assert content["CurrentAndVoltage"] == content["Statistics"] == NO_CELLS
    assert "no " in str(bms.last_error)


def test_bit_at_tells_a_bit() -> None:
    assert [BMS.bitAt(0b100, position) for position in (0, 1, 2, 3)] == [False, False, True, False]


@pytest.mark.parametrize(
    ("method", "arguments"),
    [("LG1", ("x",)), ("SS1", ("x",)), ("SS1", ("N",)), ("PW1", ("x",)), ("PW1", ("P",)), ("PW2", ("S",))],
)
def test_an_argument_that_is_none_of_the_owners_is_a_value_error(
    connect: Callable[..., BMS], method: str, arguments: tuple[str, ...]
) -> None:
    with pytest.raises(ValueError, match=r"expected one of|needs"):
        getattr(connect(), method)(*arguments)


def test_the_class_has_every_method_of_the_owner() -> None:
    names = {name for name in sentences_table.SENTENCES if name not in ("CF2",)} | {
        "CF2",
        "FD1",
        "RC1",
        "RS1",
        "SC1",
        "TC2",
    }
    assert [name for name in sorted(names) if not callable(getattr(BMS, name, None))] == []
