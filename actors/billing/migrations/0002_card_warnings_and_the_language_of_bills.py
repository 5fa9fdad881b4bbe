"""card warnings and the language of bills"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from actors.kernel.store.sql import types as sql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("billing_accounts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("locale_chosen", sa.Boolean(), server_default=sql.default(0), nullable=False))

    with op.batch_alter_table("payment_methods", schema=None) as batch_op:
        batch_op.add_column(sa.Column("warned_month", sql.Text(), server_default=sql.default(""), nullable=False))
