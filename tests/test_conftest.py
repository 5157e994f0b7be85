"""The house that tests live in: what one test writes, no other sees."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from dumont.platform.db import Db


class TestTransactionPerTest:
    async def test_commits_inside_the_test(self, db: Db) -> None:
        async with db.begin() as tx:
            await tx.execute(text("CREATE TABLE left_behind (id int)"))
        async with db.begin() as tx:
            assert await tx.scalar(text("SELECT count(*) FROM left_behind")) == 0

    async def test_sees_nothing_of_the_one_before(self, tx: AsyncSession) -> None:
        assert await tx.scalar(text("SELECT to_regclass('left_behind')")) is None

    def test_gives_a_database_of_its_own_to_who_asks(self, fresh_database_url: str, database_url: str) -> None:
        assert fresh_database_url != database_url
