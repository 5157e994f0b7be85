"""The real hasher."""

import asyncio

import pytest

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

    async def test_works_on_a_few_at_a_time(self, hasher: Argon2, monkeypatch: pytest.MonkeyPatch) -> None:
        now, most = 0, 0

        async def counted(*_args: object) -> str:
            nonlocal now, most
            now += 1
            most = max(most, now)
            await asyncio.sleep(0)
            now -= 1
            return ""

        monkeypatch.setattr(asyncio, "to_thread", counted)  # to see how many are in at once, without racing threads
        await asyncio.gather(*(hasher.hash(str(number)) for number in range(20)))
        assert most == AT_ONCE
