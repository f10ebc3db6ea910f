"""The sealed store: skeletons, blocks, columns, corrections; entries keep the document alone."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ENTRIES = ("bms_data_entry", "tristar_data_entry", "tristar_daily_data_entry", "sensor_data_entry")


def upgrade() -> None:
    op.create_table(
        "skeleton",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skeleton")),
    )
    op.create_table(
        "sealed_block",
        sa.Column("device_id", ID, autoincrement=False, nullable=False),
        sa.Column("family", sa.String(length=20), nullable=False),
        sa.Column("start_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("in_levels", sa.Boolean(), nullable=False),
        sa.Column("damage", sa.String(length=200), nullable=False),
        sa.Column("checksum", sa.BigInteger(), nullable=False),
        sa.Column("times", sa.LargeBinary(), nullable=True),
        sa.Column("stamps", sa.LargeBinary(), nullable=False),
        sa.Column("notices", sa.LargeBinary(), nullable=False),
        sa.Column("originals", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_sealed_block_device_id_device")),
        sa.PrimaryKeyConstraint("device_id", "family", "start_at", name=op.f("pk_sealed_block")),
    )
    op.create_table(
        "sealed_columns",
        sa.Column("device_id", ID, autoincrement=False, nullable=False),
        sa.Column("family", sa.String(length=20), nullable=False),
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("start_at", sa.BigInteger(), nullable=False),
        sa.Column("part", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("first_series", sa.Integer(), nullable=False),
        sa.Column("last_series", sa.Integer(), nullable=False),
        sa.Column("samples", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_sealed_columns_device_id_device")),
        sa.PrimaryKeyConstraint("device_id", "family", "level", "start_at", "part", name=op.f("pk_sealed_columns")),
    )
    op.create_table(
        "correction",
        sa.Column("id", ID, nullable=False),
        sa.Column("device_id", ID, nullable=False),
        sa.Column("family", sa.String(length=20), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("username", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("corrected_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_correction_device_id_device")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    for table in ENTRIES:
        with op.batch_alter_table(table) as batch:
            batch.alter_column("content", new_column_name="body", existing_type=sa.Text(), existing_nullable=False)
            batch.drop_column("readings")
            batch.add_column(sa.Column("skeleton_id", ID, nullable=True))
            batch.create_foreign_key(op.f(f"fk_{table}_skeleton_id_skeleton"), "skeleton", ["skeleton_id"], ["id"])
    if op.get_bind().dialect.name == "postgresql":
        # The bytes are packed already: to try again costs time and wins nothing.
        for name in ("times", "stamps", "notices", "originals"):
            op.execute(f"ALTER TABLE sealed_block ALTER COLUMN {name} SET STORAGE EXTERNAL")
        op.execute("ALTER TABLE sealed_columns ALTER COLUMN body SET STORAGE EXTERNAL")


def downgrade() -> None:
    raise NotImplementedError("sealed documents have no place in the first schema: restore a backup made before")
