"""What tests of restoring share."""

import pytest

from dumont.snapstore import native


@pytest.fixture(params=["native", "plain"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With and without the compiled library."""
    if request.param == "plain":
        monkeypatch.setattr(native, "load", lambda: None)
