"""What changes an Emus: only with permission, once, logged; and nothing else can say those bytes."""

from __future__ import annotations

import ast
import logging
import re
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.drivers import sentences
from collector.drivers.emus import changes
from collector.drivers.emus import reader as emus_reader
from collector.drivers.emus.reader import EmusG1
from collector.simulator.emus.obedient import ObedientEmus
from collector.transports.serial_line import QUESTION, SerialLine
from data.errors import ChangeNotAllowedError, DecodeError, TransportError
from tests.collector.wire import Wire

ROOT = Path(__file__).parents[4]
Plug = Callable[[Callable[[bytes], bytes]], Wire]

# Every change -> how it is asked for, and what goes over the line.
CHANGES: dict[str, tuple[Callable[..., Any], tuple[Any, ...], tuple[str, ...]]] = {
    "CF2 write": (changes.write_parameter, ("capacity", 300), ("CF2", "0102", "0BB8")),
    "FD1": (changes.restore_factory_defaults, (), ("FD1", "")),
    "RC1": (changes.zero_current_sensor, (), ("RC1", "")),
    "RS1": (changes.restart, (), ("RS1", "")),
    "SC1": (changes.set_state_of_charge, (80,), ("SC1", "50")),
    "PW2 set": (changes.set_password, ("secret",), ("PW2", "secret")),
    "PW2 clear": (changes.set_password, (None,), ("PW2", "")),
    "LG1 c": (changes.clear_log, (), ("LG1", "c")),
    "SS1 c": (changes.clear_statistics, (), ("SS1", "c")),
    "TC1": (changes.calibrate_module_temperatures, (20,), ("TC1", "78")),
    "TC2": (changes.calibrate_cell_temperatures, (7, 1, 2, 3), ("TC2", "0007", "01", "02", "03")),
    "CN1 send": (
        changes.send_can_frame,
        (0x18FF50E5, bytes.fromhex("0B90006000000000")),
        ("CN1", "18FF50E5", "1", "0", "8", "0B90006000000000"),
    ),
}


ANSWERED = ("CF2 write", "RS1", "PW2 set", "PW2 clear", "LG1 c")
pytestmark = pytest.mark.usefixtures("answers")


@pytest.fixture
def line(tmp_path: Path) -> Iterator[SerialLine]:
    opened = SerialLine(str(tmp_path / "port"), overhear=emus_reader.OVERHEARD)
    yield opened
    opened.close()


def answering(unit: ObedientEmus) -> Callable[[bytes], bytes]:
    return lambda heard: b"".join(unit.receive(heard))


def said(wire: Wire) -> list[bytes]:
    return [line for line in wire.heard.replace(b"\r", b"\n").split(b"\n") if line]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("permission", [{}, {"allow_changes": False}, {"allow_changes": "yes"}])
def test_nothing_is_said_without_permission(
    plug: Plug, line: SerialLine, change: str, permission: dict[str, Any]
) -> None:
    wire = plug(answering(ObedientEmus()))
    function, arguments, _ = CHANGES[change]
    with pytest.raises(ChangeNotAllowedError, match="pass allow_changes=True"):
        function(line, *arguments, **permission)
    assert wire.heard == b""


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_allowed_is_said_once_and_logged(
    plug: Plug,
    line: SerialLine,
    change: str,
    caplog: pytest.LogCaptureFixture,
    request: pytest.FixtureRequest,
) -> None:
    if change not in ANSWERED:
        request.getfixturevalue("silent_changes")
    unit = ObedientEmus()
    wire = plug(answering(unit))
    function, arguments, fields = CHANGES[change]
    with caplog.at_level(logging.WARNING):
        assert function(line, *arguments, allow_changes=True)
    assert unit.told == [fields]
    assert [one for one in said(wire) if not QUESTION.fullmatch(one)] == [sentences.frame(*fields)]
    assert len(caplog.records) == 1
    assert "secret" not in caplog.text


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.usefixtures("silence")
def test_a_change_is_never_said_again_whatever_comes_back(plug: Plug, line: SerialLine, change: str) -> None:
    function, arguments, fields = CHANGES[change]
    damaged = sentences.frame(fields[0], "damaged")[:-1] + b"x"
    for answer in (b"", damaged + b"\r\n", b"\xff\xfe" * 30 + b"\r\n"):
        wire = plug(lambda _heard, answer=answer: answer)  # type: ignore[misc]
        with suppress(TransportError):
            function(line, *arguments, allow_changes=True)
        assert [one for one in said(wire) if not QUESTION.fullmatch(one)] == [sentences.frame(*fields)]
        wire.unplug()
        line.close()


@pytest.mark.parametrize("change", CHANGES)
def test_a_unit_that_asks_for_a_log_in_did_not_do_it(plug: Plug, line: SerialLine, change: str) -> None:
    unit = ObedientEmus(locked=True)
    plug(answering(unit))
    function, arguments, _ = CHANGES[change]
    try:
        done, words = function(line, *arguments, allow_changes=True), ""
    except TransportError as problem:
        done, words = False, str(problem)
    assert done is False
    assert not words or "asks for a log-in" in words
    assert unit.told == []


def test_a_parameter_is_written_and_read_back(plug: Plug, line: SerialLine) -> None:
    unit = ObedientEmus()
    plug(answering(unit))
    stored = changes.write_parameter(line, 0x0004, 2.75, allow_changes=True)
    assert (stored.raw, stored.value) == (unit.parameters[4], 2.75) == ("4B", 2.75)


