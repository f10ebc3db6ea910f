"""The commands of the virtual site: `python -m demo live`, `history` and `sensors`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from data.errors import ArboretumError
from data.ranges import parse_instant

NICENESS = 5
EVERY_SECONDS = 60.0


def main(argv: list[str] | None = None) -> int:
    """Run one command; 1 with the reason on stderr when it could not."""
    arguments = parser().parse_args(argv)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)
    try:
        return {"live": live, "history": history, "sensors": sensors}[arguments.command](arguments)
    except ArboretumError as problem:
        print(problem, file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Whoever read this has gone; the interpreter must not try to write the rest at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def leave(_number: int, _frame: object) -> None:
    """End at once, wherever the work is: files are replaced as a whole, and what a transaction began is undone."""
    raise SystemExit(0)


def parser() -> argparse.ArgumentParser:
    """The options of all commands."""
    options = argparse.ArgumentParser(prog="python -m demo", description="The virtual site: present, past, sensors.")
    commands = options.add_subparsers(dest="command", required=True, metavar="COMMAND")
    state = Path(os.environ.get("DATA_DIR") or "var") / "demo_state.json"
    help_of_state = "file that remembers the demonstration (default: demo_state.json in DATA_DIR)"

    present = commands.add_parser("live", help="write the present state, one line of JSON a second")
    present.add_argument("--state", type=Path, default=state, help=help_of_state)

    past = commands.add_parser("history", help="load the history into a database, newest first; goes on where it was")
    past.add_argument("--database-url", required=True, help="as for the site, for example sqlite:////path/to/site.db")
    past.add_argument("--days", type=int, help="length of the history (default: 365)")
    past.add_argument("--state", type=Path, help=help_of_state)
    past.add_argument("--end", help="instant the history ends at, when no state says so (default: now)")

    faculty = commands.add_parser("sensors", help="post what the faculty sensors measure")
    faculty.add_argument("--url", required=True, help="address of the site, for example http://127.0.0.1:8050")
    faculty.add_argument("--state", type=Path, default=state, help=help_of_state)
    faculty.add_argument("--every-seconds", type=float, default=EVERY_SECONDS, help="pause between two rounds")
    faculty.add_argument("--key", default="", help="device key, when the site does not trust this machine")
    past.set_defaults(default_state=state)
    return options


def live(arguments: argparse.Namespace) -> int:
    """Write a line a second until SIGTERM or until nobody reads any more."""
    from demo.launch import enter
    from demo.live.present import Present, lines

    now = datetime.now(UTC)
    launch = enter(arguments.state, now)
    for line in lines(Present(launch, arguments.state, now), seconds()):
        print(line, flush=True)
    return 0


def seconds() -> Iterator[datetime]:
    """The present, at the beginning of every second."""
    while True:
        yield datetime.now(UTC)
        time.sleep(1 - time.time() % 1)


def history(arguments: argparse.Namespace) -> int:
    """Load what is missing of the history; what was loaded stays when this ends early, and the next run goes on."""
    from data.database.engine import migrate, open_engine, session_factory
    from demo.history.loading import load
    from demo.launch import Launch, enter

    os.nice(NICENESS)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)  # not a good end: whoever supervises this starts it again
    now = datetime.now(UTC)
    end = parse_instant(arguments.end) if arguments.end else None
    path = arguments.state or (None if end else arguments.default_state)
    if path is not None:
        launch = enter(path, now, arguments.days, end)
    else:
        launch = Launch(end or now, days=arguments.days or Launch(now).days)
    engine = open_engine(arguments.database_url)
    migrate(engine)
    stored = load(session_factory(engine), launch, path, lambda line: print(line, flush=True))
    engine.dispose()
    print(f"history: {stored} documents stored")
    return 0


def sensors(arguments: argparse.Namespace) -> int:
    """Post a round of documents every minute until SIGTERM."""
    from demo.launch import enter
    from demo.live.poster import Poster
    from demo.live.sensing import source

    launch = enter(arguments.state, datetime.now(UTC))
    poster = Poster(source(launch, arguments.state), arguments.url, arguments.key, lambda line: print(line, flush=True))
    while True:
        poster.turn(datetime.now(UTC))
        time.sleep(max(1.0, arguments.every_seconds))


if __name__ == "__main__":
    sys.exit(main())
