"""What is told of this machine's parts is measured on it."""

import pytest

from dumont.snapstore import gains, hashing
from dumont.snapstore.codec import zstd


@pytest.fixture(autouse=True)
def as_before() -> object:
    """Looking chooses anew; whoever comes next has what there is."""
    yield
    hashing.use()
    zstd.use()


class TestLook:
    def test_measures_every_part(self) -> None:
        found = {part.name: part for part in gains.look()}
        assert set(found) >= {
            "BLAKE3",
            "Zstandard",
            "planes of floats",
            "cutting",
            "encryption",
            "small files",
            "O_DIRECT",
        }
        assert found["BLAKE3"].fast
        gain = found["BLAKE3"].gain
        assert gain is not None
        assert gain > 1
        assert all(len(row) == len(gains.HEAD) for row in gains.rows(list(found.values())))

    def test_says_what_to_install_where_plain_python_works(self) -> None:
        slow = gains.Part("BLAKE3", "pure", False, 2e6, 8e8, "SHA-256 by OpenSSL", "pip install blake3")
        assert gains.rows([slow]) == [
            ("BLAKE3", "pure", "2.00 MB/s", "800 MB/s, SHA-256 by OpenSSL", "about 400× to gain: pip install blake3")
        ]
