"""The library, asked for each kind of processor in turn."""

from collections.abc import Iterator

import pytest

from dumont.snapstore import native


@pytest.fixture(params=["plain", "avx2", "avx512"])
def library(request: pytest.FixtureRequest) -> Iterator[native.Native]:
    found = native.load()
    if found is None:
        pytest.skip("the library is not built here")
    wanted = ["plain", "avx2", "avx512"].index(request.param)
    try:
        if found.level(wanted) != wanted:
            pytest.skip(f"this processor has no {request.param}")
        yield found
    finally:
        found.level()
