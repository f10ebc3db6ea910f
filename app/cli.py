"""The commands: `python -m app COMMAND`."""

from __future__ import annotations

import argparse
import sqlite3
import sys
from collections.abc import Callable

from sqlalchemy.exc import OperationalError

from app import importing, people_commands, run_commands, store_commands
from app.commanding import Arguments, Settings, database, file_arguments, nothing
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
    return importing.msview(database(config), arguments.file)


def import_csv(config: Settings, arguments: Arguments) -> int:
    """Store the rows of a CSV file as documents of one device; broken off and run again it goes on."""
    return importing.csv(database(config), config, arguments)


def import_site(config: Settings, arguments: Arguments) -> int:
    """Store users, sensors and documents of the old site's SQLite file; broken off and run again it goes on."""
    return importing.site(database(config), arguments)


COMMANDS: dict[str, tuple[Callable[[Settings, Arguments], int], Callable[[argparse.ArgumentParser], None]]] = {
    "up": (run_commands.up, nothing),
    "serve": (run_commands.serve, nothing),
    "worker": (run_commands.worker, nothing),
    "setup": (run_commands.setup, nothing),
    "migrate": (run_commands.migrate, nothing),
    "create-user": (people_commands.create_user, people_commands.user_arguments),
    "set-password": (people_commands.set_password, people_commands.name_arguments),
    "try-mail": (people_commands.try_mail, people_commands.address_arguments),
    "create-key": (people_commands.create_key, people_commands.key_arguments),
    "keys": (people_commands.keys, nothing),
    "revoke-key": (people_commands.revoke_key, people_commands.id_arguments),
    "correct": (store_commands.correct, store_commands.correct_arguments),
    "corrections": (store_commands.list_corrections, nothing),
    "seal": (store_commands.seal, store_commands.seal_arguments),
    "store-status": (store_commands.store_status, store_commands.status_arguments),
    "check-store": (store_commands.check_store, store_commands.check_arguments),
    "import-msview": (import_msview, file_arguments),
    "import-csv": (import_csv, importing.csv_arguments),
    "import-site": (import_site, importing.site_arguments),
    "backup": (store_commands.backup, file_arguments),
    "restore": (store_commands.restore, store_commands.restore_arguments),
    "vacuum": (store_commands.vacuum, nothing),
}
