from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.commands.common.known_devices import (
    KnownDevice,
    call,
    read_memory,
    recognise,
    remember,
    write_memory,
)
from collector.drivers.tools import Found
from data.errors import ConfigError

FIRST = Found("tristar_mppt", "/dev/ttyUSB0", adapter="FT111", serial_number="10491234")
SECOND = Found("tristar_mppt", "/dev/ttyUSB1", adapter="FT222", serial_number="10491235")
BATTERY = Found("emus_g1", "/dev/ttyUSB2", adapter="0001", serial_number="898")
SITE = (FIRST, SECOND, BATTERY)


def known() -> list[KnownDevice]:
    return recognise(SITE, [])


def named(found: list[Found]) -> dict[str, str]:
    """Name -> port."""
    return {one.name: one.port for one in recognise(found, known())}


@given(st.permutations(SITE), st.permutations(["/dev/ttyUSB0", "/dev/ttyUSB1", "/dev/ttyUSB2"]))
def test_in_whatever_order_the_ports_come_up_every_device_keeps_its_name(order: list[Found], ports: list[str]) -> None:
    found = [replace(one, port=port) for one, port in zip(order, ports, strict=True)]
    by_number = {one.serial_number: one.name for one in recognise(found, known())}
    assert by_number == {"10491234": "tristar-1", "10491235": "tristar-2", "898": "bms-1"}


def test_two_controllers_whose_cables_were_exchanged_at_the_adapters_keep_their_names() -> None:
    exchanged = [replace(FIRST, serial_number="10491235"), replace(SECOND, serial_number="10491234")]
    assert named(exchanged) == {"tristar-2": "/dev/ttyUSB0", "tristar-1": "/dev/ttyUSB1"}


def test_controllers_that_tell_no_number_are_known_by_their_adapters() -> None:
    mute = [
        replace(SECOND, serial_number="", port="/dev/ttyUSB0"),
        replace(FIRST, serial_number="", port="/dev/ttyUSB5"),
    ]
    assert named(mute) == {"tristar-2": "/dev/ttyUSB0", "tristar-1": "/dev/ttyUSB5"}


def test_a_new_controller_on_the_adapter_of_the_old_one_takes_its_name() -> None:
    assert named([replace(FIRST, serial_number="20000001"), SECOND])["tristar-1"] == "/dev/ttyUSB0"


def test_a_third_controller_gets_a_name_of_its_own_while_others_are_away() -> None:
    third = Found("tristar_mppt", "/dev/ttyUSB0", adapter="FT333", serial_number="10491236")
    assert named([third]) == {"tristar-3": "/dev/ttyUSB0"}


def test_without_any_number_the_port_decides() -> None:
    bare = [Found("tristar_mppt", "/dev/ttyUSB1"), Found("tristar_mppt", "/dev/ttyUSB0")]
    before = recognise(bare, [])
    assert [one.name for one in recognise(bare[::-1], before)] == ["tristar-2", "tristar-1"]


def test_two_adapters_with_the_same_number_still_make_two_devices() -> None:
    twins = [replace(FIRST, serial_number=""), replace(FIRST, serial_number="", port="/dev/ttyUSB1")]
    assert [one.name for one in recognise(twins, recognise(twins, []))] == ["tristar-1", "tristar-2"]


def test_a_device_is_opened_by_its_adapter_where_that_has_a_number() -> None:
    assert known()[0].where == "adapter:FT111"
    assert recognise([Found("emus_g1", "/dev/ttyUSB2")], [])[0].where == "/dev/ttyUSB2"


def test_what_was_not_seen_stays_remembered() -> None:
    assert remember(known()[:1], known()) == sorted(known(), key=lambda one: one.name)


def test_a_name_given_to_another_device_exchanges_the_two() -> None:
    called = call(known(), "tristar-1", "FT222")
    assert {one.serial_number: one.name for one in called} == {
        "10491234": "tristar-2",
        "10491235": "tristar-1",
        "898": "bms-1",
    }


def test_memory_comes_back_as_it_was_written_and_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "devices.json"
    assert read_memory(path) == []
    write_memory(path, known())
    assert read_memory(path) == known()
    for wrong in ("{", '[{"color": "red"}]', "[3]"):
        path.write_text(wrong, encoding="utf-8")
        with pytest.raises(ConfigError, match="no memory of devices"):
            read_memory(path)
