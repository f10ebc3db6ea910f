"""A progress bar on a terminal, and a few lines where there is none."""

from __future__ import annotations

from types import TracebackType
from typing import TextIO

WIDTH = 30


class ProgressBar:
    """`with ProgressBar("importing", sys.stderr) as bar: bar.show(done, total)`."""

    def __init__(self, label: str, stream: TextIO, unit: str = "") -> None:
        self.label = label
        self.stream = stream
        self.unit = f" {unit}" if unit else ""
        self.on_terminal = stream.isatty()
        self.line = ""
        self.filled = -1

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.line and self.on_terminal:
            self.stream.write("\n")

    def show(self, done: int, total: int) -> None:
        """Draw the bar at `done` of `total`; without a terminal only when it has grown."""
        filled = min(WIDTH, WIDTH * done // total) if total else WIDTH
        line = f"{self.label} [{'#' * filled}{'.' * (WIDTH - filled)}] {done}/{total}{self.unit}"
        if self.on_terminal:
            self.stream.write(f"\r{line.ljust(len(self.line))}")
        elif filled != self.filled:
            self.stream.write(f"{line}\n")
        self.stream.flush()
        self.line, self.filled = line, filled

    def say(self, text: str) -> None:
        """Write a line above the bar."""
        if self.on_terminal and self.line:
            self.stream.write(f"\r{' ' * len(self.line)}\r{text}\n{self.line}")
        else:
            self.stream.write(f"{text}\n")
        self.stream.flush()
