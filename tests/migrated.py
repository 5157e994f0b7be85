"""Holds the tables that a context declares against those that its migrations have made."""

from importlib import import_module

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

from dumont.platform.db.tables import Base


def declared_in(context: str) -> set[str]:
    """Names of tables."""
    import_module(f"dumont.{context}.tables")
    models = [mapper.class_ for mapper in Base.registry.mappers]
    return {model.__tablename__ for model in models if model.__module__.startswith(f"dumont.{context}.")}


async def differences(connection: AsyncConnection, ours: set[str]) -> list[object]:
    def found(sync: Connection) -> list[object]:
        context = MigrationContext.configure(
            sync,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, _parents: kind != "table" or name in ours,
                "include_object": lambda _object, name, kind, _reflected, _other: kind != "table" or name in ours,
            },
        )
        return list(compare_metadata(context, Base.metadata))

    return await connection.run_sync(found)
