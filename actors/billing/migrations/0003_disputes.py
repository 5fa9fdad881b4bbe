"""disputes"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from actors.kernel.store.sql import types as sql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "disputes",
        sa.Column("id", sql.Text(128), nullable=False),
        sa.Column("tenant_id", sql.Text(64), server_default=sql.default(""), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("payment_id", sql.Text(190), nullable=False),
        sa.Column("invoice_id", sql.Text(), nullable=False),
        sa.Column("state", sql.Text(64), server_default=sql.default("OPEN"), nullable=False),
        sa.Column("provider", sql.Text(64), nullable=False),
        sa.Column("provider_reference", sql.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sql.Text(), nullable=False),
        sa.Column("reason", sql.Text(), server_default=sql.default(""), nullable=False),
        sa.Column("respond_time", sql.Moment(), nullable=True),
        sa.Column("moved", sql.Json(), server_default=sql.default("[]"), nullable=False),
        sa.Column("unkept_micros", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("postings", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("create_time", sql.Moment(), nullable=False),
        sa.Column("close_time", sql.Moment(), nullable=True),
        sa.Column("update_time", sql.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("disputes", schema=None) as batch_op:
        batch_op.create_index("ix_disputes_create_time_id", ["create_time", "id"], unique=False)
        batch_op.create_index(
            "ix_disputes_payment_id_create_time_id", ["payment_id", "create_time", "id"], unique=False
        )
        batch_op.create_index("ix_disputes_state_create_time_id", ["state", "create_time", "id"], unique=False)
        batch_op.create_index("ix_disputes_tenant_id_create_time_id", ["tenant_id", "create_time", "id"], unique=False)
        batch_op.create_index("ix_disputes_update_time_id", ["update_time", "id"], unique=False)

    with op.batch_alter_table("ledger_proofs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("unasked", sql.Json(), server_default=sql.default("[]"), nullable=False))
        batch_op.add_column(sa.Column("asked", sql.Json(), server_default=sql.default("[]"), nullable=False))

    with op.batch_alter_table("payments", schema=None) as batch_op:
        batch_op.add_column(sa.Column("disputed_minor", sa.BigInteger(), server_default=sql.default(0), nullable=False))
        batch_op.add_column(
            sa.Column("refunded_disputed_minor", sa.BigInteger(), server_default=sql.default(0), nullable=False)
        )

    with op.batch_alter_table("refunds", schema=None) as batch_op:
        batch_op.add_column(sa.Column("credited_minor", sa.BigInteger(), server_default=sql.default(0), nullable=False))
