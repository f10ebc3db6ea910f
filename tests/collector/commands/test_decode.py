"""`python -m collector decode`: bytes in, JSON lines out."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.commands.decode import decode_stream
from collector.drivers import sentences
from collector.drivers.decoding import LineDecoder
from collector.drivers.emus import sentences_table
from collector.drivers.emus.tools import emus_answers
from collector.drivers.registers import Scales
from collector.drivers.tristar import registers_table
from collector.drivers.tristar.decode import tristar_answers

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "tests" / "captures" / "protocols" / "emus_g1" / "examples.txt"
USUAL = Scales(180.0, 80.0)


def emus(received: bytes) -> tuple[list[dict[str, Any]], int]:
    target = io.BytesIO()
    code = decode_stream(io.BytesIO(received), target, LineDecoder(emus_answers))
    return [json.loads(line) for line in target.getvalue().splitlines()], code


def tristar(received: str, scales: Scales = USUAL) -> tuple[list[dict[str, Any]], int]:
    target = io.BytesIO()
    code = decode_stream(io.BytesIO(received.encode()), target, LineDecoder(partial(tristar_answers, scales=scales)))
    return [json.loads(line) for line in target.getvalue().splitlines()], code


def command(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "collector", "decode", *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_a_sentence_is_answered_with_its_fields_and_the_names_of_its_codes_and_flags() -> None:
    answers, code = emus(b"IN1,50,00,00,00,B9\r\n")
    assert answers == [
        {"sentence": "IN1", "fields": {"input_pins": 80}, "names": {"input_pins": ["ac_sense", "fast_chg"]}}
    ]
    assert code == 0


def test_line_ends_of_any_mix_empty_lines_and_a_missing_last_end_are_taken() -> None:
    answers, code = emus(b"\n\r\r\nVR1,?,D7\r\n\r \n#BC1,000456F0,00057E40,1EDC,3C\rFD1,,E2")
    assert [answer["sentence"] for answer in answers] == ["VR1", "BC1", "FD1"]
    assert code == 0


def test_empty_fields_and_missing_ones_are_null() -> None:
    answers, _ = emus(b"BT3,,,,,,,EE\nDT1,0078,000000DD,00000057,000045B4,00000003,00000001,79\n")
    assert set(answers[0]["fields"].values()) == {None}
    assert answers[1]["fields"]["last_discharge_energy"] == 1
    assert answers[1]["fields"]["max_discharge_energy"] is None


def test_a_damaged_line_is_answered_with_an_error_and_the_next_one_is_decoded() -> None:
    answers, code = emus(b"BC1,000456F0,00057E40,1EDC,3D\n\xff\xfe\nVR1,?,D7\n")
    assert [list(answer) for answer in answers] == [
        ["error", "line"],
        ["error", "line"],
        ["sentence", "fields", "names"],
    ]
    assert answers[0]["error"].startswith("checksum of ")
    assert answers[1]["line"] == "\\xff\\xfe"
    assert code == 1


def test_a_sentence_of_newer_firmware_is_no_error() -> None:
    answers, code = emus(sentences.frame("ZZ9", "0A", "", "x"))
    assert answers == [{"sentence": "ZZ9", "fields": {"field_1": "0A", "field_2": None, "field_3": "x"}, "names": {}}]
    assert code == 0


def test_every_published_sentence_is_answered_as_its_checksum_says() -> None:
    examples = [line.split("\t") for line in EXAMPLES.read_text(encoding="utf-8").splitlines()]
    answers, code = emus("\r\n".join(line for line, _, _ in examples).encode())
    assert ["error" in answer for answer in answers] == [verdict == "invalid CRC" for _, verdict, _ in examples]
    assert code == 1


@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_answered_line_by_line(received: bytes) -> None:
    answers, _ = emus(received)
    lines = [line for line in received.replace(b"\r", b"\n").split(b"\n") if line.strip()]
    assert len(answers) == len(lines)


def test_a_register_is_answered_with_its_key_value_and_unit() -> None:
    answers, code = tristar("0x0018 2445\n0018 0\n")
    assert answers == [
        {"address": "0x0018", "key": "battery_voltage", "value": pytest.approx(13.4308, abs=5e-5), "unit": "V"},
        {"address": "0x0018", "key": "battery_voltage", "value": 0.0, "unit": "V"},
    ]
    assert code == 0


def test_codes_and_bits_are_integers_with_their_names() -> None:
    answers, _ = tristar("0x0032 5\n0x002E 8 1\n0x0032 10\n")
    assert answers == [
        {"address": "0x0032", "key": "charge_state", "value": 5, "unit": "", "names": ["mppt"]},
        {
            "address": "0x002E",
            "key": "alarms",
            "value": 524289,
            "unit": "",
            "names": ["rts_open", "controller_reset"],
        },
        {"address": "0x0032", "key": "charge_state", "value": 10, "unit": "", "names": []},
    ]


def test_a_whole_poll_on_one_line_gives_every_register_in_order_and_passes_over_the_reserved() -> None:
    answers, code = tristar("0x0018 " + " ".join(["7"] * 56))
    assert [answer["key"] for answer in answers] == [
        row.key for row in registers_table.REGISTERS if row.address >= 0x0018
    ]
    assert code == 0


def test_the_scales_are_those_of_the_command_line() -> None:
    answers, _ = tristar("0x0000 180 0 80 0 66\n0x0018 2400\n", Scales(90.0, 80.0))
    assert {answer["key"]: answer["value"] for answer in answers} == {
        "v_pu": 180.0,
        "i_pu": 80.0,
        "firmware_version": 42,
        "battery_voltage": pytest.approx(6.5918, abs=5e-5),
    }


def test_a_sensor_that_is_not_connected_has_no_value() -> None:
    answers, code = tristar("0x0024 128\n0x0024 65408\n0x0025 128\n")
    assert [answer["value"] for answer in answers] == [None, None, None]
    assert code == 0


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("0x002A 1", "hourmeter needs the registers 0x002A to 0x002B in one line: give all"),
        ("0x002B 1", "hourmeter needs the registers 0x002A to 0x002B in one line: give all"),
        ("0x002D 0", "0x002D is reserved and holds no value: check the address"),
        ("0xE022 0", "the map of this device has no register 0xE022: check the address"),
        ("0x0018 65536", "'65536' is not a word: write decimal numbers from 0 to 65535"),
        ("0x0018 -1", "'-1' is not a word: write decimal numbers from 0 to 65535"),
        ("0x0018 0x10", "'0x10' is not a word: write decimal numbers from 0 to 65535"),
        ("0x0018 1_0", "'1_0' is not a word: write decimal numbers from 0 to 65535"),
        ("0x0018", "ADDRESS WORD [WORD …] is expected: a hexadecimal address, then decimal words"),
        ("battery 12", "ADDRESS WORD [WORD …] is expected: a hexadecimal address, then decimal words"),
        ("0x10018 1", "ADDRESS WORD [WORD …] is expected: a hexadecimal address, then decimal words"),
        ("0xFFFF 1 2", "2 words from 0xFFFF on go beyond 0xFFFF: check the address"),
    ],
)
def test_what_cannot_be_decoded_is_named_with_its_line(line: str, error: str) -> None:
    assert tristar(line) == ([{"error": error, "line": line}], 1)


def test_what_is_whole_on_a_line_is_decoded_beside_what_is_not() -> None:
    answers, code = tristar("0x002B 7 8 0 0")
    assert ["error" in answer for answer in answers] == [True, False, True]
    assert answers[1] == {
        "address": "0x002C",
        "key": "faults",
        "value": 8,
        "unit": "",
        "names": ["battery_hvd"],
    }
    assert code == 1


@given(st.text(max_size=80))
def test_arbitrary_text_is_answered_and_never_breaks_off(received: str) -> None:
    answers, code = tristar(received)
    assert code == int(any("error" in answer for answer in answers))


def test_each_line_is_answered_before_the_next_one_comes() -> None:
    process = command("emus")
    assert process.stdin is not None
    assert process.stdout is not None
    for line in (b"VR1,?,D7", b"FD1,,E2"):
        process.stdin.write(line + b"\r\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["sentence"] == line[:3].decode()
    _, complaints = process.communicate(timeout=60)
    assert (process.returncode, complaints) == (0, b"")


def test_the_command_takes_the_scales_and_tells_bad_input_by_its_exit_code() -> None:
    out, complaints = (process := command("tristar", "--v-pu", "90", "--i-pu", "80")).communicate(
        b"0x0018 2400\nnonsense\n", timeout=60
    )
    assert [list(json.loads(line)) for line in out.splitlines()] == [
        ["address", "key", "value", "unit"],
        ["error", "line"],
    ]
    assert (process.returncode, complaints) == (1, b"")


@pytest.mark.parametrize("scale", ["0", "-1", "nan", "inf", "volts"])
def test_a_scale_that_is_none_is_refused(scale: str) -> None:
    _, complaints = (process := command("tristar", "--v-pu", scale)).communicate(timeout=60)
    assert process.returncode == 2
    assert b"Traceback" not in complaints
    assert b"--v-pu" in complaints


def test_a_reader_that_has_seen_enough_ends_it_quietly() -> None:
    process = command("emus")
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"VR1,?,D7\n")
    process.stdin.flush()
    assert process.stdout.readline()
    process.stdout.close()
    process.stdin.write(b"VR1,?,D7\n" * 10)
    process.stdin.close()
    assert process.wait(30) == 1
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()


def test_an_interrupt_ends_it_quietly() -> None:
    process = command("emus")
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"VR1,?,D7\n")
    process.stdin.flush()
    assert process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, complaints = process.communicate(timeout=60)
    assert (process.returncode, complaints) == (130, b"")


def test_what_only_a_host_says_is_shown_and_not_taken_for_the_devices() -> None:
    answers, _ = emus(b"LG1,c,D7\nSC1,64,E5\nCF2,0C0E,?,30\n")
    assert [answer["fields"] for answer in answers] == [
        {"command": "c"},
        {"state_of_charge": 100},
        {"parameter_id": 3086, "query_or_new_value": "?"},
    ]
    assert set(sentences_table.HOST_SENTENCES) >= {"LG1", "SC1", "CF2"}
