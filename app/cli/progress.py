"""A progress bar on a terminal, and a few plain lines where there is none."""

from __future__ import annotations

from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

WIDTH = 30


class ProgressBar(Progress):
    """`with ProgressBar("importing", sys.stderr) as bar: bar.show(done, total)`."""

    def __init__(self, label: str, stream: TextIO, unit: str = "") -> None:
        on_terminal = stream.isatty()
        plain = Console(file=stream, force_terminal=on_terminal, markup=False, emoji=False, highlight=False)
        columns = (TextColumn(label), BarColumn(WIDTH), MofNCompleteColumn(), TextColumn(unit))
        super().__init__(*columns, console=plain, disable=not on_terminal)
        self.label, self.unit = label, f" {unit}" if unit else ""
        self.task, self.filled = self.add_task(label, total=None), -1

    def show(self, done: int, total: int) -> None:
        """Draw the bar at `done` of `total`; without a terminal only when it has grown."""
        self.update(self.task, completed=done, total=total)
        filled = min(WIDTH, WIDTH * done // total) if total else WIDTH
        if self.disable and filled != self.filled:
            self.say(f"{self.label} [{'#' * filled}{'.' * (WIDTH - filled)}] {done}/{total}{self.unit}")
        self.filled = filled

    def say(self, text: str) -> None:
        """Write a line above the bar."""
        self.console.print(text, soft_wrap=True)
