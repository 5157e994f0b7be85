"""The library, asked for each kind of processor in turn."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from dumont.snapstore import native


@pytest.fixture
def built() -> native.Native:
    """Whatever the processor can do."""
    found = native.load()
    if found is None:
        pytest.skip("the library is not built here")
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[int]:
    fd = os.open(tmp_path, os.O_RDONLY)
    yield fd
    os.close(fd)


@pytest.fixture(params=["plain", "avx2", "avx512"])
def library(request: pytest.FixtureRequest, built: native.Native) -> Iterator[native.Native]:
    wanted = ["plain", "avx2", "avx512"].index(request.param)
    try:
        if built.level(wanted) != wanted:
            pytest.skip(f"this processor has no {request.param}")
        yield built
    finally:
        built.level()
