"""first"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from actors.kernel.store.sql import types as sql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledger_accounts",
        sa.Column("id", sql.Text(128), nullable=False),
        sa.Column("tenant_id", sql.Text(64), server_default=sql.default(""), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("number", sql.Text(40), nullable=False),
        sa.Column("name", sql.Text(), server_default=sql.default(""), nullable=False),
        sa.Column("side", sql.Text(64), server_default=sql.default("ASSET"), nullable=False),
        sa.Column("balance_minor", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("open", sa.Boolean(), server_default=sql.default(1), nullable=False),
        sa.Column("labels", sql.Json(), server_default=sql.default("[]"), nullable=False),
        sa.Column("address", sql.Json(), nullable=True),
        sa.Column("close_time", sql.Moment(), nullable=True),
        sa.Column("unique_number", sql.Text(40), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("ledger_accounts", schema=None) as batch_op:
        batch_op.create_index(
            "ix_ledger_accounts_tenant_id_balance_minor_id", ["tenant_id", "balance_minor", "id"], unique=False
        )
        batch_op.create_index("uq_ledger_accounts_unique_number", ["unique_number"], unique=True)

    op.create_table(
        "ledger_accounts_words",
        sa.Column("id", sql.Text(128), nullable=False),
        sa.Column("word", sql.Text(190), nullable=False),
        sa.Column("tenant_id", sql.Text(64), nullable=False),
        sa.PrimaryKeyConstraint("id", "word"),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("ledger_accounts_words", schema=None) as batch_op:
        batch_op.create_index("ix_ledger_accounts_words_tenant_id_word", ["tenant_id", "word"], unique=False)
        batch_op.create_index("ix_ledger_accounts_words_word", ["word"], unique=False)

    op.create_table(
        "ledger_answers",
        sa.Column("id", sql.Text(128), nullable=False),
        sa.Column("tenant_id", sql.Text(64), server_default=sql.default(""), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("request_hash", sql.Blob(), nullable=False),
        sa.Column("sealed", sql.Blob(), nullable=False),
        sa.Column("expire_time", sql.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("ledger_answers", schema=None) as batch_op:
        batch_op.create_index("ix_ledger_answers_expire_time", ["expire_time"], unique=False)

    op.create_table(
        "ledger_entries",
        sa.Column("id", sql.Text(128), nullable=False),
        sa.Column("tenant_id", sql.Text(64), server_default=sql.default(""), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("transfer_id", sql.Text(64), nullable=False),
        sa.Column("account_id", sql.Text(64), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("ledger_entries", schema=None) as batch_op:
        batch_op.create_index(
            "ix_ledger_entries_tenant_id_account_id_id", ["tenant_id", "account_id", "id"], unique=False
        )

    op.create_table(
        "ledger_inbox",
        sa.Column("id", sql.Text(128), nullable=False),
        sa.Column("tenant_id", sql.Text(64), server_default=sql.default(""), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("expire_time", sql.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("ledger_inbox", schema=None) as batch_op:
        batch_op.create_index("ix_ledger_inbox_expire_time", ["expire_time"], unique=False)

    op.create_table(
        "ledger_outbox",
        sa.Column("id", sql.Text(128), nullable=False),
        sa.Column("tenant_id", sql.Text(64), server_default=sql.default(""), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("key", sql.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("subject", sql.Text(), nullable=False),
        sa.Column("type", sql.Text(), nullable=False),
        sa.Column("event_tenant_id", sql.Text(), nullable=False),
        sa.Column("payload", sql.Blob(), nullable=False),
        sa.Column("time", sql.Moment(), nullable=False),
        sa.Column("actor_id", sql.Text(), server_default=sql.default(""), nullable=False),
        sa.Column("request_id", sql.Text(), server_default=sql.default(""), nullable=False),
        sa.Column("schedule", sql.Text(), server_default=sql.default(""), nullable=False),
        sa.Column("target", sql.Text(), server_default=sql.default(""), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "ledger_transfers",
        sa.Column("id", sql.Text(128), nullable=False),
        sa.Column("tenant_id", sql.Text(64), server_default=sql.default(""), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("create_time", sql.Moment(), nullable=False),
        sa.Column("reference", sql.Text(), server_default=sql.default(""), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("ledger_transfers", schema=None) as batch_op:
        batch_op.create_index(
            "ix_ledger_transfers_tenant_id_create_time_id", ["tenant_id", "create_time", "id"], unique=False
        )
