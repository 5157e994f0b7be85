"""The engine with its library and without it: fixture `way`."""

import pytest

from dumont.snapstore import hashing, native


@pytest.fixture(params=["library", "plain"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "library":
        found = native.load()
        if found is None or not found.has_files:
            pytest.skip("the library is not built here")
    else:
        monkeypatch.setattr(native, "_loaded", [None])
        monkeypatch.setattr(hashing._ways, "_chosen", [])
        hashing.use("package", "pure")
    return str(request.param)
