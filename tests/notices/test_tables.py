"""The tables as declared are the tables as migrated."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

from dumont.notices.tables import Webhook


async def test_tables_are_what_the_migration_makes(connection: AsyncConnection) -> None:
    ours = {mapper.class_.__tablename__ for mapper in Webhook.registry.mappers if "notices" in mapper.class_.__module__}

    def differences(sync: Connection) -> list[object]:
        context = MigrationContext.configure(
            sync,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, _parents: kind != "table" or name in ours,
                "include_object": lambda _object, name, kind, _reflected, _other: kind != "table" or name in ours,
            },
        )
        return list(compare_metadata(context, Webhook.metadata))

    assert len(ours) == 2
    assert await connection.run_sync(differences) == []
