"""`change`: change a device on purpose, once, after a person at a terminal has typed the confirmation shown."""

from __future__ import annotations

import argparse
import getpass
import logging
import secrets
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from collector.commands.common.chosen_device import add_device, chosen_device
from collector.commands.common.terminal import add_json, complain, say_json, show
from collector.commands.common.tools import tools
from collector.drivers import DRIVERS
from collector.drivers.driver import DeviceConfig
from collector.drivers.tools import SECRET, Action, Sheet
from data.errors import ChangeNotAllowedError, ConfigError, DecodeError, TransportError

SUMMARY = "change a device: needs --allow-changes and a confirmation at the terminal; never tried twice, logged"
LOG = Path("~/.config/arboretum/changes.log")
# Nobody types these by habit, and no script knows which one comes.
TREES = ("acacia", "cypress", "juniper", "magnolia", "manzanita", "protea", "redwood", "sequoia", "tamarack", "willow")

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add_device(parser)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = "\n".join(_help())
    parser.add_argument("action", metavar="ACTION", help="one of those below")
    parser.add_argument("values", nargs="*", default=[], metavar="VALUE", help="what the action takes")
    parser.add_argument("--allow-changes", action="store_true", help="this is meant to change the device")
    parser.add_argument("--system-volts", type=int, choices=(12, 24, 48), default=12, help="for `setting`, usually 12")
    parser.add_argument(
        "--log-in", action="store_true", help="log in to a battery manager first; asks for the password"
    )
    parser.add_argument("--log", type=Path, default=LOG, help=f"where every change is noted, usually {LOG}")
    add_json(parser)


def _help() -> Iterator[str]:
    for driver in DRIVERS:
        actions = tools(driver).changes.actions
        if actions:
            yield f"actions of a {driver}:"
        for name, action in actions.items():
            yield f"  {' '.join((name, *(value for value in action.takes if value != SECRET)))}\n      {action.summary}"


def run(arguments: argparse.Namespace) -> int:
    """Rehearse, ask, do it once; 1 when it was refused or is not known to be done."""
    device = chosen_device(arguments)
    changes = tools(device.driver).changes
    action = _action(device, arguments.action, arguments.values)
    line = changes.open_line(device)
    try:
        values = _with_secrets(action, arguments.values)
        meant = _rehearse(line, action, values, arguments.system_volts)
        if not arguments.allow_changes:
            raise ChangeNotAllowedError(f"{meant}: this changes {device.name}; give --allow-changes if it is meant")
        _confirm(device, meant)
        with noted(arguments.log):
            log.warning("%s: %s: a person said yes", device.name, meant)
            if arguments.log_in and changes.log_in is not None:
                changes.log_in(line, _secret("password to log in with"))
            outcome = _do_once(line, action, values, arguments.system_volts)
            log.warning("%s: %s: %s", device.name, meant, outcome)
    finally:
        line.close()
    content = {"device": device.name, "change": meant, "outcome": outcome}
    if arguments.json:
        say_json(content)
    else:
        show(Sheet("changed", tuple(content), [tuple(content.values())]))
    return 0 if outcome.startswith("done") else 1


def _action(device: DeviceConfig, name: str, values: Sequence[str]) -> Action:
    actions = tools(device.driver).changes.actions
    if name not in actions:
        raise ConfigError(f"a {device.driver} has no action {name!r}; it has: {', '.join(actions) or 'none'}")
    expected = [value for value in actions[name].takes if value != SECRET]
    if len(values) != len(expected):
        raise ConfigError(f"{name} takes {' '.join(expected) or 'no values'}; {len(values)} were given")
    return actions[name]


def _with_secrets(action: Action, values: Sequence[str]) -> list[str]:
    if SECRET not in action.takes:
        return list(values)
    first, again = _secret("new password"), _secret("the same again")
    if first != again:
        raise ConfigError("the two passwords differ: nothing was sent")
    return [first]


def _rehearse(line: object, action: Action, values: Sequence[str], volts: int) -> str:
    """The change as its log describes it; not one byte is sent.  Raises ConfigError when it cannot be done."""
    try:
        action.do(line, values, volts, False)
    except ChangeNotAllowedError as refused:
        return str(refused).partition(": this changes the device")[0]
    except ValueError as wrong:
        raise ConfigError(f"{wrong}: nothing was sent") from wrong
    raise AssertionError("a change was made without permission")


def _confirm(device: DeviceConfig, meant: str) -> None:
    """Raises ChangeNotAllowedError unless a person types the confirmation."""
    if not sys.stdin.isatty():
        raise ChangeNotAllowedError(f"{meant}: a person at a terminal must confirm this, standard input is none")
    confirmation = secrets.choice(TREES)
    complain(
        [f"{device.name} will be changed: {meant}", f"type {confirmation} to do it once, anything else to leave it:"]
    )
    if sys.stdin.readline().strip() != confirmation:
        raise ChangeNotAllowedError("something else was typed: nothing was sent")


def _do_once(line: object, action: Action, values: Sequence[str], volts: int) -> str:
    """Make the change; returns its outcome.  It is never tried again: after a lost answer the outcome is unknown."""
    try:
        result = action.do(line, values, volts, True)
    except (TransportError, DecodeError) as problem:
        return f"not confirmed: {problem}"
    if result is False:
        return "refused: the device did not do it; it may want --log-in"
    if not action.is_answered:
        return "sent and not refused: the device answers nothing to this, so read whether it is done"
    return "done" if result is None or result is True else f"done, it now has {result}"


def _secret(what: str) -> str:
    if not sys.stdin.isatty():
        raise ChangeNotAllowedError("a password is typed at a terminal, standard input is none")
    return getpass.getpass(f"{what}: ")


@contextmanager
def noted(path: Path) -> Iterator[None]:
    """Log every change to a file while it is made.  Raises ConfigError when the file cannot be written."""
    place = path.expanduser()
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.FileHandler(place, encoding="utf-8")
    except OSError as cause:
        raise ConfigError(f"cannot note the change in {path}: {cause.strerror}; nothing was sent") from cause
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    root = logging.getLogger("collector")
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        handler.close()
