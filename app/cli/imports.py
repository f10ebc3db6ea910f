"""The import commands: files of other programs become documents of this site."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import OperationalError

from app.cli.common import Arguments, Settings, argument, database, one_of, takes
from data.errors import ArboretumError, DocumentError
from data.families import FAMILIES

if TYPE_CHECKING:
    from sqlalchemy.orm import Session, sessionmaker

    from data.importing.counting import Count
    from data.importing.running import Source

# A sensor is named by --sensor alone.
DEVICE_FAMILIES = tuple(key for key, family in FAMILIES.items() if family.kind != "sensor")
OLD_SITE_ZONE = "UTC"  # what it wrote, without saying so
DELIMITER_NAMES = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";"}


def mapping(text: str) -> tuple[str, str]:
    """COLUMN=METRIC; a column's name may hold an equals sign, a metric's may not."""
    column, equals, metric = text.rpartition("=")
    if not equals or not column.strip() or not metric.strip():
        raise argparse.ArgumentTypeError(f"{text!r}: write COLUMN=METRIC")
    return column.strip(), metric.strip()


def delimiter(text: str) -> str:
    """One character, or the name of one."""
    character = DELIMITER_NAMES.get(text.lower(), text)
    if len(character) != 1 or character in '"\r\n':
        raise argparse.ArgumentTypeError(f"{text!r}: give one character, or tab")
    return character


def zone(text: str) -> str:
    """The name of a time zone."""
    from data.ranges import zone_named

    try:
        zone_named(text)
    except ArboretumError as problem:
        raise argparse.ArgumentTypeError(str(problem)) from problem
    return text


@takes(argument("file"))
def msview(config: Settings, arguments: Arguments) -> int:
    """Store the daily log that MSView exported; run twice it doubles nothing."""
    from data.importing.msview.file import MsviewFile

    sessions, path = database(config), Path(arguments.file)
    try:
        source = MsviewFile(path.read_bytes(), path)
    except OSError as problem:
        raise DocumentError(f"{path} cannot be read ({problem}): give a CSV file that MSView exported") from problem
    except DocumentError as problem:
        raise DocumentError(f"{path}: {problem}") from problem
    if source.left_out:
        say(f"left out: {', '.join(source.left_out)} (no metric of the site is known for them)")
    return exit_code(run(sessions, source, path, "rows"))


@takes(
    argument("file"),
    one_of(
        argument("--device", metavar="SLUG", help="a controller or battery manager, such as tristar-1"),
        argument("--sensor", metavar="USER/NAME", help="a registered sensor"),
    ),
    argument("--family", choices=DEVICE_FAMILIES, help="what the device's documents are"),
    argument("--time", required=True, metavar="COLUMN", help="the column with the time"),
    argument("--time-format", default="auto", help="iso, epoch, epoch-ms, or like %%d.%%m.%%Y %%H:%%M"),
    argument("--timezone", help="of times without one, such as Europe/Berlin (the site's)", type=zone),
    argument(
        "--map", action="append", default=[], type=mapping, metavar="COLUMN=METRIC", help="may be given several times"
    ),
    argument("--delimiter", type=delimiter, help="one character, or tab (found by itself)"),
    argument("--decimal", choices=("auto", "point", "comma"), default="auto"),
    argument("--encoding", default="utf-8"),
)
def csv(config: Settings, arguments: Arguments) -> int:
    """Store the rows of a CSV file as documents of one device; broken off and run again it goes on."""
    from data.importing.csv.file import CsvFile, CsvOptions, check_device

    sessions = database(config)
    family, device = device_of(arguments)
    options = CsvOptions(
        family,
        device,
        arguments.time,
        arguments.timezone or config.site_timezone,
        arguments.time_format,
        tuple(arguments.map),
        arguments.delimiter,
        arguments.decimal,
        arguments.encoding,
    )
    with sessions() as session:
        check_device(session, family, device)
    path = Path(arguments.file)
    try:
        file = path.open("rb")
    except OSError as problem:
        raise DocumentError(f"{path} cannot be read ({problem})") from problem
    with file:
        try:
            source = CsvFile(file, path, options)
        except DocumentError as problem:
            raise DocumentError(f"{path}: {problem}") from problem
        if source.left_out:
            say(f"left out: {', '.join(source.left_out)} (--map COLUMN=METRIC imports them)")
        return exit_code(run(sessions, source, path, "kB"))


@takes(argument("file"), argument("--timezone", help="of times without one (UTC, as the old site wrote)", type=zone))
def site(config: Settings, arguments: Arguments) -> int:
    """Store users, sensors and documents of the old site's SQLite file; broken off and run again it goes on."""
    from data.importing.first_site.accounts import load_sensors, load_users
    from data.importing.first_site.entries import SiteEntries
    from data.importing.first_site.file import opened

    sessions, path, zone = database(config), Path(arguments.file), arguments.timezone or OLD_SITE_ZONE
    with opened(path) as old:
        with sessions.begin() as session:
            users, by_id = load_users(session, old, say)
            sensors, slugs = load_sensors(session, old, by_id, say)
        print(f"users: {users.summary()}\nsensors: {sensors.summary()}", flush=True)
        say(f"times without a zone are read as {zone} (--timezone names another)")
        source = SiteEntries(old, path, zone, slugs, datetime.now(UTC))
        documents = run(sessions, source, path, "rows", "documents: ")
    return max(exit_code(users), exit_code(sensors), exit_code(documents))


def run(sessions: sessionmaker[Session], source: Source, path: Path, unit: str, what: str = "") -> Count:
    """Run an import with its bar, print what came of it, and write it into the audit log."""
    from app.cli.progress import ProgressBar
    from data.importing.running import run as run_import

    try:
        with ProgressBar("importing", sys.stderr, unit) as bar:
            count = run_import(sessions, source, datetime.now(UTC), bar.show, bar.say)
    except KeyboardInterrupt:
        say("broken off; what was done is kept: run the same command again to go on")
        raise
    except OperationalError as problem:
        raise ArboretumError(
            f"the database cannot be written ({problem.orig}): make room, and run the same command again to go on"
        ) from problem
    with sessions.begin() as session:
        note(session, str(path), count.summary())
    print(f"{what}{count.summary()}")
    return count


def note(session: Session, file: str, summary: str) -> None:
    """Write an import into the audit log."""
    from data.accounts import audit

    audit.record(session, audit.AT_THE_PROMPT, "imported", Path(file).name, summary)


def exit_code(count: Count) -> int:
    """1 when something was refused."""
    return 1 if count.refused else 0


def say(text: str) -> None:
    """A line for whoever runs the command."""
    print(text, file=sys.stderr, flush=True)


def device_of(arguments: Arguments) -> tuple[str, str]:
    """The family and the device that the arguments name."""
    if arguments.sensor is not None:
        return "sensor", arguments.sensor
    if arguments.family is None:
        *most, last = DEVICE_FAMILIES
        raise DocumentError(f"--device needs --family {', '.join(most)} or {last}; a sensor is named by --sensor")
    return arguments.family, arguments.device
