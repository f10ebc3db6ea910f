"""The commands: `python -m app COMMAND`."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app import importing
from app.config import Config
from data.audit import AT_THE_PROMPT
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
    from app.peppers import peppers
    from data import accounts, audit

    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    role = accounts.ADMINISTRATOR if arguments.admin else arguments.role
    with database(config)() as session:
        accounts.create_user(session, arguments.username, arguments.email, password, role, peppers(config))
        audit.record(session, AT_THE_PROMPT, "account made", arguments.username, f"role {role}")
        session.commit()
    print(f"User {arguments.username} has been created as {role}.")
    return 0


def set_password(config: Settings, arguments: Arguments) -> int:
    """Set a user's password anew and end all sessions; asks for it as create-user does."""
    from app.peppers import peppers
    from data import account_changes, accounts, audit

    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    with database(config)() as session:
        user = accounts.user_by_name(session, arguments.username)
        if user is None:
            raise NotFoundError(f"no user named {arguments.username!r}: make it with create-user")
        account_changes.set_password(session, user.id, password, peppers(config))
        audit.record(session, AT_THE_PROMPT, "password changed", arguments.username)
        session.commit()
    print(f"{arguments.username} has a new password, and is logged out everywhere.")
    return 0


def try_mail(config: Settings, arguments: Arguments) -> int:
    """Send a letter at once, and say what became of it."""
    from app.mail import try_out

    print(f"A letter to {arguments.address}: {try_out(config, arguments.address)}.")
    return 0


def create_key(config: Settings, arguments: Arguments) -> int:
    """Make a key for posting, bound to a user or to a device; it is shown this once."""
    from data import accounts, audit

    with database(config)() as session:
        owner = None if arguments.user is None else accounts.user_by_name(session, arguments.user)
        if arguments.user is not None and owner is None:
            raise NotFoundError(f"no user named {arguments.user!r}: make it with create-user")
        _, token = accounts.create_key(session, arguments.label, owner, arguments.device)
        audit.record(session, AT_THE_PROMPT, "key made", arguments.label, f"for {arguments.user or arguments.device}")
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
    from data import accounts, audit

    with database(config)() as session:
        label = accounts.revoke_key(session, arguments.id).label
        audit.record(session, AT_THE_PROMPT, "key revoked", label)
        session.commit()
    print(f"Key {arguments.id} ({label}) is revoked.")
    return 0


def import_msview(config: Settings, arguments: Arguments) -> int:
    """Store the daily log that MSView exported; run twice it doubles nothing."""
    return importing.msview(database(config), arguments.file)


def import_csv(config: Settings, arguments: Arguments) -> int:
    """Store the rows of a CSV file as documents of one device; broken off and run again it goes on."""
    return importing.csv(database(config), config, arguments)


def import_site(config: Settings, arguments: Arguments) -> int:
    """Store users, sensors and documents of the old site's SQLite file; broken off and run again it goes on."""
    return importing.site(database(config), arguments)


def seal(config: Settings, arguments: Arguments) -> int:
    """Seal what is old enough, as the worker does every minute; --all seals today as well."""
    from app.progress import ProgressBar
    from data import sealing

    with ProgressBar("sealing", sys.stderr) as bar:
        count = sealing.seal(database(config), datetime.now(UTC), arguments.all, bar.show)
    postponed = f", {count.postponed} days left to another sealer" if count.postponed else ""
    print(f"{count.documents} documents of {count.days} days sealed in {count.bytes:,} bytes{postponed}")
    for one in count.damaged:
        print(f"damaged: {one}", file=sys.stderr)
    return 1 if count.damaged else 0


def store_status(config: Settings, arguments: Arguments) -> int:
    """Show what is stored: documents, rows and bytes by device and level, bytes a sample, what waits to be sealed."""
    from dataclasses import asdict

    from data.queries import status

    with database(config)() as session:
        found = status.store_status(session)
    if arguments.json:
        print(json.dumps(asdict(found), default=str, indent=1))
    else:
        print(status.as_text(found))
    return 0


def check_store(config: Settings, arguments: Arguments) -> int:
    """Read every sealed block and level and compare its checksums; --repair builds again what can be built."""
    from app.progress import ProgressBar
    from data import scrubbing

    with ProgressBar("checking", sys.stderr) as bar:
        found = scrubbing.check(database(config), arguments.repair, bar.show)
    for one in found.problems:
        print(one, file=sys.stderr)
    print(f"{found.checked} rows checked, {len(found.problems)} damaged, {found.repaired} built again")
    return 1 if len(found.problems) > found.repaired else 0


def correct(config: Settings, arguments: Arguments) -> int:
    """Replace or take out one document of the past; both texts, who, when and why are kept."""
    from data import corrections
    from data.ranges import parse_instant

    after = None
    if arguments.file is not None:
        try:
            after = arguments.file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as problem:
            raise DocumentError(
                f"{arguments.file} cannot be read ({problem}): give a file with one document"
            ) from problem
    at = parse_instant(arguments.at)
    corrections.correct(
        database(config), arguments.device, arguments.family, at, after, arguments.user, arguments.reason
    )
    print(f"The document of {at.isoformat()} has been {'taken out' if after is None else 'replaced'}.")
    return 0


