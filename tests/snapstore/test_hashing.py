"""BLAKE3 is the same by each of its ways."""

from collections.abc import Iterator

import pytest
from blake3 import blake3

from dumont.snapstore import hashing

KEY = bytes(range(32))
LENGTHS = [0, 1, 63, 64, 65, 1023, 1024, 1025, 2048, 2049, 3072, 5000, 16384, 16385, 40_000, 102_400]


@pytest.fixture(params=["native", "package", "pure"], autouse=True)
def _way(request: pytest.FixtureRequest) -> Iterator[None]:
    try:
        hashing.use(request.param)
    except (LookupError, ImportError):
        pytest.skip(f"{request.param} is not built here")
    yield
    hashing.use()


def text(length: int) -> bytes:
    return bytes(index % 251 for index in range(length))


class TestBlake3:
    def test_is_the_one_that_everybody_makes(self) -> None:
        for length in LENGTHS:
            data = text(length)
            assert hashing.digest(data) == blake3(data).digest(), length
            assert hashing.keyed(KEY, memoryview(data)) == blake3(data, key=KEY).digest(), length

    def test_derives_keys(self) -> None:
        context = "dumont snapstore 2026 seal"
        assert hashing.derive(context, KEY) == blake3(KEY, derive_key_context=context).digest()

    def test_takes_parts_of_any_length(self) -> None:
        data = text(30_000)
        for step in (1, 64, 1000, 1024, 4096, 29_999):
            hasher = hashing.Hasher()
            for at in range(0, 3000 if step == 1 else len(data), step):
                hasher.update(memoryview(data)[at : at + step])
            assert hasher.digest() == blake3(data[:3000] if step == 1 else data).digest(), step

    def test_tells_the_hash_of_nothing(self) -> None:
        assert hashing.Hasher().digest() == hashing.digest(b"") == blake3(b"").digest()

    def test_goes_on_behind_a_digest(self) -> None:
        hasher = hashing.Hasher()
        hasher.update(b"a" * 2000)
        assert hasher.digest() == blake3(b"a" * 2000).digest()
        hasher.update(b"b")
        assert hasher.digest() == blake3(b"a" * 2000 + b"b").digest()
