"""The tables as declared are the tables as migrated, and the audit log can't be rewritten."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from dumont.accounts import audit
from dumont.platform.db import Db
from dumont.platform.db.partitions import tend
from tests.build.accounts import Person
from tests.migrated import declared_in, differences


async def test_tables_are_what_the_migration_makes(connection: AsyncConnection) -> None:
    ours = declared_in("accounts")
    assert len(ours) == 10
    assert await differences(connection, ours) == []


class TestAuditEntries:
    @pytest.mark.parametrize("change", ["UPDATE audit_entries SET summary = 'no'", "DELETE FROM audit_entries"])
    async def test_refuse_to_be_changed(self, ada: Person, db: Db, change: str) -> None:
        async with db.begin() as tx:
            with pytest.raises(DBAPIError, match="append-only"):
                async with tx.begin_nested():
                    await tx.execute(text(change))

    async def test_are_forgotten_only_by_the_job_that_tends_partitions(self, ada: Person, db: Db) -> None:
        await tend(db.begin, audit.AUDIT, datetime(2026, 1, 5, tzinfo=UTC), 30)
        assert await _count(db) > 0
        await tend(db.begin, audit.AUDIT, datetime(2027, 1, 5, tzinfo=UTC), 30)
        assert await _count(db) == 0


async def _count(db: Db) -> int:
    async with db.begin() as tx:
        return int((await tx.execute(text("SELECT count(*) FROM audit_entries"))).scalar_one())
