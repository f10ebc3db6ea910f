"""Roles, sessions that can be ended, scopes of keys, counts of attempts, the audit log, letters that wait."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("user", sa.Column("role", sa.String(length=20), nullable=False, server_default="member"))
    op.add_column("user", sa.Column("session_stamp", sa.String(length=32), nullable=False, server_default=""))
    op.add_column("user", sa.Column("last_login_at", sa.BigInteger(), nullable=True))
    user = sa.table("user", sa.column("id"), sa.column("admin"), sa.column("role"), sa.column("session_stamp"))
    op.execute(user.update().where(user.c.admin).values(role="administrator"))
    for (user_id,) in op.get_bind().execute(sa.select(user.c.id)).all():
        op.execute(user.update().where(user.c.id == user_id).values(session_stamp=secrets.token_hex(16)))
    op.drop_column("user", "admin")
    op.add_column("sensor", sa.Column("archived_at", sa.BigInteger(), nullable=True))
    op.add_column("api_key", sa.Column("scopes", sa.String(length=20), nullable=False, server_default="post,read"))
    op.add_column("api_key", sa.Column("expires_at", sa.BigInteger(), nullable=True))
    op.add_column("api_key", sa.Column("last_used_from", sa.String(length=45), nullable=True))
    op.create_table(
        "rate_count",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("start_at", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", "start_at", name=op.f("pk_rate_count")),
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("username", sa.String(length=60), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("detail", sa.String(length=400), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index(op.f("ix_audit_entry_at"), "audit_entry", ["at"])
    op.create_table(
        "outgoing_mail",
        sa.Column("id", ID, nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_mail")),
    )


def downgrade() -> None:
    op.drop_table("outgoing_mail")
    op.drop_table("audit_entry")
    op.drop_table("rate_count")
    for name in ("scopes", "expires_at", "last_used_from"):
        op.drop_column("api_key", name)
    op.drop_column("sensor", "archived_at")
    op.add_column("user", sa.Column("admin", sa.Boolean(), nullable=False, server_default=sa.false()))
    user = sa.table("user", sa.column("admin"), sa.column("role"))
    op.execute(user.update().where(user.c.role == "administrator").values(admin=True))
    for name in ("role", "session_stamp", "last_login_at"):
        op.drop_column("user", name)
