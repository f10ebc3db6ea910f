"""The documents of devices that have no family of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "device_data_entry"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("device_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("date_posted", sa.BigInteger(), nullable=False),
        sa.Column("clock", sa.String(length=10), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("skeleton_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f(f"fk_{TABLE}_device_id_device")),
        sa.ForeignKeyConstraint(["skeleton_id"], ["skeleton.id"], name=op.f(f"fk_{TABLE}_skeleton_id_skeleton")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("device_id", "recorded_at", name=op.f(f"uq_{TABLE}_device_id_recorded_at")),
    )


def downgrade() -> None:
    op.drop_table(TABLE)
