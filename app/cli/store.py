"""The commands of the store: sealing, checking, correcting, backups."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from app.cli.common import Arguments, Settings, argument, database, one_of, takes
from data.accounts.audit import AT_THE_PROMPT
from data.errors import DocumentError
from data.families import FAMILIES


@takes(argument("--all", action="store_true", help="today as well, however little has come"))
def seal(config: Settings, arguments: Arguments) -> int:
    """Seal what is old enough, as the worker does every minute; --all seals today as well."""
    from app.cli.progress import ProgressBar
    from data.store.sealed import sealing

    with ProgressBar("sealing", sys.stderr) as bar:
        count = sealing.seal(database(config), datetime.now(UTC), arguments.all, bar.show)
    postponed = f", {count.postponed} days left to another sealer" if count.postponed else ""
    print(f"{count.documents} documents of {count.days} days sealed in {count.bytes:,} bytes{postponed}")
    for damage in count.damaged:
        print(f"damaged: {damage}", file=sys.stderr)
    return 1 if count.damaged else 0


@takes(argument("--json", action="store_true", help="as JSON"))
def store_status(config: Settings, arguments: Arguments) -> int:
    """Show what is stored: documents, rows and bytes by device and level, bytes a sample, what waits to be sealed."""
    from dataclasses import asdict

    from data.queries import status

    with database(config)() as session:
        contents = status.store_status(session)
    if arguments.json:
        print(json.dumps(asdict(contents), default=str, indent=1))
    else:
        print(status.as_text(contents))
    return 0


@takes(argument("--repair", action="store_true", help="build damaged rows again from what they were made of"))
def check_store(config: Settings, arguments: Arguments) -> int:
    """Read every sealed block and level and compare its checksums; --repair builds again what can be built."""
    from app.cli.progress import ProgressBar
    from data.store import integrity

    with ProgressBar("checking", sys.stderr) as bar:
        report = integrity.check(database(config), arguments.repair, bar.show)
    for problem in report.problems:
        print(problem, file=sys.stderr)
    print(f"{report.checked} rows checked, {len(report.problems)} damaged, {report.repaired} built again")
    return 1 if len(report.problems) > report.repaired else 0


@takes(
    argument("device", help="such as tristar-1, or user/sensor"),
    argument("family", choices=FAMILIES),
    argument("at", help="the document's very time, such as 2026-03-01T12:00:00Z"),
    argument("--user", required=True, help="the administrator who answers for it"),
    argument("--reason", required=True, help="why, for those who read the trail later"),
    one_of(
        argument("--file", type=Path, help="the document to put in its place, as JSON"),
        argument("--delete", action="store_true", help="take the document out"),
    ),
)
def correct(config: Settings, arguments: Arguments) -> int:
    """Replace or take out one document of the past; both texts, who, when and why are kept."""
    from data.queries import corrections
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


@takes()
def list_corrections(config: Settings, _arguments: Arguments) -> int:
    """List what was corrected: which document, who, when and why."""
    from data.queries import corrections

    with database(config)() as session:
        for correction in corrections.corrections(session):
            what = "taken out" if correction.after is None else "replaced"
            print(
                f"{correction.corrected_at:%Y-%m-%d %H:%M} UTC  {correction.device} {correction.family} "
                f"{correction.recorded_at.isoformat()} {what}"
                f" by {correction.username}: {correction.reason}"
            )
    return 0


@takes(argument("file"))
def backup(config: Settings, arguments: Arguments) -> int:
    """Write the whole database to one file, while the site runs."""
    from app.runtime.installation import open_database
    from data.database.backup import backup as write

    engine, _ = open_database(config)
    count = write(engine, Path(arguments.file))
    engine.dispose()
    print(f"{count} rows written to {arguments.file}")
    return 0


@takes(argument("file"), argument("--replace", action="store_true", help="throw away what the database holds now"))
def restore(config: Settings, arguments: Arguments) -> int:
    """Fill an empty database, SQLite or PostgreSQL, with what a backup holds."""
    from app.runtime.installation import open_database
    from app.security.secret_key import peppers, warning_of_lost
    from data.accounts import audit
    from data.database.backup import restore as fill
    from data.database.engine import session_factory

    engine, _ = open_database(config)
    count = fill(engine, Path(arguments.file), arguments.replace)
    sessions = session_factory(engine)
    with sessions.begin() as session:
        audit.record(session, AT_THE_PROMPT, "restored", Path(arguments.file).name, f"{count} rows")
    lost = warning_of_lost(sessions, peppers(config))
    engine.dispose()
    print(f"{count} rows restored from {arguments.file}")
    if lost is not None:
        print(lost, file=sys.stderr)
    return 0


@takes()
def vacuum(config: Settings, _arguments: Arguments) -> int:
    """Give the room of deleted rows back to the disk; on SQLite posters wait meanwhile."""
    from app.runtime.installation import open_database
    from data.database import housekeeping

    engine, _ = open_database(config)
    housekeeping.vacuum(engine)
    engine.dispose()
    print("The database has been vacuumed.")
    return 0
