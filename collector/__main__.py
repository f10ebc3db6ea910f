"""`python -m collector COMMAND`: builds the parts from the command line and runs them."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

from data.errors import ArboretumError, ConfigError

# One module of this package per command, each with SUMMARY, add_arguments(parser) and run(arguments) -> exit code.
COMMANDS = {
    "run": "collector.commands.run",
    "status": "collector.commands.status",
    "probe": "collector.commands.probe",
    "read": "collector.commands.read",
    "watch": "collector.commands.watch",
    "dump": "collector.commands.dump",
    "settings": "collector.commands.settings",
    "capture": "collector.commands.capture",
    "replay": "collector.commands.replay",
    "simulate": "collector.commands.simulate",
    "decode": "collector.commands.decode",
    "change": "collector.commands.change",
}
INTERRUPTED = 130


def main(argv: list[str] | None = None) -> int:
    """Parse the command line and run one command; returns its exit code: 2 for wrong arguments, 1 for a failure."""
    given = sys.argv[1:] if argv is None else argv
    arguments = build_parser(given).parse_args(given)
    try:
        code: int = arguments.run(arguments)
    except ArboretumError as problem:
        print(problem, file=sys.stderr)
        return 2 if isinstance(problem, ConfigError) else 1
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


class MixedParser(argparse.ArgumentParser):
    """Takes options between the values of a list too: `read bms-1 --json BC1 ST1`."""

    _within = False

    def parse_known_args(  # type: ignore[override]  # the library's two overloads, as it calls them itself
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """As the library's, but that a list may go on after an option."""
        lists = any(action.nargs == "*" for action in self._get_positional_actions())
        if self._within or not lists:
            return super().parse_known_args(args, namespace)
        self._within = True  # the library comes back here for the options, and then for the values
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._within = False


def build_parser(given: list[str]) -> argparse.ArgumentParser:
    """The parser for these arguments.  Only the module of the command asked for is loaded: the daemon stays small."""
    parser = argparse.ArgumentParser(prog="python -m collector", description=sys.modules["collector"].__doc__)
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=MixedParser)
    commands = [name for name in COMMANDS if given[:1] == [name]] or list(COMMANDS)
    for name in commands:
        module = importlib.import_module(COMMANDS[name])
        subparser = subparsers.add_parser(name, help=module.SUMMARY, description=module.SUMMARY)
        module.add_arguments(subparser)
        subparser.set_defaults(run=module.run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
