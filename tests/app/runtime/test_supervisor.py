"""The parts of a site as processes: restarted when they die, gone when they should be."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.runtime import supervisor as processes
from app.runtime.supervisor import Part, Supervisor
from tests.builders import runs, wait_until

ROOT = Path(__file__).parents[3]
FOREVER = (sys.executable, "-c", "import signal; signal.pause()")


class Said(list[str]):
    """What a supervisor said."""


@pytest.fixture
def said() -> Said:
    return Said()


class Clock:
    """A clock that stands until it is set."""

    seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def supervisor(tmp_path: Path, said: Said, clock: Clock) -> Iterator[Supervisor]:
    made = Supervisor(tmp_path / "log", tmp_path, dict(os.environ), said.append, clock)
    yield made
    made.stop()


def test_a_part_that_dies_is_started_again_after_a_growing_pause(
    supervisor: Supervisor, said: Said, clock: Clock
) -> None:
    running = supervisor.add(Part(name="short", commands=((sys.executable, "-c", "raise SystemExit(3)"),)))
    pauses = []
    for _ in range(4):
        assert wait_until(lambda: running.processes[0].poll() is not None)
        supervisor.turn()
        assert running.processes == []
        pauses.append(running.next_try - clock.seconds)
        supervisor.turn()
        assert running.processes == []  # not before its time
        clock.seconds = running.next_try
        supervisor.turn()
        assert len(running.processes) == 1
    assert pauses == [1.0, 2.0, 4.0, 8.0]
    assert said[0].startswith("short: ended with code 3, starts again in 1 s; see ")


def test_a_part_that_runs_once_is_done_when_it_succeeded(supervisor: Supervisor, said: Said, clock: Clock) -> None:
    running = supervisor.add(Part(name="import", commands=((sys.executable, "-c", ""),), once=True))
    assert wait_until(lambda: running.processes[0].poll() is not None)
    supervisor.turn()
    clock.seconds += 1000
    supervisor.turn()
    assert running.finished
    assert running.processes == []
    assert said == ["import: done"]


def test_a_pipeline_hands_the_output_on_and_ends_as_one(supervisor: Supervisor, tmp_path: Path) -> None:
    say = (sys.executable, "-u", "-c", "import signal; print('hello'); signal.pause()")
    hear = (sys.executable, "-u", "-c", "print(input().upper()); input()")
    running = supervisor.add(Part(name="pipe", commands=(say, hear)))
    log = tmp_path / "log" / "pipe.log"
    assert wait_until(lambda: log.read_text() == "HELLO\n")
    first, second = running.processes
    first.kill()
    first.wait()
    supervisor.turn()
    assert running.processes == []
    assert not runs(second.pid)


def test_a_part_waits_for_what_it_needs(supervisor: Supervisor, tmp_path: Path) -> None:
    needed = tmp_path / "needed"
    running = supervisor.add(Part(name="late", commands=(FOREVER,), after=needed))
    supervisor.turn()
    assert running.processes == []
    needed.touch()
    supervisor.turn()
    assert len(running.processes) == 1


def test_stop_ends_a_part_with_its_children_even_if_it_does_not_listen(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "STOP_SECONDS", 0.5)
    deaf = (
        "import os, signal\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = os.fork()\n"
        "if child: print(child, flush=True)\n"
        "while True: signal.pause()\n"
    )
    running = supervisor.add(Part(name="deaf", commands=((sys.executable, "-c", deaf),)))
    log = tmp_path / "log" / "deaf.log"
    assert wait_until(lambda: log.read_text().endswith("\n"))
    child = int(log.read_text())
    supervisor.stop()
    assert not runs(running.processes[0].pid)
    assert wait_until(lambda: not runs(child))


def test_nothing_survives_a_launcher_that_was_killed(tmp_path: Path) -> None:
    script = (
        "import os, sys, pathlib, signal\n"
        "from app.runtime.supervisor import Part, Supervisor\n"
        f"supervisor = Supervisor(pathlib.Path({str(tmp_path)!r}), pathlib.Path('.'), os.environ, print)\n"
        f"running = supervisor.add(Part(name='forever', commands=({FOREVER!r},)))\n"
        "print(running.processes[0].pid, flush=True)\n"
        "signal.pause()\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True) as launcher:
        assert launcher.stdout is not None
        child = int(launcher.stdout.readline())
        assert wait_until(lambda: b"signal.pause" in Path(f"/proc/{child}/cmdline").read_bytes())
        launcher.send_signal(signal.SIGKILL)
        launcher.wait()
        assert wait_until(lambda: not runs(child))


def test_a_log_is_cut_when_it_grows_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "LOG_BYTES", 100)
    log = tmp_path / "web.log"
    log.write_text("x" * 150 + "end")
    processes.shorten(log)
    assert log.read_text() == ""
    assert (tmp_path / "web.log.1").read_text() == "x" * 97 + "end"
