"""A progress bar on a terminal, and a few lines where there is none."""

from __future__ import annotations

from types import TracebackType
from typing import TextIO

WIDTH = 30


class ProgressBar:
    """`with ProgressBar("importing", sys.stderr) as bar: bar.show(done, total)`."""

    def __init__(self, label: str, stream: TextIO) -> None:
        self.label = label
        self.stream = stream
        self.on_terminal = stream.isatty()
        self.drawn = False

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.drawn and self.on_terminal:
            self.stream.write("\n")

    def show(self, done: int, total: int) -> None:
        """Draw the bar at `done` of `total`."""
        filled = WIDTH * done // total if total else WIDTH
        line = f"{self.label} [{'#' * filled}{'.' * (WIDTH - filled)}] {done}/{total}"
        self.stream.write(f"\r{line}" if self.on_terminal else f"{line}\n")
        self.stream.flush()
        self.drawn = True
