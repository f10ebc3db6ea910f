"""Every command of the collector with a virtual VE.Direct device that says real bytes every second."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collector.__main__ import main
from collector.commands.decode import decode_stream
from collector.drivers.victron_vedirect.tools import BlockDecoder
from collector.drivers.victron_vedirect.virtual import VirtualVeDirect
from collector.simulator.pty_link import PtyLink
from collector.simulator.site import VirtualSite, take_state
from collector.transports.captures import read_capture
from collector.transports.replay import Replay, ReplayLine
from tests.collector.drivers.victron_vedirect.frames import FRAMES
from tests.collector.drivers.victron_vedirect.test_reader import CHARGING

DRIVER = "victron_vedirect"


@pytest.fixture
def port(tmp_path: Path) -> Iterator[Path]:
    device = VirtualVeDirect()
    device.every_seconds = 0.1
    link = PtyLink(tmp_path / "vedirect", device)
    link.start()
    yield link.path
    link.close()


def said(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert main(list(words)) == 0
    return json.loads(capsys.readouterr().out.splitlines()[0])


def test_read_shows_each_value_with_its_unit_and_its_meaning(port: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = {row["key"]: row for row in said(capsys, "read", f"{DRIVER}@{port}", "--json")["values"]}
    assert {key: row["value"] for key, row in rows.items()} == CHARGING
    assert (rows["bat_voltage"]["unit"], rows["operation_state"]["names"]) == ("V", ["bulk"])
    assert (rows["charge_state"]["names"], rows["off_reason"]["names"]) == (["MPPT"], [])


def test_watch_follows_it(port: Path, capsys: pytest.CaptureFixture[str]) -> None:
    watched = said(capsys, "watch", f"{DRIVER}@{port}", "live", "--json", "--count", "1")
    assert {"key": "p_in", "value": 65, "unit": "W", "group": "live"} in watched["values"]


def test_dump_writes_its_document_and_its_fields_as_they_came(port: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "dump", f"{DRIVER}@{port}") == {"name": "Victron", **CHARGING, "faults": []}
    assert said(capsys, "dump", f"{DRIVER}@{port}", "--raw", "--json")["raw"]["SER#"] == ["HQ1234ABCDE"]


def test_probe_recognises_it_by_a_block_with_a_right_sum(
    port: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = said(capsys, "probe", "--ports", str(port), "--memory", str(tmp_path / "memory.json"), "--json")
    assert found["devices"] == [
        {
            "driver": DRIVER, "port": str(port), "unit_id": 1, "adapter": "", "serial_number": "HQ1234ABCDE",
            "model": "0xA053", "firmware": "1.61", "note": "", "name": "victron-1",
        }
    ]  # fmt: skip


def test_a_capture_of_its_talk_is_replayed_again_and_again(
    port: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "capture.jsonl"
    captured = said(capsys, "capture", f"{DRIVER}@{port}", "--listen", "--seconds", "0.5", "--out", str(file), "--json")
    assert captured["bytes_from_device"] > len(FRAMES["mppt_charging"])
    capture = read_capture(file)
    assert (capture.driver, capture.about["baud"]) == (DRIVER, 19200)
    line = ReplayLine(Replay(capture))
    line.start()
    try:
        for _ in range(2):
            assert said(capsys, "dump", f"{DRIVER}@{line.path}")["bat_voltage"] == 13.79
    finally:
        line.close()


def test_decode_answers_each_block_and_tells_a_damaged_one() -> None:
    target = io.BytesIO()
    damaged = FRAMES["mppt_night"].replace(b"12810", b"12811")
    source = io.BytesIO(FRAMES["mppt_charging"] + damaged + FRAMES["bmv_block_1"])
    assert decode_stream(source, target, BlockDecoder()) == 1
    first, second, third = (json.loads(line) for line in target.getvalue().splitlines())
    assert (first["fields"], first["names"]["tracker_state"]) == (CHARGING, ["tracking"])
    assert second["error"].startswith("the sum of a block is 1, not 0")
    assert third["fields"]["state_of_charge"] == 87.6


@pytest.mark.parametrize("words", [["settings"], ["change", "--allow-changes"]])
def test_it_tells_no_settings_and_takes_no_changes(
    words: list[str], port: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([words[0], f"{DRIVER}@{port}", *words[1:], *(["reset"] if words[0] == "change" else [])]) == 2
    assert DRIVER in capsys.readouterr().err


def test_the_simulated_site_has_one_when_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site = VirtualSite(tmp_path, further={DRIVER: VirtualVeDirect()})
    try:
        take_state(site, json.dumps({DRIVER: {"V": 12000}}), pytest.fail)
        assert said(capsys, "dump", f"{DRIVER}@{site.lines[DRIVER].path}")["bat_voltage"] == 12.0
    finally:
        site.close()
    with pytest.raises(ValueError, match="it has no field XX"):
        VirtualVeDirect().change({"XX": 1})
