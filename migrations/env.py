"""Runs migrations inside a transaction that the caller opened; see `dumont/platform/db/migrate.py`."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=context.config.attributes.get("metadata"))
context.run_migrations()
