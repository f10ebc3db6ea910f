"""The commands: `python -m app COMMAND`."""

from __future__ import annotations

import argparse
import sqlite3
import sys
from collections.abc import Callable

from sqlalchemy.exc import OperationalError

from app.cli import imports, people, store
from app.cli import run as run_commands
from app.cli.common import Arguments, Settings, database, file_arguments, nothing
from data.errors import ArboretumError

SEE_TO_IT = "make room on its disk, or see what holds it, and run the same command again"


def main(argv: list[str] | None = None) -> int:
    """Run one command; its exit code, 1 with the reason on stderr when it could not do what it should."""
    parser = argparse.ArgumentParser(prog="python -m app", description="Runs and looks after an Arboretum site.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (run, add_arguments) in COMMANDS.items():
        summary = (run.__doc__ or "").splitlines()[0]
        command = commands.add_parser(name, help=summary, description=summary)
        add_arguments(command)
        command.set_defaults(run=run)
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


def import_msview(config: Settings, arguments: Arguments) -> int:
    """Store the daily log that MSView exported; run twice it doubles nothing."""
    return imports.msview(database(config), arguments.file)


def import_csv(config: Settings, arguments: Arguments) -> int:
    """Store the rows of a CSV file as documents of one device; broken off and run again it goes on."""
    return imports.csv(database(config), config, arguments)


def import_site(config: Settings, arguments: Arguments) -> int:
    """Store users, sensors and documents of the old site's SQLite file; broken off and run again it goes on."""
    return imports.site(database(config), arguments)


COMMANDS: dict[str, tuple[Callable[[Settings, Arguments], int], Callable[[argparse.ArgumentParser], None]]] = {
    "up": (run_commands.up, nothing),
    "serve": (run_commands.serve, nothing),
    "worker": (run_commands.worker, nothing),
    "setup": (run_commands.setup, nothing),
    "migrate": (run_commands.migrate, nothing),
    "create-user": (people.create_user, people.user_arguments),
    "set-password": (people.set_password, people.name_arguments),
    "try-mail": (people.try_mail, people.address_arguments),
    "create-key": (people.create_key, people.key_arguments),
    "keys": (people.keys, nothing),
    "revoke-key": (people.revoke_key, people.id_arguments),
    "correct": (store.correct, store.correct_arguments),
    "corrections": (store.list_corrections, nothing),
    "seal": (store.seal, store.seal_arguments),
    "store-status": (store.store_status, store.status_arguments),
    "check-store": (store.check_store, store.check_arguments),
    "import-msview": (import_msview, file_arguments),
    "import-csv": (import_csv, imports.csv_arguments),
    "import-site": (import_site, imports.site_arguments),
    "backup": (store.backup, file_arguments),
    "restore": (store.restore, store.restore_arguments),
    "vacuum": (store.vacuum, nothing),
}
