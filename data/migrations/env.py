"""Run by Alembic: the steps of the schema, on the connection that data.database.engine.migrate hands over."""

from alembic import context

from data.database.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
