"""What opens a restic repository comes by the names that restic itself knows, and never by an argument."""

from pathlib import Path

import pytest

from dumont.basics.errors import Invalid
from dumont.cli import kept

ADDRESS = "restic:s3:https://s3.example.com/backups/box"


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (kept.PASSWORD, kept.PASSWORD_FILE, *kept.REGIONS):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "access")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")


class TestTold:
    def test_is_what_the_environment_has_for_restic(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        (tmp_path / "password").write_text("long\n")
        monkeypatch.setenv(kept.PASSWORD_FILE, str(tmp_path / "password"))
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        assert kept.told(ADDRESS, "latest") == {
            "address": ADDRESS,
            "password": "long",
            "access_key": "access",
            "secret_key": "secret",
            "region": "eu-central-1",
            "restore_from": "latest",
        }

    def test_is_nothing_where_none_is_named(self) -> None:
        assert kept.told(None, None) is None
        with pytest.raises(Invalid, match="--restore-from"):
            kept.told(None, "latest")

    def test_says_what_lacks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with pytest.raises(Invalid, match="Password"):
            kept.told(ADDRESS, None)
        monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
        with pytest.raises(Invalid, match="AWS_SECRET_ACCESS_KEY"):
            kept.told(ADDRESS, None)
