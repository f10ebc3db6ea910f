"""Tables on a terminal and JSON on a pipe: the only file that imports rich, and nothing of the daemon imports it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from collector.drivers.tools import Sheet, shown

# What is not a terminal has no width of its own; wide enough that nothing is cut.
PIPE_WIDTH = 200


def add_json(parser: argparse.ArgumentParser) -> None:
    """`--json`, the same in every command."""
    parser.add_argument("--json", action="store_true", help="JSON on standard output instead of a table")


def show(sheet: Sheet) -> None:
    """Print a table with its notes."""
    console = _console()
    console.print(_drawn(sheet))
    for note in sheet.notes:
        console.print(escape(note), soft_wrap=True)


def say_json(content: object) -> None:
    """Print one JSON value on one line, at once."""
    print(json.dumps(content, ensure_ascii=False, allow_nan=False), flush=True)


class Screen(Protocol):
    """A place on the terminal that is drawn again and again."""

    def draw(self, sheet: Sheet) -> None:
        """Replace what stands there."""


class _LiveScreen:
    def __init__(self, live: Live) -> None:
        self._live = live

    def draw(self, sheet: Sheet) -> None:
        table = _drawn(sheet)
        table.caption = "\n".join(escape(note) for note in sheet.notes) or None
        self._live.update(table, refresh=True)


@contextmanager
def screen() -> Iterator[Screen]:
    """A table that stands still while its values change."""
    with Live(console=_console(), auto_refresh=False) as live:
        yield _LiveScreen(live)


def complain(lines: Iterable[str]) -> None:
    """Print these lines on standard error."""
    for line in lines:
        print(line, file=sys.stderr, flush=True)


def _console() -> Console:
    return Console() if sys.stdout.isatty() else Console(width=PIPE_WIDTH)


def _drawn(sheet: Sheet) -> Table:
    table = Table(title=escape(sheet.title), title_justify="left", caption_justify="left")
    for head in sheet.heads:
        table.add_column(head, justify="right" if head in sheet.numbers else "left", overflow="fold")
    for place, row in enumerate(sheet.rows):
        table.add_row(*(escape(shown(cell)) for cell in row), style="bold" if place in sheet.marked else None)
    return table
