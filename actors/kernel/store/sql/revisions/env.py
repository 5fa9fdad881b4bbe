"""What Alembic runs around revisions. `migrations.py` hands it the connection and the module's tables."""

from alembic import context

attributes = context.config.attributes
context.configure(
    connection=attributes["connection"],
    target_metadata=attributes["metadata"],
    version_table=attributes["version_table"],
    # MySQL commits each statement that makes a table, so each revision is noted when it is done. On SQLite all of
    # them are one transaction, which `schema.alone` has begun.
    transaction_per_migration=True,
    # SQLite changes a table by making it anew.
    render_as_batch=True,
    render_item=attributes["render_item"],
    user_module_prefix="sql.",
)
with context.begin_transaction():
    context.run_migrations()
