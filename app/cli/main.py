"""The commands: `python -m app COMMAND`."""

from __future__ import annotations

import argparse
import sqlite3
import sys

from sqlalchemy.exc import OperationalError

from app.cli import imports, people, store
from app.cli import run as run_commands
from app.cli.common import Command, Settings
from data.errors import ArboretumError

SEE_TO_IT = "make room on its disk, or see what holds it, and run the same command again"


def main(argv: list[str] | None = None) -> int:
    """Run one command; its exit code, 1 with the reason on stderr when it could not do what it should."""
    parser = argparse.ArgumentParser(prog="python -m app", description="Runs and looks after an Arboretum site.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        summary = (command.run.__doc__ or "").splitlines()[0]
        command_parser = commands.add_parser(name, help=summary, description=summary)
        for add_argument in command.arguments:
            add_argument(command_parser)
        command_parser.set_defaults(run=command.run)
    arguments = parser.parse_args(argv)
    try:
        code: int = arguments.run(Settings.from_env(), arguments)
    except ArboretumError as problem:
        print(problem, file=sys.stderr)
        return 1
    except (OperationalError, sqlite3.OperationalError) as problem:
        print(f"the database cannot be used ({getattr(problem, 'orig', problem)}): {SEE_TO_IT}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return code


COMMANDS: dict[str, Command] = {
    "up": run_commands.up,
    "serve": run_commands.serve,
    "worker": run_commands.worker,
    "setup": run_commands.setup,
    "migrate": run_commands.migrate,
    "create-user": people.create_user,
    "set-password": people.set_password,
    "try-mail": people.try_mail,
    "create-key": people.create_key,
    "keys": people.keys,
    "revoke-key": people.revoke_key,
    "correct": store.correct,
    "corrections": store.list_corrections,
    "seal": store.seal,
    "store-status": store.store_status,
    "check-store": store.check_store,
    "import-msview": imports.msview,
    "import-csv": imports.csv,
    "import-site": imports.site,
    "backup": store.backup,
    "restore": store.restore,
    "vacuum": store.vacuum,
}
