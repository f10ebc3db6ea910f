"""The commands that set a site up and run it."""

from __future__ import annotations

from app.cli.common import Arguments, Settings, show_password, takes


@takes()
def up(config: Settings, _arguments: Arguments) -> int:
    """Start everything: site, worker and, unless DEMO=no, the demonstration (what `make run` does)."""
    from app.runtime.launcher import up as launch

    return launch(config)


@takes()
def serve(config: Settings, _arguments: Arguments) -> int:
    """Start the web server alone, for a server's own supervision."""
    from app.runtime.gunicorn import check_port
    from app.runtime.gunicorn import serve as become_server
    from app.runtime.installation import open_database, prepare

    check_port(config.host, config.port)
    engine, sessions = open_database(config)
    show_password(prepare(config, engine, sessions))
    engine.dispose()
    become_server(config)
    return 0


@takes()
def worker(config: Settings, _arguments: Arguments) -> int:
    """Run the housekeeping beside the web server, until SIGTERM."""
    from app.runtime.worker import run

    return run(config)


@takes()
def migrate(config: Settings, _arguments: Arguments) -> int:
    """Migrate the database to the current schema."""
    from app.runtime.installation import open_database
    from data.database.engine import migrate as upgrade

    engine, _ = open_database(config)
    upgrade(engine)
    engine.dispose()
    print("The database has been migrated to the current schema.")
    return 0


@takes()
def setup(config: Settings, _arguments: Arguments) -> int:
    """Migrate; make the site, the user admin and the faculty sensors; print admin's password the first time."""
    from app.runtime.installation import open_database, prepare

    engine, sessions = open_database(config)
    password = prepare(config, engine, sessions)
    engine.dispose()
    if password is None:
        print("Nothing to do: the site is set up.")
    show_password(password)
    return 0
