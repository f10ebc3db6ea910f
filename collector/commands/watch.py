"""`watch`: a device's values as they change, in a table that stands still."""

from __future__ import annotations

import argparse
import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from collector.commands.common.arguments import seconds, whole
from collector.commands.common.chosen_device import add_device, chosen_device
from collector.commands.common.terminal import Screen, add_json, say_json, screen
from collector.commands.common.tools import tools
from collector.commands.read import add_groups, as_json, chosen_groups, sheet_of
from collector.drivers import DRIVERS
from collector.drivers.driver import DeviceConfig
from collector.drivers.reading import Reading
from collector.drivers.tools import Row, Sheet
from data.errors import ArboretumError

SUMMARY = "show a device's values as they change; Ctrl-C ends it"
# The maker's own logger asks no more often than once a second.
SHORTEST_SECONDS = 1.0

Turn = Reading | ArboretumError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add_device(parser)
    add_groups(parser)
    parser.add_argument(
        "--every", type=seconds(SHORTEST_SECONDS), default=5.0, metavar="SECONDS", help="how often to ask, at least 1"
    )
    parser.add_argument("--count", type=whole(0), default=0, help="end after so many readings; 0: never")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Ask until told to stop; 1 when the last reading failed."""
    device = chosen_device(arguments)
    groups = chosen_groups(device.driver, arguments.group)
    reader = DRIVERS[device.driver].open(device.port, device.unit_id)
    failed = False

    def ask() -> Turn:
        try:
            return reader.read(groups)
        except ArboretumError as problem:
            return problem

    try:
        with contextlib.nullcontext() if arguments.json else screen() as place:
            follower = Follower(device, place)
            for turn in turns(ask, arguments.every, arguments.count):
                failed = isinstance(turn, ArboretumError)
                follower.take(turn)
    except KeyboardInterrupt:
        return 0
    finally:
        reader.close()
    return 1 if failed else 0


def turns(ask: Callable[[], Turn], every: float, count: int) -> Iterator[Turn]:
    """The reading or the error of each poll, on a grid of `every` seconds; endless when `count` is 0."""
    start, number = time.monotonic(), 0
    while True:
        yield ask()
        number += 1
        if number == count:
            return
        late = time.monotonic() - start
        time.sleep(every - late % every)


class Follower:
    """Shows each turn; old values are never shown as if they were new."""

    def __init__(self, device: DeviceConfig, place: Screen | None) -> None:
        self._device = device
        self._place = place
        self._before: dict[tuple[str, str], object] = {}

    def take(self, turn: Turn) -> None:
        """Show one turn: values that changed are bold; a failed one shows its reason and no values."""
        at = datetime.now().astimezone()
        if isinstance(turn, ArboretumError):
            if self._place is None:
                say_json({"device": self._device.name, "at": at.isoformat(), "error": str(turn)})
            else:
                title = f"{self._device.name} ({self._device.driver}) at {at:%H:%M:%S}: no reading"
                self._place.draw(Sheet(title, ("why",), [(str(turn),)]))
            return
        rows = tools(self._device.driver).rows(turn)
        if self._place is None:
            say_json({"at": at.isoformat(), **as_json(self._device, rows, turn)})
            return
        self._place.draw(self._sheet(rows, turn, at))

    def _sheet(self, rows: list[Row], reading: Reading, at: datetime) -> Sheet:
        now = {(row.group, row.key): row.value for row in rows}
        changed = {
            place
            for place, row in enumerate(rows)
            if self._before and self._before.get((row.group, row.key)) != row.value
        }
        self._before = dict(now)
        sheet = sheet_of(self._device, rows, reading, frozenset(changed))
        return replace(sheet, title=f"{sheet.title} at {at:%H:%M:%S}")
