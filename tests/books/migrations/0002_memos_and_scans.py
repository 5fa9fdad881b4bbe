"""memos and scans"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from actors.kernel.store.sql import types as sql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("ledger_accounts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("memo", sql.Text(), server_default=sql.default("-"), nullable=False))

    with op.batch_alter_table("ledger_entries", schema=None) as batch_op:
        batch_op.create_index("ix_ledger_entries_transfer_id", ["transfer_id"], unique=False)

    with op.batch_alter_table("ledger_transfers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("scan", sql.Blob(), server_default=sql.default(b""), nullable=False))
