from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from collector.__main__ import main
from collector.drivers.emus.reader import EmusG1
from collector.simulator.site import VirtualSite
from collector.transports.captures import read_capture
from collector.transports.ports import Port
from collector.transports.relay import Relay
from collector.transports.replay import Replay, ReplayLine
from collector.transports.serial_line import SerialLine
from data.errors import ConfigError
from tests.collector.commands.conftest import Run
from tests.collector.wire import Wire


@contextmanager
def replaying(capture: Path, link: Path, *words: str) -> Iterator[dict[str, object]]:
    """`replay` as a process of its own; what it said at its start."""
    command = [sys.executable, "-m", "collector", "replay", str(capture), "--link", str(link), "--json", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


def test_a_captured_controller_gives_the_same_values_when_it_is_replayed(
    asked: Run, tristar: str, tmp_path: Path
) -> None:
    _, lived = asked("read", tristar, "adc", "charger", "identity")
    code, said = asked("capture", tristar, "adc", "charger", "identity", "--out", tmp_path / "capture.jsonl")
    assert code == 0
    assert said["bytes_from_device"] > said["bytes_to_device"] > 0
    with replaying(tmp_path / "capture.jsonl", tmp_path / "replayed", "--fast") as started:
        assert started["driver"] == "tristar_mppt"
        code, replayed = asked("read", f"tristar_mppt@{tmp_path / 'replayed'}", "adc", "charger", "identity")
    assert code == 0
    assert replayed["values"] == lived["values"]
    assert not (tmp_path / "replayed").is_symlink()


def test_a_captured_battery_manager_gives_the_same_values_when_it_is_replayed(
    asked: Run, emus: str, tmp_path: Path
) -> None:
    groups = ("VR1", "ST1", "BV1", "BV2", "LG1", "SS1")
    _, lived = asked("read", emus, *groups)
    asked("capture", emus, *groups, "--out", tmp_path / "capture.jsonl", "--note", "G1 2.0.18, noon")
    assert read_capture(tmp_path / "capture.jsonl").about["note"] == "G1 2.0.18, noon"
    with replaying(tmp_path / "capture.jsonl", tmp_path / "replayed"):
        _, replayed = asked("read", f"emus_g1@{tmp_path / 'replayed'}", *groups)
    assert replayed["values"] == lived["values"]


def test_a_silence_is_captured_and_replayed_as_silence(
    asked: Run, tristar: str, site: VirtualSite, tmp_path: Path
) -> None:
    site.lines["tristar_1"].silent = True
    code, said = asked("capture", tristar, "adc", "--out", tmp_path / "capture.jsonl")
    assert code == 1
    assert said["bytes_from_device"] == 0
    with replaying(tmp_path / "capture.jsonl", tmp_path / "replayed"):
        code, _ = asked("read", f"tristar_mppt@{tmp_path / 'replayed'}", "adc")
    assert code == 1


def test_what_a_device_says_unasked_is_captured_by_listening(asked: Run, tmp_path: Path) -> None:
    site = VirtualSite(tmp_path / "talking", every_seconds=0.05)
    try:
        code, said = asked(
            "capture", f"emus_g1@{tmp_path / 'talking' / 'emus'}", "--listen", "--seconds", "1", "--out", tmp_path / "c"
        )
    finally:
        site.close()
    assert code == 0
    assert said["bytes_to_device"] == 0
    heard = b"".join(piece.data for piece in read_capture(tmp_path / "c").pieces)
    assert b"BC1,000E5140,0013C680,1C48,48\r\n" in heard


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_another_programs_talk_is_captured_through_a_link(emus: str, tmp_path: Path, number: int) -> None:
    command = [sys.executable, "-m", "collector", "capture", emus, "--link", str(tmp_path / "tap")]
    command += ["--out", str(tmp_path / "c"), "--json"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        assert process.stderr is not None
        other = EmusG1(SerialLine(str(tmp_path / "tap")))
        try:
            assert process.stderr.readline().startswith("recording")
            assert other.read(("BC1",)).values["BC1.state_of_charge"] == 72.4
        finally:
            other.close()
            process.send_signal(number)
        assert process.wait(60) == 0
    pieces = read_capture(tmp_path / "c").pieces
    assert b"BC1,?," in b"".join(piece.data for piece in pieces if piece.to_device)


def test_a_capture_never_writes_over_another(asked: Run, tristar: str, tmp_path: Path) -> None:
    (tmp_path / "c").write_text("mine", encoding="utf-8")
    code, _ = asked("capture", tristar, "adc", "--out", tmp_path / "c")
    assert code == 2
    assert (tmp_path / "c").read_text(encoding="utf-8") == "mine"


def test_a_capture_that_could_not_begin_leaves_no_file_in_the_way(
    asked: Run, tristar: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked("capture", f"tristar_mppt@{tmp_path / 'nothing'}", "--out", tmp_path / "c") == (1, None)
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    assert main(["capture", tristar, "--out", str(tmp_path / "c"), "--link", str(tmp_path / "file")]) == 2
    assert "give another --link" in capsys.readouterr().err
    assert not (tmp_path / "c").exists()
    assert asked("capture", tristar, "adc", "--out", tmp_path / "c")[0] == 0


@pytest.mark.parametrize("content", [None, "", "no capture", '{"capture": 1, "driver": "emus_g1"}'])
def test_a_file_that_is_no_capture_is_refused_in_words(content: str | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "c").write_text(content, encoding="utf-8")
    command = [sys.executable, "-m", "collector", "replay", str(tmp_path / "c")]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert told.returncode == 2
    assert str(tmp_path / "c") in told.stderr
    assert "give a" in told.stderr
    assert "Traceback" not in told.stderr


def test_a_replay_under_a_name_that_is_taken_is_refused(asked: Run, tristar: str, tmp_path: Path) -> None:
    assert asked("capture", tristar, "adc", "--out", tmp_path / "c")[0] == 0
    with pytest.raises(ConfigError, match="give another --link"):
        ReplayLine(Replay(read_capture(tmp_path / "c")), tmp_path / "c")
    assert read_capture(tmp_path / "c").pieces


def test_a_port_that_vanishes_ends_the_capture_with_its_reason(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "port", lambda _: b"")
    relay = Relay(Port(str(wire.path), 9600), lambda *_: None)
    relay.start()
    wire.unplug()
    assert relay.wait(60)
    assert "is gone" in str(relay.problem)
    relay.close()


def test_a_wait_that_is_interrupted_leaves_the_line_served_until_it_is_closed(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "port", lambda _: b"")
    relay = Relay(Port(str(wire.path), 9600), lambda *_: None)
    relay.start()
    reader = threading.get_ident()
    threading.Timer(0.2, signal.pthread_kill, [reader, signal.SIGINT]).start()
    with pytest.raises(KeyboardInterrupt):
        relay.wait(60)
    assert not relay.wait(0)
    assert "relay" in {thread.name for thread in threading.enumerate()}
    relay.close()
    assert relay.problem is None
    wire.unplug()