def list_corrections(config: Settings, _arguments: Arguments) -> int:
    """List what was corrected: which document, who, when and why."""
    from data import corrections

    with database(config)() as session:
        for one in corrections.corrections(session):
            what = "taken out" if one.after is None else "replaced"
            print(
                f"{one.corrected_at:%Y-%m-%d %H:%M} UTC  {one.device} {one.family} {one.recorded_at.isoformat()} {what}"
                f" by {one.username}: {one.reason}"
            )
    return 0


def backup(config: Settings, arguments: Arguments) -> int:
    """Write the whole database to one file, while the site runs."""
    from app.installation import open_database
    from data.backup import backup as write

    engine, _ = open_database(config)
    count = write(engine, Path(arguments.file))
    engine.dispose()
    print(f"{count} rows written to {arguments.file}")
    return 0


def restore(config: Settings, arguments: Arguments) -> int:
    """Fill an empty database, SQLite or PostgreSQL, with what a backup holds."""
    from app.installation import open_database
    from app.peppers import peppers, warning_of_lost
    from data import audit
    from data.backup import restore as fill
    from data.engine import session_factory

    engine, _ = open_database(config)
    count = fill(engine, Path(arguments.file), arguments.replace)
    sessions = session_factory(engine)
    with sessions() as session:
        audit.record(session, AT_THE_PROMPT, "restored", Path(arguments.file).name, f"{count} rows")
        session.commit()
    lost = warning_of_lost(sessions, peppers(config))
    engine.dispose()
    print(f"{count} rows restored from {arguments.file}")
    if lost is not None:
        print(lost, file=sys.stderr)
    return 0


def vacuum(config: Settings, _arguments: Arguments) -> int:
    """Give the room of deleted rows back to the disk; on SQLite posters wait meanwhile."""
    from app.installation import open_database
    from data import housekeeping

    engine, _ = open_database(config)
    housekeeping.vacuum(engine)
    engine.dispose()
    print("The database has been vacuumed.")
    return 0


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
    parser.add_argument("--admin", action="store_true", help="the same as --role administrator")
    parser.add_argument("--role", choices=("administrator", "member", "viewer"), default="member")


def name_arguments(parser: argparse.ArgumentParser) -> None:
    """What set-password takes."""
    parser.add_argument("username")


def address_arguments(parser: argparse.ArgumentParser) -> None:
    """What try-mail takes."""
    parser.add_argument("address", help="to whom")


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
    """What an import and a backup take."""
    parser.add_argument("file")


def correct_arguments(parser: argparse.ArgumentParser) -> None:
    """What correct takes."""
    parser.add_argument("device", help="such as tristar-1, or user/sensor")
    parser.add_argument("family", choices=("bms", "tristar", "tristar_daily", "sensor"))
    parser.add_argument("at", help="the document's very time, such as 2026-03-01T12:00:00Z")
    parser.add_argument("--user", required=True, help="the administrator who answers for it")
    parser.add_argument("--reason", required=True, help="why, for those who read the trail later")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--file", type=Path, help="the document to put in its place, as JSON")
    what.add_argument("--delete", action="store_true", help="take the document out")


def seal_arguments(parser: argparse.ArgumentParser) -> None:
    """What seal takes."""
    parser.add_argument("--all", action="store_true", help="today as well, however little has come")


def status_arguments(parser: argparse.ArgumentParser) -> None:
    """What store-status takes."""
    parser.add_argument("--json", action="store_true", help="as JSON")


def check_arguments(parser: argparse.ArgumentParser) -> None:
    """What check-store takes."""
    parser.add_argument("--repair", action="store_true", help="build damaged rows again from what they were made of")


def restore_arguments(parser: argparse.ArgumentParser) -> None:
    """What restore takes."""
    parser.add_argument("file")
    parser.add_argument("--replace", action="store_true", help="throw away what the database holds now")


COMMANDS: dict[str, tuple[Callable[[Settings, Arguments], int], Callable[[argparse.ArgumentParser], None]]] = {
    "up": (up, nothing),
    "serve": (serve, nothing),
    "worker": (worker, nothing),
    "setup": (setup, nothing),
    "migrate": (migrate, nothing),
    "create-user": (create_user, user_arguments),
    "set-password": (set_password, name_arguments),
    "try-mail": (try_mail, address_arguments),
    "create-key": (create_key, key_arguments),
    "keys": (keys, nothing),
    "revoke-key": (revoke_key, id_arguments),
    "correct": (correct, correct_arguments),
    "corrections": (list_corrections, nothing),
    "seal": (seal, seal_arguments),
    "store-status": (store_status, status_arguments),
    "check-store": (check_store, check_arguments),
    "import-msview": (import_msview, file_arguments),
    "import-csv": (import_csv, importing.csv_arguments),
    "import-site": (import_site, importing.site_arguments),
    "backup": (backup, file_arguments),
    "restore": (restore, restore_arguments),
    "vacuum": (vacuum, nothing),
}
