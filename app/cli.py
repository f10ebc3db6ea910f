"""The commands: `python -m app COMMAND`."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.config import Config
from app.progress import ProgressBar
from data.errors import ArboretumError, DocumentError, NotFoundError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session, sessionmaker

Settings = Config
Arguments = argparse.Namespace


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
        code: int = arguments.run(Config.from_env(), arguments)
    except ArboretumError as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return code


def up(config: Settings, _arguments: Arguments) -> int:
    """Start everything: site, worker and, unless DEMO=no, the demonstration (what `make run` does)."""
    from app.launcher import up as launch

    return launch(config)


def serve(config: Settings, _arguments: Arguments) -> int:
    """Start the web server alone, for a server's own supervision."""
    from app.installation import open_database, prepare
    from app.serving import check_port
    from app.serving import serve as become_server

    check_port(config.host, config.port)
    engine, sessions = open_database(config)
    show_password(prepare(config, engine, sessions))
    engine.dispose()
    become_server(config)
    return 0


def worker(config: Settings, _arguments: Arguments) -> int:
    """Run the housekeeping beside the web server, until SIGTERM."""
    from app.worker import run

    return run(config)


def migrate(config: Settings, _arguments: Arguments) -> int:
    """Bring the database to the present schema."""
    from app.installation import open_database
    from data.engine import migrate as upgrade

    engine, _ = open_database(config)
    upgrade(engine)
    engine.dispose()
    print("The database has the present schema.")
    return 0


def setup(config: Settings, _arguments: Arguments) -> int:
    """Migrate; make the site, the user admin and the faculty sensors; print admin's password the first time."""
    from app.installation import open_database, prepare

    engine, sessions = open_database(config)
    password = prepare(config, engine, sessions)
    engine.dispose()
    if password is None:
        print("Nothing to do: the site is set up.")
    show_password(password)
    return 0


def create_user(config: Settings, arguments: Arguments) -> int:
    """Make a user; asks for the password, or reads it from standard input when that is no terminal."""
    from data import accounts

    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if len(password) < 8:
        raise DocumentError("the password has fewer than 8 characters: choose a longer one")
    with database(config)() as session:
        accounts.create_user(session, arguments.username, arguments.email, password, admin=arguments.admin)
        session.commit()
    print(f"User {arguments.username} has been created{' as an administrator' if arguments.admin else ''}.")
    return 0


def create_key(config: Settings, arguments: Arguments) -> int:
    """Make a key for posting, bound to a user or to a device; it is shown this once."""
    from data import accounts

    with database(config)() as session:
        owner = None if arguments.user is None else accounts.user_by_name(session, arguments.user)
        if arguments.user is not None and owner is None:
            raise NotFoundError(f"no user named {arguments.user!r}: make it with create-user")
        _, token = accounts.create_key(session, arguments.label, owner, arguments.device)
        session.commit()
    print(token)
    print("Keep it: it is not shown again. Send it as `Authorization: Bearer KEY`.", file=sys.stderr)
    return 0


def keys(config: Settings, _arguments: Arguments) -> int:
    """List the keys: id, label, what each posts for, last use."""
    from data import accounts

    with database(config)() as session:
        for key in accounts.keys(session):
            owner = None if key.user_id is None else accounts.user_by_id(session, key.user_id)
            bound = f"user {owner.username}" if owner is not None else f"device {key.device_slug}"
            used = "never used" if key.last_used_at is None else f"last used {key.last_used_at:%Y-%m-%d %H:%M} UTC"
            revoked = "" if key.revoked_at is None else f", revoked {key.revoked_at:%Y-%m-%d %H:%M} UTC"
            print(f"{key.id:>4}  {key.label}, {bound}, {used}{revoked}")
    return 0


def revoke_key(config: Settings, arguments: Arguments) -> int:
    """Refuse a key from now on; `keys` shows the ids."""
    from data import accounts

    with database(config)() as session:
        label = accounts.revoke_key(session, arguments.id).label
        session.commit()
    print(f"Key {arguments.id} ({label}) is revoked.")
    return 0


def import_msview(config: Settings, arguments: Arguments) -> int:
    """Store the daily log that MSView exported; run twice it doubles nothing."""
    from data import msview

    try:
        content = Path(arguments.file).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise DocumentError(
            f"{arguments.file} cannot be read ({problem}): give a CSV file that MSView exported"
        ) from problem
    try:
        records = msview.parse(content)
    except DocumentError as problem:
        raise DocumentError(f"{arguments.file}: {problem}") from problem
    with database(config)() as session, ProgressBar("importing", sys.stderr) as bar:
        count = msview.load(session, records, datetime.now(UTC), bar.show)
        session.commit()
    print(f"{count.stored} stored, {count.repeated} repeated, {count.refused} refused")
    for reason in count.reasons:
        print(f"refused: {reason}", file=sys.stderr)
    return 1 if count.refused else 0


def database(config: Settings) -> sessionmaker[Session]:
    """Sessions of a database that is set up."""
    from app.installation import open_database, prepare

    engine, sessions = open_database(config)
    show_password(prepare(config, engine, sessions))
    return sessions


def show_password(password: str | None) -> None:
    """Show admin's password if it was made just now."""
    if password is not None:
        print(f"admin password: {password}", flush=True)


def nothing(_parser: argparse.ArgumentParser) -> None:
    """A command without arguments."""


def user_arguments(parser: argparse.ArgumentParser) -> None:
    """What create-user takes."""
    parser.add_argument("username")
    parser.add_argument("email")
    parser.add_argument("--admin", action="store_true", help="may see and do everything")


def key_arguments(parser: argparse.ArgumentParser) -> None:
    """What create-key takes."""
    parser.add_argument("label", help="where the key is used, for the list of keys")
    owner = parser.add_mutually_exclusive_group(required=True)
    owner.add_argument("--user", help="posts that user's sensors; an administrator's key posts everything")
    owner.add_argument("--device", help="posts for that device only, such as tristar-1")


def id_arguments(parser: argparse.ArgumentParser) -> None:
    """What revoke-key takes."""
    parser.add_argument("id", type=int)


def file_arguments(parser: argparse.ArgumentParser) -> None:
    """What an import takes."""
    parser.add_argument("file")


COMMANDS: dict[str, tuple[Callable[[Settings, Arguments], int], Callable[[argparse.ArgumentParser], None]]] = {
    "up": (up, nothing),
    "serve": (serve, nothing),
    "worker": (worker, nothing),
    "setup": (setup, nothing),
    "migrate": (migrate, nothing),
    "create-user": (create_user, user_arguments),
    "create-key": (create_key, key_arguments),
    "keys": (keys, nothing),
    "revoke-key": (revoke_key, id_arguments),
    "import-msview": (import_msview, file_arguments),
}