@pytest.mark.usefixtures("silent_changes")
def test_a_state_of_charge_that_the_unit_does_not_take_is_not_done(plug: Plug, line: SerialLine) -> None:
    unit = ObedientEmus()
    plug(lambda heard: b"" if b"SC1" in heard else b"".join(unit.receive(heard)))
    assert changes.set_state_of_charge(line, 80, allow_changes=True) is False


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (changes.set_state_of_charge, (101,)),
        (changes.set_state_of_charge, (True,)),
        (changes.set_state_of_charge, (50.5,)),
        (changes.set_password, ("abc",)),
        (changes.set_password, ("123456789",)),
        (changes.set_password, ("ab,c",)),
        (changes.set_password, ("abc\r\nFD1,,E2",)),
        (changes.set_password, ("naïve",)),
        (changes.write_parameter, ("capacity", 300.05)),
        (changes.write_parameter, (0x1806, 1)),
        (changes.write_parameter, ("capacity,", 1)),
        (changes.calibrate_module_temperatures, (-101,)),
        (changes.calibrate_cell_temperatures, (0, 1, 2, 256)),
        (changes.calibrate_cell_temperatures, (-1, 1, 2, 3)),
        (changes.send_can_frame, (0x18FF50E5, bytes(9))),
        (changes.send_can_frame, (0x800, b"", False)),
    ],
)
def test_what_the_unit_could_not_take_is_not_said(
    plug: Plug, line: SerialLine, function: Callable[..., Any], arguments: tuple[Any, ...]
) -> None:
    wire = plug(lambda _heard: b"")
    with pytest.raises(ValueError, match=r"."):
        function(line, *arguments, allow_changes=True)
    assert wire.heard == b""


def test_a_log_in_goes_one_level_up_and_a_log_out_one_down(
    plug: Plug, line: SerialLine, request: pytest.FixtureRequest
) -> None:
    unit = ObedientEmus(locked=True)
    unit.passwords = {1: "first", 2: "second"}
    plug(answering(unit))
    levels = [changes.log_in(line, password) for password in ("wrong", "first", "second")]
    assert (levels, changes.log_out(line)) == ([0, 1, 2], 1)
    request.getfixturevalue("silent_changes")
    assert changes.zero_current_sensor(line, allow_changes=True)
    for wrong in ("", "?", "123456789", "a,b"):
        with pytest.raises(ValueError, match="a password"):
            changes.log_in(line, wrong)


@pytest.mark.usefixtures("silence")
def test_a_password_is_in_no_message_and_no_log(plug: Plug, line: SerialLine, caplog: pytest.LogCaptureFixture) -> None:
    plug(lambda heard: b"#" + heard)
    with caplog.at_level(logging.DEBUG), pytest.raises((DecodeError, TransportError)) as caught:
        changes.log_in(line, "secret")
    assert "secret" not in caplog.text + str(caught.value)
    assert caught.value.__cause__ is None


class Recorder:
    """A line on which nobody answers; it keeps what was said."""

    def __init__(self) -> None:
        self.said: list[bytes] = []
        self.overheard: deque[bytes] = deque()

    def ask_lines(self, request: bytes, *_rest: Any) -> list[bytes]:
        self.said.append(request)
        raise TransportError("nobody there")

    def listen(self, *_rest: Any) -> list[bytes]:
        return []

    def close(self) -> None:
        return


ANYTHING = st.one_of(st.text(max_size=8), st.integers(-10, 70000), st.sampled_from(list(CHANGES)))


@given(st.lists(ANYTHING, max_size=4), ANYTHING)
def test_the_reader_can_only_say_questions(names: list[Any], one: Any) -> None:
    recorder = Recorder()
    reader = EmusG1(recorder)
    for call in (
        lambda: reader.read(names),
        lambda: reader.read_parameters(names),
        lambda: reader.read_parameter(one),
        lambda: reader.read_statistic(one),
    ):
        try:
            call()
        except (ValueError, TypeError, TransportError):
            continue
    assert [line for line in recorder.said if not QUESTION.fullmatch(line)] == []


@pytest.mark.parametrize("fields", [change[2] for change in CHANGES.values()], ids=",".join)
def test_the_line_does_not_ask_what_changes_a_device(line: SerialLine, fields: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="is not a question"):
        line.ask(sentences.frame(*fields), fields[0].encode())


@given(st.binary(max_size=12), st.sampled_from([change[2] for change in CHANGES.values()]))
def test_no_addition_makes_a_question_of_a_change(addition: bytes, fields: tuple[str, ...]) -> None:
    command = sentences.frame(*fields)
    for request in (command + addition, addition + command, command + b"\r\n" + sentences.request("VR1")):
        assert QUESTION.fullmatch(request) is None or command not in re.split(rb"[\r\n]", request)


def test_only_the_file_of_changes_tells_and_only_the_transports_write() -> None:
    tells, writes = set(), set()
    for path in sorted((ROOT / "collector").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr == "tell":
                tells.add(path.relative_to(ROOT).as_posix())
            if isinstance(node, ast.Attribute) and node.attr == "write" and "port" in ast.unparse(node.value):
                writes.add(path.relative_to(ROOT).parent.as_posix())
    assert tells == {"collector/drivers/emus/changes.py"}
    assert writes <= {"collector/transports", "collector/simulator"}


def test_the_daemon_does_not_even_load_what_changes_a_device() -> None:
    script = "import sys, collector.commands.run; print(*(name for name in sys.modules if 'changes' in name))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
