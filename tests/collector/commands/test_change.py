"""`change` at a real terminal: a pseudo-terminal on which a person types."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.__main__ import main
from collector.commands.change import TREES
from collector.commands.common.tools import tools
from collector.drivers import DRIVERS
from collector.drivers.tools import SECRET
from collector.simulator.emus.obedient import ObedientEmus
from collector.simulator.site import VirtualSite
from tests.collector.wire import Wire

SAMPLES = {
    "coil": ("clear_alarms", "on"),
    "setting": ("absorption_voltage", "14.2"),
    "override": ("voltage_override", "13.6"),
    "parameter": ("capacity", "300"),
    "state-of-charge": ("80",),
    "calibrate-modules": ("20",),
    "calibrate-cells": ("7", "1", "2", "3"),
    "can-frame": ("18FF50E5", "0B90"),
}


class Person:
    """Runs `change` at a terminal and types the word shown, or another."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "changes.log"

    def run(self, *words: str, typed: str | None = None) -> tuple[int, str]:
        """Exit code, and what was on the screen."""
        ours, theirs = os.openpty()
        command = [sys.executable, "-m", "collector", "change", *words, "--log", str(self.log)]
        with subprocess.Popen(
            command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, bufsize=1
        ) as process:
            assert process.stdout is not None
            screen = ""
            for line in process.stdout:
                screen += line
                if line.startswith("type "):
                    shown = next(tree for tree in TREES if tree in line)
                    os.write(ours, (typed or shown).encode() + b"\n")
            code = process.wait(60)
        os.close(ours)
        os.close(theirs)
        return code, screen


@pytest.fixture
def person(tmp_path: Path) -> Person:
    return Person(tmp_path)


@pytest.fixture
def unit(tmp_path: Path) -> Iterator[Wire]:
    emus = ObedientEmus()
    wire = Wire(tmp_path / "unit", lambda heard: b"".join(emus.receive(heard)))
    yield wire
    wire.unplug()


@pytest.fixture
def dead(tmp_path: Path) -> Iterator[Wire]:
    wire = Wire(tmp_path / "dead", lambda _: b"")
    yield wire
    wire.unplug()


def test_the_word_shown_sets_a_coil_once_and_the_log_says_so(person: Person, tristar: str, site: VirtualSite) -> None:
    before = site.tristars["1"].words()[0x0032]
    code, screen = person.run(tristar, "coil", "charge_disconnect", "on", "--allow-changes")
    assert code == 0, screen
    assert before != site.tristars["1"].words()[0x0032]  # the charge state: it no longer charges
    log = person.log.read_text(encoding="utf-8")
    assert "coil charge_disconnect on" in log
    assert "a person said yes" in log
    assert log.rstrip().endswith("done")


def test_another_word_changes_nothing(person: Person, unit: Wire) -> None:
    code, screen = person.run(f"emus_g1@{unit.path}", "state-of-charge", "80", "--allow-changes", typed="yes")
    assert code == 1
    assert "nothing was sent" in screen
    assert unit.heard == b""
    assert not person.log.exists()


def test_a_parameter_is_written_and_what_the_unit_then_has_is_said(person: Person, unit: Wire) -> None:
    code, screen = person.run(f"emus_g1@{unit.path}", "parameter", "capacity", "300", "--allow-changes", "--json")
    assert code == 0, screen
    assert '"outcome": "done, it now has 300' in screen
    assert unit.heard.count(b"CF2,0102,0BB8,") == 1


def test_a_change_that_is_not_answered_is_told_as_not_confirmed_and_never_tried_again(
    person: Person, dead: Wire
) -> None:
    code, screen = person.run(f"tristar_mppt@{dead.path}", "coil", "clear_alarms", "on", "--allow-changes", "--json")
    assert code == 1
    assert "not confirmed" in screen
    assert dead.heard == bytes.fromhex("01 05 00 15 FF 00 9D FE")
    assert "not confirmed" in person.log.read_text(encoding="utf-8")


def test_what_no_device_confirms_is_not_called_done(person: Person, unit: Wire, dead: Wire) -> None:
    for line in (unit, dead):
        code, screen = person.run(f"emus_g1@{line.path}", "zero-current", "--allow-changes", "--json")
        assert code == 1
        assert "sent and not refused" in screen
        assert line.heard.count(b"RC1,,") == 1
    assert "done:" not in person.log.read_text(encoding="utf-8")


ACTIONS = {(driver, name): action for driver in DRIVERS for name, action in tools(driver).changes.actions.items()}


@pytest.mark.parametrize(("driver", "name"), ACTIONS)
def test_without_permission_no_action_sends_a_byte(
    driver: str, name: str, dead: Wire, capsys: pytest.CaptureFixture[str]
) -> None:
    words = SAMPLES.get(name, ())
    assert len(words) == len([word for word in ACTIONS[driver, name].takes if word != SECRET])
    assert main(["change", f"{driver}@{dead.path}", name, *words]) == 1
    assert dead.heard == b""
    assert "--allow-changes" in capsys.readouterr().err or name == "set-password"


@pytest.mark.parametrize("name", ["clear-log", "set-password"])
def test_a_script_cannot_confirm(dead: Wire, name: str) -> None:
    command = [sys.executable, "-m", "collector", "change", f"emus_g1@{dead.path}", name, "--allow-changes"]
    told = subprocess.run(command, input="\n".join(TREES), capture_output=True, text=True, timeout=60, check=False)
    assert told.returncode == 1
    assert "terminal" in told.stderr
    assert dead.heard == b""


@pytest.mark.parametrize(
    "words",
    [
        ("coil", "test_single_phase", "on"),
        ("coil", "clear_alarms", "maybe"),
        ("coil", "clear_alarms"),
        ("setting", "absorption_voltage", "high"),
        ("fly",),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anybody_is_asked(words: tuple[str, ...], dead: Wire) -> None:
    assert main(["change", f"tristar_mppt@{dead.path}", *words, "--allow-changes"]) == 2
    assert dead.heard == b""


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("parameter", "capacity", "much"), "'much' is not a number: nothing was sent"),
        (("state-of-charge", "8.5"), "'8.5' is not a whole number: nothing was sent"),
        (("calibrate-modules", "warm"), "'warm' is not a whole number: nothing was sent"),
        (("calibrate-cells", "1", "2", "3", "d"), "'d' is not a whole number: nothing was sent"),
        (
            ("can-frame", "zz", "00"),
            "'zz 00': write identifier and data in hexadecimal, 18FF50E5 0102: nothing was sent",
        ),
        (("can-frame", "10", "0"), "'10 0': write identifier and data in hexadecimal, 18FF50E5 0102: nothing was sent"),
    ],
)
def test_what_is_no_number_is_told_in_words(
    unit: Wire, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: str
) -> None:
    assert main(["change", f"emus_g1@{unit.path}", *words]) == 2
    assert capsys.readouterr().err.strip() == told
    assert unit.heard == b""
