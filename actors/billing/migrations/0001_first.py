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
        "billed_periods",
        sa.Column("id", sql.Text(128), nullable=False),
        sa.Column("tenant_id", sql.Text(64), server_default=sql.default(""), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("subscription_id", sql.Text(190), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("start_time", sql.Moment(), nullable=False),
        sa.Column("end_time", sql.Moment(), nullable=False),
        sa.Column("whole_seconds", sa.BigInteger(), nullable=False),
        sa.Column("plan_id", sql.Text(), nullable=False),
        sa.Column("plan_version", sa.BigInteger(), nullable=False),
        sa.Column("interval", sql.Text(64), nullable=False),
        sa.Column("currency", sql.Text(), nullable=False),
        sa.Column("seats", sa.BigInteger(), nullable=False),
        sa.Column("trial", sa.Boolean(), nullable=False),
        sa.Column("close_time", sql.Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("billed_periods", schema=None) as batch_op:
        batch_op.create_index("ix_billed_periods_end_time_id", ["end_time", "id"], unique=False)
        batch_op.create_index("ix_billed_periods_subscription_id_number", ["subscription_id", "number"], unique=False)
        batch_op.create_index("ix_billed_periods_tenant_id_end_time_id", ["tenant_id", "end_time", "id"], unique=False)

    op.create_table(
        "billing_accounts",
        sa.Column("id", sql.Text(128), nullable=False),
        sa.Column("tenant_id", sql.Text(64), server_default=sql.default(""), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("state", sql.Text(64), server_default=sql.default("OPEN"), nullable=False),
        sa.Column("park_reason", sql.Text(), server_default=sql.default(""), nullable=False),
        sa.Column("park_time", sql.Moment(), nullable=True),
        sa.Column(
            "party",
            sql.Json(),
            server_default=sql.default('{"name":"","address_lines":[],"country":"","tax_number":"","email":""}'),
            nullable=False,
        ),
        sa.Column("currency", sql.Text(), nullable=False),
        sa.Column("currency_fixed", sa.Boolean(), server_default=sql.default(0), nullable=False),
        sa.Column("locale", sql.Text(), server_default=sql.default("en"), nullable=False),
        sa.Column("time_zone", sql.Text(), server_default=sql.default("UTC"), nullable=False),
        sa.Column("tax_rate_ids", sql.Json(), server_default=sql.default("[]"), nullable=False),
        sa.Column("tax_exempt", sa.Boolean(), server_default=sql.default(0), nullable=False),
        sa.Column("default_payment_method_id", sql.Text(), server_default=sql.default(""), nullable=False),
        sa.Column("credit_minor", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("owed_minor", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("entry_time", sql.Moment(), nullable=True),
        sa.Column("create_time", sql.Moment(), nullable=False),
        sa.Column("update_time", sql.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("billing_accounts", schema=None) as batch_op:
        batch_op.create_index("ix_billing_accounts_state_id", ["state", "id"], unique=False)

    op.create_table(
        "billing_answers",
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
    with op.batch_alter_table("billing_answers", schema=None) as batch_op:
        batch_op.create_index("ix_billing_answers_expire_time", ["expire_time"], unique=False)

    op.create_table(
        "billing_inbox",
        sa.Column("id", sql.Text(128), nullable=False),
        sa.Column("tenant_id", sql.Text(64), server_default=sql.default(""), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("expire_time", sql.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("billing_inbox", schema=None) as batch_op:
        batch_op.create_index("ix_billing_inbox_expire_time", ["expire_time"], unique=False)

    op.create_table(
        "billing_outbox",
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
        "coupons",
        sa.Column("id", sql.Text(128), nullable=False),
        sa.Column("tenant_id", sql.Text(64), server_default=sql.default(""), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("code", sql.Text(), nullable=False),
        sa.Column("code_key", sql.Text(190), nullable=True),
        sa.Column("display_name", sql.Text(), nullable=False),
        sa.Column("percent_micros", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("amount_off", sql.Json(), nullable=True),
        sa.Column("months", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("once", sa.Boolean(), server_default=sql.default(0), nullable=False),
        sa.Column("most_redemptions", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("redemptions", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("expire_time", sql.Moment(), nullable=True),
        sa.Column("deleted", sa.Boolean(), server_default=sql.default(0), nullable=False),
        sa.Column("create_time", sql.Moment(), nullable=False),
        sa.Column("unique_code_key", sql.Text(190), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("coupons", schema=None) as batch_op:
        batch_op.create_index("ix_coupons_create_time_id", ["create_time", "id"], unique=False)
        batch_op.create_index("uq_coupons_unique_code_key", ["unique_code_key"], unique=True)

    op.create_table(
        "credit_grants",
        sa.Column("id", sql.Text(128), nullable=False),
        sa.Column("tenant_id", sql.Text(64), server_default=sql.default(""), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("amount", sql.Json(), nullable=False),
        sa.Column("reason", sql.Text(), nullable=False),
        sa.Column("balance", sql.Json(), nullable=False),
        sa.Column("create_time", sql.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("credit_grants", schema=None) as batch_op:
        batch_op.create_index(
            "ix_credit_grants_tenant_id_create_time_id", ["tenant_id", "create_time", "id"], unique=False
        )

    op.create_table(
        "entitlements",
        sa.Column("id", sql.Text(128), nullable=False),
        sa.Column("tenant_id", sql.Text(64), server_default=sql.default(""), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("plan_id", sql.Text(), server_default=sql.default(""), nullable=False),
        sa.Column("plan_version", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("tier", sql.Text(), server_default=sql.default(""), nullable=False),
        sa.Column("usable", sa.Boolean(), server_default=sql.default(0), nullable=False),
        sa.Column("limits", sql.Json(), server_default=sql.default("[]"), nullable=False),
        sa.Column("features", sql.Json(), server_default=sql.default("[]"), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("update_time", sql.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "invoice_lines",
        sa.Column("id", sql.Text(128), nullable=False),
        sa.Column("tenant_id", sql.Text(64), server_default=sql.default(""), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("invoice_id", sql.Text(190), server_default=sql.default(""), nullable=False),
        sa.Column("position", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("subscription_id", sql.Text(190), server_default=sql.default(""), nullable=False),
        sa.Column("kind", sql.Text(64), nullable=False),
        sa.Column("description", sql.Text(), nullable=False),
        sa.Column("plan_id", sql.Text(), server_default=sql.default(""), nullable=False),
        sa.Column("plan_version", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("interval", sql.Text(64), nullable=True),
        sa.Column("price_id", sql.Text(), server_default=sql.default(""), nullable=False),
        sa.Column("model", sql.Text(64), nullable=True),
        sa.Column("meter", sql.Text(), server_default=sql.default(""), nullable=False),
        sa.Column("quantity", sa.BigInteger(), server_default=sql.default(1), nullable=False),
        sa.Column("free_quantity", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("start_time", sql.Moment(), nullable=True),
        sa.Column("end_time", sql.Moment(), nullable=True),
        sa.Column("part_seconds", sa.BigInteger(), server_default=sql.default(1), nullable=False),
        sa.Column("whole_seconds", sa.BigInteger(), server_default=sql.default(1), nullable=False),
        sa.Column("whole_micros", sa.BigInteger(), nullable=False),
        sa.Column("currency", sql.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("discount_minor", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("tiers", sql.Json(), server_default=sql.default("[]"), nullable=False),
        sa.Column("minimum_applied", sa.Boolean(), server_default=sql.default(0), nullable=False),
        sa.Column("tax_rate_ids", sql.Json(), server_default=sql.default("[]"), nullable=False),
        sa.Column("credited_line_id", sql.Text(), server_default=sql.default(""), nullable=False),
        sa.Column("kept_micros", sa.BigInteger(), server_default=sql.default(1000000), nullable=False),
        sa.Column("period_number", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("invoice_lines", schema=None) as batch_op:
        batch_op.create_index("ix_invoice_lines_invoice_id_position", ["invoice_id", "position"], unique=False)
        batch_op.create_index("ix_invoice_lines_kind_end_time_id", ["kind", "end_time", "id"], unique=False)
        batch_op.create_index(
            "ix_invoice_lines_subscription_id_end_time_id", ["subscription_id", "end_time", "id"], unique=False
        )

    op.create_table(
        "invoice_numbers",
        sa.Column("id", sql.Text(128), nullable=False),
        sa.Column("tenant_id", sql.Text(64), server_default=sql.default(""), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("last", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "invoices",
        sa.Column("id", sql.Text(128), nullable=False),
        sa.Column("tenant_id", sql.Text(64), server_default=sql.default(""), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("number", sql.Text(190), server_default=sql.default(""), nullable=False),
        sa.Column("state", sql.Text(64), server_default=sql.default("DRAFT"), nullable=False),
        sa.Column("kind", sql.Text(64), server_default=sql.default("INVOICE"), nullable=False),
        sa.Column("reason", sql.Text(64), nullable=False),
        sa.Column("subscription_id", sql.Text(190), server_default=sql.default(""), nullable=False),
        sa.Column("period_key", sql.Text(190), nullable=True),
        sa.Column("period_number", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("period_start_time", sql.Moment(), nullable=True),
        sa.Column("period_end_time", sql.Moment(), nullable=True),
        sa.Column("currency", sql.Text(), nullable=False),
        sa.Column("totals", sql.Json(), nullable=False),
        sa.Column("discount", sql.Json(), nullable=True),
        sa.Column(
            "buyer",
            sql.Json(),
            server_default=sql.default('{"name":"","address_lines":[],"country":"","tax_number":"","email":""}'),
            nullable=False,
        ),
        sa.Column("issue_time", sql.Moment(), nullable=True),
        sa.Column("due_time", sql.Moment(), nullable=True),
        sa.Column("pay_time", sql.Moment(), nullable=True),
        sa.Column("next_attempt_time", sql.Moment(), nullable=True),
        sa.Column("attempt_count", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("last_decline_reason", sql.Text(), server_default=sql.default(""), nullable=False),
        sa.Column("credited_invoice_id", sql.Text(190), server_default=sql.default(""), nullable=False),
        sa.Column("kept_micros", sa.BigInteger(), server_default=sql.default(1000000), nullable=False),
        sa.Column("note", sql.Text(), server_default=sql.default(""), nullable=False),
        sa.Column("sandbox", sa.Boolean(), server_default=sql.default(0), nullable=False),
        sa.Column("create_time", sql.Moment(), nullable=False),
        sa.Column("update_time", sql.Moment(), nullable=False),
        sa.Column("unique_period_key", sql.Text(190), nullable=True),
        sa.Column("unique_number", sql.Text(190), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("invoices", schema=None) as batch_op:
        batch_op.create_index("ix_invoices_create_time_id", ["create_time", "id"], unique=False)
        batch_op.create_index("ix_invoices_credited_invoice_id", ["credited_invoice_id"], unique=False)
        batch_op.create_index("ix_invoices_state_create_time_id", ["state", "create_time", "id"], unique=False)
        batch_op.create_index(
            "ix_invoices_subscription_id_create_time_id", ["subscription_id", "create_time", "id"], unique=False
        )
        batch_op.create_index("ix_invoices_tenant_id_create_time_id", ["tenant_id", "create_time", "id"], unique=False)
        batch_op.create_index("uq_invoices_unique_number", ["unique_number"], unique=True)
        batch_op.create_index("uq_invoices_unique_period_key", ["unique_period_key"], unique=True)

    op.create_table(
        "ledger_entries",
        sa.Column("id", sql.Text(128), nullable=False),
        sa.Column("tenant_id", sql.Text(64), server_default=sql.default(""), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("transaction_id", sql.Text(190), nullable=False),
        sa.Column("account_type", sql.Text(64), nullable=False),
        sa.Column("account", sql.Text(), server_default=sql.default(""), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sql.Text(), nullable=False),
        sa.Column("source_id", sql.Text(190), nullable=False),
        sa.Column("description", sql.Text(), server_default=sql.default(""), nullable=False),
        sa.Column("post_time", sql.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("ledger_entries", schema=None) as batch_op:
        batch_op.create_index(
            "ix_ledger_entries_account_type_post_time_id", ["account_type", "post_time", "id"], unique=False
        )
        batch_op.create_index("ix_ledger_entries_source_id", ["source_id"], unique=False)
        batch_op.create_index(
            "ix_ledger_entries_tenant_id_post_time_id", ["tenant_id", "post_time", "id"], unique=False
        )
        batch_op.create_index("ix_ledger_entries_transaction_id_id", ["transaction_id", "id"], unique=False)

    op.create_table(
        "ledger_proofs",
        sa.Column("id", sql.Text(128), nullable=False),
        sa.Column("tenant_id", sql.Text(64), server_default=sql.default(""), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("proven", sa.Boolean(), nullable=False),
        sa.Column("prove_time", sql.Moment(), nullable=False),
        sa.Column("transactions", sa.BigInteger(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("differences", sql.Json(), server_default=sql.default("[]"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "payment_methods",
        sa.Column("id", sql.Text(128), nullable=False),
        sa.Column("tenant_id", sql.Text(64), server_default=sql.default(""), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("provider", sql.Text(64), nullable=False),
        sa.Column("state", sql.Text(64), server_default=sql.default("PENDING"), nullable=False),
        sa.Column("label", sql.Text(), server_default=sql.default(""), nullable=False),
        sa.Column("brand", sql.Text(), server_default=sql.default(""), nullable=False),
        sa.Column("last4", sql.Text(), server_default=sql.default(""), nullable=False),
        sa.Column("expire_month", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("expire_year", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("setup", sql.Json(), nullable=True),
        sa.Column("wanted_default", sa.Boolean(), server_default=sql.default(0), nullable=False),
        sa.Column("provider_customer", sql.Text(), server_default=sql.default(""), nullable=False),
        sa.Column("provider_reference", sql.Text(190), server_default=sql.default(""), nullable=False),
        sa.Column("create_time", sql.Moment(), nullable=False),
        sa.Column("update_time", sql.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("payment_methods", schema=None) as batch_op:
        batch_op.create_index("ix_payment_methods_provider_reference", ["provider_reference"], unique=False)
        batch_op.create_index(
            "ix_payment_methods_tenant_id_create_time_id", ["tenant_id", "create_time", "id"], unique=False
        )

    op.create_table(
        "payments",
        sa.Column("id", sql.Text(128), nullable=False),
        sa.Column("tenant_id", sql.Text(64), server_default=sql.default(""), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("invoice_id", sql.Text(190), nullable=False),
        sa.Column("open_key", sql.Text(190), nullable=True),
        sa.Column("state", sql.Text(64), server_default=sql.default("PENDING"), nullable=False),
        sa.Column("provider", sql.Text(64), nullable=False),
        sa.Column("payment_method_id", sql.Text(), server_default=sql.default(""), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sql.Text(), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("excess_minor", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("refunded_excess_minor", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("decline_reason", sql.Text(64), nullable=True),
        sa.Column("provider_reference", sql.Text(190), server_default=sql.default(""), nullable=False),
        sa.Column("confirmation", sql.Json(), nullable=True),
        sa.Column("asked", sql.Json(), nullable=True),
        sa.Column("attempt", sa.BigInteger(), server_default=sql.default(1), nullable=False),
        sa.Column("note", sql.Text(), server_default=sql.default(""), nullable=False),
        sa.Column("create_time", sql.Moment(), nullable=False),
        sa.Column("settle_time", sql.Moment(), nullable=True),
        sa.Column("update_time", sql.Moment(), nullable=False),
        sa.Column("unique_open_key", sql.Text(190), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("payments", schema=None) as batch_op:
        batch_op.create_index("ix_payments_create_time_id", ["create_time", "id"], unique=False)
        batch_op.create_index(
            "ix_payments_invoice_id_create_time_id", ["invoice_id", "create_time", "id"], unique=False
        )
        batch_op.create_index("ix_payments_provider_reference", ["provider_reference"], unique=False)
        batch_op.create_index("ix_payments_state_update_time_id", ["state", "update_time", "id"], unique=False)
        batch_op.create_index("ix_payments_tenant_id_create_time_id", ["tenant_id", "create_time", "id"], unique=False)
        batch_op.create_index("uq_payments_unique_open_key", ["unique_open_key"], unique=True)

    op.create_table(
        "provider_events",
        sa.Column("id", sql.Text(128), nullable=False),
        sa.Column("tenant_id", sql.Text(64), server_default=sql.default(""), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("expire_time", sql.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("provider_events", schema=None) as batch_op:
        batch_op.create_index("ix_provider_events_expire_time", ["expire_time"], unique=False)

    op.create_table(
        "refunds",
        sa.Column("id", sql.Text(128), nullable=False),
        sa.Column("tenant_id", sql.Text(64), server_default=sql.default(""), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("payment_id", sql.Text(190), nullable=False),
        sa.Column("invoice_id", sql.Text(), nullable=False),
        sa.Column("state", sql.Text(64), server_default=sql.default("PENDING"), nullable=False),
        sa.Column("provider", sql.Text(64), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("note_minor", sa.BigInteger(), nullable=False),
        sa.Column("credit_minor", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("currency", sql.Text(), nullable=False),
        sa.Column("reason", sql.Text(), nullable=False),
        sa.Column("credit_note_id", sql.Text(), server_default=sql.default(""), nullable=False),
        sa.Column("provider_reference", sql.Text(190), server_default=sql.default(""), nullable=False),
        sa.Column("create_time", sql.Moment(), nullable=False),
        sa.Column("settle_time", sql.Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("refunds", schema=None) as batch_op:
        batch_op.create_index("ix_refunds_payment_id_create_time_id", ["payment_id", "create_time", "id"], unique=False)
        batch_op.create_index("ix_refunds_provider_reference", ["provider_reference"], unique=False)
        batch_op.create_index("ix_refunds_state_create_time_id", ["state", "create_time", "id"], unique=False)
        batch_op.create_index("ix_refunds_tenant_id_create_time_id", ["tenant_id", "create_time", "id"], unique=False)

    op.create_table(
        "sandbox_entries",
        sa.Column("id", sql.Text(128), nullable=False),
        sa.Column("tenant_id", sql.Text(64), server_default=sql.default(""), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("data", sql.Json(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "subscription_movements",
        sa.Column("id", sql.Text(128), nullable=False),
        sa.Column("tenant_id", sql.Text(64), server_default=sql.default(""), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("subscription_id", sql.Text(190), nullable=False),
        sa.Column("move_time", sql.Moment(), nullable=False),
        sa.Column("state", sql.Text(64), nullable=False),
        sa.Column("previous_state", sql.Text(64), nullable=True),
        sa.Column("plan_id", sql.Text(), nullable=False),
        sa.Column("previous_plan_id", sql.Text(), server_default=sql.default(""), nullable=False),
        sa.Column("mrr_minor", sa.BigInteger(), nullable=False),
        sa.Column("previous_mrr_minor", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("currency", sql.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("subscription_movements", schema=None) as batch_op:
        batch_op.create_index("ix_subscription_movements_move_time_id", ["move_time", "id"], unique=False)
        batch_op.create_index(
            "ix_subscription_movements_subscription_id_move_time", ["subscription_id", "move_time"], unique=False
        )

    op.create_table(
        "tax_rates",
        sa.Column("id", sql.Text(128), nullable=False),
        sa.Column("tenant_id", sql.Text(64), server_default=sql.default(""), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("display_name", sql.Text(), nullable=False),
        sa.Column("rate_micros", sa.BigInteger(), nullable=False),
        sa.Column("inclusive", sa.Boolean(), server_default=sql.default(0), nullable=False),
        sa.Column("country", sql.Text(), server_default=sql.default(""), nullable=False),
        sa.Column("archived", sa.Boolean(), server_default=sql.default(0), nullable=False),
        sa.Column("create_time", sql.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "tenant_subscriptions",
        sa.Column("id", sql.Text(128), nullable=False),
        sa.Column("tenant_id", sql.Text(64), server_default=sql.default(""), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("live_key", sql.Text(190), nullable=True),
        sa.Column("state", sql.Text(64), nullable=False),
        sa.Column("plan_id", sql.Text(190), nullable=False),
        sa.Column("plan_version", sa.BigInteger(), nullable=False),
        sa.Column("interval", sql.Text(64), nullable=False),
        sa.Column("currency", sql.Text(), nullable=False),
        sa.Column("seats", sa.BigInteger(), nullable=False),
        sa.Column("recurring_micros", sa.BigInteger(), nullable=False),
        sa.Column("costs", sa.Boolean(), nullable=False),
        sa.Column("metered", sql.Json(), server_default=sql.default("[]"), nullable=False),
        sa.Column("anchor_time", sql.Moment(), nullable=False),
        sa.Column("anchor_number", sa.BigInteger(), server_default=sql.default(1), nullable=False),
        sa.Column("period_number", sa.BigInteger(), server_default=sql.default(1), nullable=False),
        sa.Column("period_start_time", sql.Moment(), nullable=False),
        sa.Column("period_end_time", sql.Moment(), nullable=False),
        sa.Column("trial_end_time", sql.Moment(), nullable=True),
        sa.Column("cancel_at_period_end", sa.Boolean(), server_default=sql.default(0), nullable=False),
        sa.Column("pause_at_period_end", sa.Boolean(), server_default=sql.default(0), nullable=False),
        sa.Column("cancel_time", sql.Moment(), nullable=True),
        sa.Column("cancel_reason", sql.Text(), server_default=sql.default(""), nullable=False),
        sa.Column("pending_change", sql.Json(), nullable=True),
        sa.Column("discount", sql.Json(), nullable=True),
        sa.Column("payment_method_id", sql.Text(), server_default=sql.default(""), nullable=False),
        sa.Column("mrr_minor", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("change_time", sql.Moment(), nullable=True),
        sa.Column("create_time", sql.Moment(), nullable=False),
        sa.Column("update_time", sql.Moment(), nullable=False),
        sa.Column("unique_live_key", sql.Text(190), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("tenant_subscriptions", schema=None) as batch_op:
        batch_op.create_index("ix_tenant_subscriptions_create_time_id", ["create_time", "id"], unique=False)
        batch_op.create_index(
            "ix_tenant_subscriptions_plan_id_create_time_id", ["plan_id", "create_time", "id"], unique=False
        )
        batch_op.create_index(
            "ix_tenant_subscriptions_state_create_time_id", ["state", "create_time", "id"], unique=False
        )
        batch_op.create_index(
            "ix_tenant_subscriptions_state_period_end_time_id", ["state", "period_end_time", "id"], unique=False
        )
        batch_op.create_index(
            "ix_tenant_subscriptions_tenant_id_create_time_id", ["tenant_id", "create_time", "id"], unique=False
        )
        batch_op.create_index("uq_tenant_subscriptions_unique_live_key", ["unique_live_key"], unique=True)

    op.create_table(
        "usage_logs",
        sa.Column("id", sql.Text(128), nullable=False),
        sa.Column("tenant_id", sql.Text(64), server_default=sql.default(""), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("subscription_id", sql.Text(190), nullable=False),
        sa.Column("period_number", sa.BigInteger(), nullable=False),
        sa.Column("meter", sql.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("events", sa.BigInteger(), server_default=sql.default(0), nullable=False),
        sa.Column("days", sql.Json(), server_default=sql.default("[]"), nullable=False),
        sa.Column("freeze_time", sql.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("usage_logs", schema=None) as batch_op:
        batch_op.create_index(
            "ix_usage_logs_subscription_id_period_number", ["subscription_id", "period_number"], unique=False
        )
