from __future__ import annotations

import json
from pathlib import Path

import pytest

from collector.__main__ import main
from collector.drivers import sentences
from collector.simulator.site import VirtualSite
from tests.collector.commands.conftest import Run
from tests.collector.wire import Wire


def names(answer: dict[str, list[dict[str, str]]]) -> dict[str, str]:
    """Name -> the device's own number."""
    return {one["name"]: one["serial_number"] for one in answer["devices"]}


def test_every_device_is_found_by_what_it_answers(asked: Run, site: VirtualSite, tmp_path: Path) -> None:
    code, answer = asked("probe", "--ports", tmp_path / "dev" / "*")
    assert code == 0
    found = {one["name"]: (one["driver"], Path(one["port"]).name, one["model"]) for one in answer["devices"]}
    assert found == {
        "bms-1": ("emus_g1", "emus", "BMS1"),
        "tristar-1": ("tristar_mppt", "tristar_1", "ts_mppt_60"),
        "tristar-2": ("tristar_mppt", "tristar_2", "ts_mppt_60"),
    }
    assert answer["nothing"] == []


def test_the_strings_keep_their_names_when_the_ports_change_places(
    asked: Run, site: VirtualSite, tmp_path: Path
) -> None:
    _, before = asked("probe", "--ports", tmp_path / "dev" / "*")
    first, second, aside = (tmp_path / "dev" / name for name in ("tristar_1", "tristar_2", "aside"))
    first.rename(aside)
    second.rename(first)
    aside.rename(second)
    _, after = asked("probe", "--ports", tmp_path / "dev" / "*")
    assert names(before) == names(after) == {"bms-1": "898", "tristar-1": "10491234", "tristar-2": "10491235"}
    ports = {one["name"]: Path(one["port"]).name for one in after["devices"]}
    assert ports == {"bms-1": "emus", "tristar-1": "tristar_2", "tristar-2": "tristar_1"}
    code, answer = asked("read", "tristar-1", "identity")
    assert code == 0
    assert {row["key"]: row["value"] for row in answer["values"]}["serial_number"] == "10491234"


def test_a_device_that_is_away_keeps_its_name_for_its_return(asked: Run, site: VirtualSite, tmp_path: Path) -> None:
    asked("probe", "--ports", tmp_path / "dev" / "*")
    _, answer = asked("probe", "--ports", tmp_path / "dev" / "tristar_2")
    assert names(answer) == {"tristar-2": "10491235"}
    memory = json.loads((tmp_path / "memory.json").read_text(encoding="utf-8"))
    assert [one["name"] for one in memory] == ["bms-1", "tristar-1", "tristar-2"]


def test_the_owner_says_which_controller_is_which(asked: Run, site: VirtualSite, tmp_path: Path) -> None:
    asked("probe", "--ports", tmp_path / "dev" / "*")
    _, answer = asked("probe", "--ports", tmp_path / "dev" / "*", "--call", "tristar-1=10491235", "--call", "bms=898")
    assert names(answer) == {"bms": "898", "tristar-2": "10491234", "tristar-1": "10491235"}
    _, again = asked("probe", "--ports", tmp_path / "dev" / "*")
    assert names(again) == names(answer)


def test_what_only_echoes_or_is_silent_is_no_device(asked: Run, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    echo = Wire(tmp_path / "other" / "echo", lambda heard: heard)
    silent = Wire(tmp_path / "other" / "silent", lambda _: b"")
    try:
        code, answer = asked("probe", "--ports", tmp_path / "other" / "*")
    finally:
        echo.unplug()
        silent.unplug()
    assert code == 1
    assert answer["devices"] == []
    assert len(answer["nothing"]) == 2
    assert not (tmp_path / "memory.json").exists()


def test_a_battery_manager_that_only_asks_for_a_login_is_named(
    asked: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    locked = Wire(tmp_path / "locked", lambda _: sentences.frame("PW1", "?") + b"\r\n")
    try:
        code, answer = asked("probe", "--ports", locked.path)
        assert main(["probe", "--ports", str(locked.path), "--memory", str(tmp_path / "memory.json")]) == 0
    finally:
        locked.unplug()
    assert code == 0
    assert names(answer) == {"bms-1": ""}
    assert [(one["driver"], one["note"].partition(":")[0]) for one in answer["devices"]] == [
        ("emus_g1", "asks for a log-in before it answers")
    ]
    assert "bms-1 asks for a log-in" in capsys.readouterr().out


def test_what_was_found_is_written_as_settings_of_the_collector(
    site: VirtualSite, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["probe", "--ports", str(tmp_path / "dev" / "emus"), "--toml", "--memory", str(tmp_path / "memory.json")]
    assert main(words) == 0
    assert capsys.readouterr().out == (
        f'[[device]]\nname = "bms-1"\ndriver = "emus_g1"\nport = "{tmp_path / "dev" / "emus"}"\nunit_id = 1\n\n'
    )


def test_a_wish_without_a_device_changes_nothing(
    site: VirtualSite, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    memory = str(tmp_path / "memory.json")
    ports = str(tmp_path / "dev" / "emus")
    assert main(["probe", "--ports", ports, "--memory", memory, "--call", "bms=77"]) == 2
    assert "'77'" in capsys.readouterr().err
    assert main(["probe", "--ports", ports, "--memory", memory, "--call", "Bad Name=898"]) == 2
    assert not Path(memory).exists()


@pytest.mark.parametrize("host", ["", "a/b", "host:port"])
def test_what_is_no_address_of_a_controller_is_refused(host: str, tmp_path: Path) -> None:
    ports = str(tmp_path / "none*")
    assert main(["probe", "--ports", ports, "--hosts", host, "--memory", str(tmp_path / "memory.json")]) == 2
    assert main(["read", f"tristar_mppt@tcp://{host}"]) == 2
