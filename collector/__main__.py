"""`python -m collector COMMAND`: builds the parts from the command line and runs them."""

from __future__ import annotations

import argparse
import importlib
import sys

# One module of this package per command, each with SUMMARY, add_arguments(parser) and run(arguments) -> exit code.
COMMANDS = {
    "decode": "collector.decode",
    "run": "collector.run",
    "status": "collector.status",
    "simulate": "collector.simulate",
}


def main(argv: list[str] | None = None) -> int:
    """Parse the command line, run one command and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m collector", description=sys.modules["collector"].__doc__)
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    given = sys.argv[1:] if argv is None else argv
    # Only the module of the command is loaded: `decode` starts without what the daemon needs.
    asked = [name for name in COMMANDS if given[:1] == [name]] or list(COMMANDS)
    for name in asked:
        module = importlib.import_module(COMMANDS[name])
        subparser = subparsers.add_parser(name, help=module.SUMMARY, description=module.SUMMARY)
        module.add_arguments(subparser)
        subparser.set_defaults(run=module.run)
    arguments = parser.parse_args(given)
    code: int = arguments.run(arguments)
    return code


if __name__ == "__main__":
    sys.exit(main())
