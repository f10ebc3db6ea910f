"""The parts of a running site as child processes: started, restarted with growing pauses, stopped together."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PARENT_DEATH_GUARD = Path(__file__).with_name("parent_death.py")
LOG_BYTES = 5_000_000
LONGEST_PAUSE_SECONDS = 60.0
STEADY_SECONDS = 60.0  # a part that ran this long starts again with the shortest pause
STOP_SECONDS = 7.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What to run: one command, or several with the output of each going into the next."""

    name: str
    commands: tuple[tuple[str, ...], ...]
    once: bool = False  # runs to its end; started again only when it failed
    after: Path | None = None  # started when this is there
    niceness: int = 0
    orphan_signal: int = signal.SIGKILL  # what the kernel sends it when the launcher is gone


@dataclass(slots=True)
class Running:
    """A part and its processes; none when it is not started yet, or waits for its next try."""

    part: Part
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    started: float = 0.0
    next_try: float = 0.0
    pause_seconds: float = 1.0
    finished: bool = False


class Supervisor:
    """Keeps the parts running until `stop`.  Call it from the main thread: the children end with that thread."""

    def __init__(
        self,
        log_folder: Path,
        folder: Path,
        environment: Mapping[str, str],
        say: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.log_folder = log_folder
        self.folder = folder
        self.environment = dict(environment)
        self.say = say
        self.clock = clock
        self.running: list[Running] = []
        log_folder.mkdir(parents=True, exist_ok=True)

    def add(self, part: Part) -> Running:
        """Add a part, and start it unless it waits for something."""
        running = Running(part)
        self.running.append(running)
        self.turn_one(running)
        return running

    def turn(self) -> None:
        """Check every part once: start those that are due, handle those that ended, keep the logs short."""
        for running in self.running:
            self.turn_one(running)
            shorten(self.log_path(running.part))

    def turn_one(self, running: Running) -> None:
        """Check one part."""
        if running.finished:
            return
        if running.processes:
            self.notice_end(running)
        elif self.clock() >= running.next_try and (running.part.after is None or running.part.after.exists()):
            self.start(running)

    def log_path(self, part: Part) -> Path:
        """Where a part's output goes."""
        return self.log_folder / f"{part.name}.log"

    def start(self, running: Running) -> None:
        """Start the processes of a part, each leading a group of its own."""
        part = running.part
        running.started = self.clock()
        with self.log_path(part).open("ab") as log:
            into: int | None = None
            for number, command in enumerate(part.commands):
                last = number == len(part.commands) - 1
                tied = (
                    sys.executable,
                    "-I",
                    "-S",
                    str(PARENT_DEATH_GUARD),
                    str(os.getpid()),
                    str(int(part.orphan_signal)),
                )
                process = subprocess.Popen(
                    (*tied, str(part.niceness), *command),
                    stdin=subprocess.DEVNULL if into is None else into,
                    stdout=log if last else subprocess.PIPE,
                    stderr=log,
                    cwd=self.folder,
                    env=self.environment,
                    start_new_session=True,
                )
                if into is not None:
                    os.close(into)
                # The number, not the file object: the pipe belongs to the next process, and ours is closed at once.
                into = os.dup(process.stdout.fileno()) if process.stdout is not None else None
                if process.stdout is not None:
                    process.stdout.close()
                running.processes.append(process)

    def notice_end(self, running: Running) -> None:
        """When one process of a part has ended, end the others and plan the next try."""
        codes = [process.poll() for process in running.processes]
        ended = [code for code in codes if code is not None]
        if not ended:
            return
        part = running.part
        if part.once and len(ended) == len(codes) and not any(ended):
            running.processes = []
            running.finished = True
            self.say(f"{part.name}: done")
            return
        if part.once and len(ended) < len(codes) and not any(ended):
            return  # the first of a pipeline is through, the next still works on what it got
        end(running.processes, 2.0)
        running.processes = []
        if self.clock() - running.started >= STEADY_SECONDS:
            running.pause_seconds = 1.0
        running.next_try = self.clock() + running.pause_seconds
        self.say(
            f"{part.name}: ended with code {next((code for code in ended if code), 0)}, "
            f"starts again in {running.pause_seconds:.0f} s; see {self.log_path(part)}"
        )
        running.pause_seconds = min(running.pause_seconds * 2, LONGEST_PAUSE_SECONDS)

    def stop(self) -> None:
        """End all parts; those that do not listen are killed.  Nothing runs on afterwards."""
        end([process for running in self.running for process in running.processes], STOP_SECONDS)


def end(processes: Sequence[subprocess.Popen[bytes]], patience_seconds: float) -> None:
    """Ask the groups of these processes to end, wait, and kill what is left of them."""
    for process in processes:
        signal_group(process, signal.SIGTERM)
    deadline = time.monotonic() + patience_seconds
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, deadline - time.monotonic()))
    for process in processes:
        signal_group(process, signal.SIGKILL)
        process.wait()


def signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    """Send a signal to the process and all it started; none is left when that fails."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def shorten(log: Path) -> None:
    """Move a log that has grown too long aside; the part goes on writing at its start."""
    if not log.exists() or log.stat().st_size <= LOG_BYTES:
        return
    log.with_suffix(".log.1").write_bytes(log.read_bytes()[-LOG_BYTES:])
    os.truncate(log, 0)


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log, for a message."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 20_000))
        return "\n".join(file.read().decode("utf-8", "replace").splitlines()[-lines:])
