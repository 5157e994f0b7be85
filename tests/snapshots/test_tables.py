"""The tables as declared are the tables as migrated."""

from sqlalchemy.ext.asyncio import AsyncConnection

from tests.migrated import declared_in, differences


async def test_tables_are_what_the_migration_makes(connection: AsyncConnection) -> None:
    ours = declared_in("snapshots")
    assert len(ours) >= 3
    assert await differences(connection, ours) == []
