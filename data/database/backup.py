"""A backup of the whole database into one file while it is in use, and the way back, also into the other database."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, MetaData, Table, func, insert, literal, select

from data.database import archive
from data.database.engine import lift_time_limits, migrate, upgrade, writing
from data.database.models import now
from data.errors import ConfigError, DocumentError

VERSIONS = "alembic_version"


def backup(engine: Engine, path: Path) -> int:
    """Write all rows of all tables, as they are at one instant, to `path`; their number.  Nobody has to wait for it."""
    migrate(engine)
    with engine.connect() as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            lift_time_limits(connection)
        revision = MigrationContext.configure(connection).get_current_revision()
        assert revision is not None
        tables = ((table.name, table.columns.keys(), _rows(connection, table)) for table in _tables(connection))
        try:
            return archive.write(path, revision, now(), tables)
        except OSError as cause:
            raise ConfigError(f"{path} cannot be written ({cause}): name a file in a folder with room") from cause


def restore(engine: Engine, path: Path, replace: bool = False) -> int:
    """Fill the database with what the backup holds, and bring it to the present schema; the number of rows.

    The file is read to its end first, and all happens in one transaction: after an error the database is as before.
    Raises DocumentError for a damaged file, and for a database that is not empty unless it is to be replaced.
    """
    try:
        count = archive.check(path)
    except OSError as cause:
        raise DocumentError(f"{path} cannot be read ({cause}): give a file that `backup` wrote") from cause
    with engine.connect().execution_options(**writing(engine.dialect.name)) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            lift_time_limits(connection)
        there = _reflected(connection)
        held = [table.name for table in there.sorted_tables if table.name != VERSIONS and _any(connection, table)]
        if held and not replace:
            raise DocumentError(
                f"the database is not empty (it has rows in {', '.join(held)}): "
                "name an empty one in DATABASE_URL, or give --replace to throw away what it holds"
            )
        there.drop_all(connection)
        upgrade(connection, archive.revision_of(path))
        _fill(connection, path)
        upgrade(connection, "head")
    return count


def _reflected(connection: Connection) -> MetaData:
    # As the database has them, not as the models do: a backup of an older schema is restored as what it was.
    metadata = MetaData()
    metadata.reflect(connection)
    return metadata


def _tables(connection: Connection) -> list[Table]:
    return [table for table in _reflected(connection).sorted_tables if table.name != VERSIONS]


def _any(connection: Connection, table: Table) -> bool:
    return connection.execute(select(literal(1)).select_from(table).limit(1)).first() is not None


def _rows(connection: Connection, table: Table) -> Iterator[archive.Row]:
    query = select(table).order_by(*table.primary_key.columns)
    with connection.execute(query, execution_options={"yield_per": archive.ROWS_A_LINE}) as result:
        yield from result


def _fill(connection: Connection, path: Path) -> None:
    tables = {table.name: table for table in _tables(connection)}
    for table in reversed(tables.values()):
        connection.execute(table.delete())  # what the steps of the schema put there themselves
    for name, group in groupby(archive.parts(path), key=lambda part: part.table):
        if name not in tables:
            raise DocumentError(f"{path} has a table {name!r} that this version does not know: update Arboretum first")
        for part in group:
            if part.rows:
                rows = [dict(zip(part.columns, row, strict=True)) for row in part.rows]
                connection.execute(insert(tables[name]), rows)
    if connection.dialect.name == "postgresql":
        for table in tables.values():
            _count_on(connection, table)


def _count_on(connection: Connection, table: Table) -> None:
    """Let PostgreSQL number the next row after the last one."""
    for column in table.primary_key.columns:
        quoted = connection.dialect.identifier_preparer.quote(table.name)
        sequence = connection.scalar(select(func.pg_get_serial_sequence(quoted, column.name)))
        last = connection.scalar(select(func.max(column))) if sequence is not None else None
        if last is not None:
            connection.execute(select(func.setval(sequence, last)))
