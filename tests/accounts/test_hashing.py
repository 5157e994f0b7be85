"""The real hasher."""

import asyncio
from threading import Barrier, Event

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

from dumont.accounts.hashing import AT_ONCE, Argon2


@pytest.fixture(scope="module")
def hasher() -> Argon2:
    return Argon2()


class TestArgon2:
    async def test_knows_its_own_hash(self, hasher: Argon2) -> None:
        stored = await hasher.hash("correct horse")
        assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
        assert await hasher.matches("correct horse", stored)
        assert not await hasher.matches("correct hors", stored)

    async def test_makes_two_hashes_of_one_password(self, hasher: Argon2) -> None:
        assert await hasher.hash("same") != await hasher.hash("same")

    async def test_cuts_nothing_off(self, hasher: Argon2) -> None:
        stored = await hasher.hash("x" * 199 + "a")
        assert not await hasher.matches("x" * 199 + "b", stored)

    async def test_says_no_where_nothing_is_stored(self, hasher: Argon2) -> None:
        assert not await hasher.matches("", None)
        assert not await hasher.matches("correct horse", None)

    async def test_hashes_anew_what_was_hashed_at_another_cost(self, hasher: Argon2) -> None:
        cheap = Argon2Hasher(time_cost=1, memory_cost=1024, parallelism=1).hash("correct horse")
        renewed = await hasher.renewed("correct horse", cheap)
        assert renewed is not None
        assert await hasher.matches("correct horse", renewed)
        assert await hasher.renewed("correct horse", renewed) is None

    async def test_works_on_a_few_at_a_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        hasher, together, inside, most = Argon2(), Barrier(AT_ONCE, timeout=60), [], []

        def counted(_password: str) -> str:
            inside.append(1)
            together.wait()  # until so many are in; if more could be, they would be counted by now
            most.append(len(inside))
            together.wait()
            inside.pop()
            return ""

        monkeypatch.setattr(hasher._hasher, "hash", counted)
        await asyncio.gather(*(hasher.hash(str(number)) for number in range(5 * AT_ONCE)))
        assert max(most) == AT_ONCE

    async def test_does_not_wait_for_jobs_that_block(self, hasher: Argon2) -> None:
        let_go = Event()
        blocked = [asyncio.ensure_future(asyncio.to_thread(let_go.wait, 30)) for _ in range(40)]
        try:
            assert await asyncio.wait_for(hasher.hash("correct horse"), 20)
        finally:
            let_go.set()
            await asyncio.gather(*blocked)
