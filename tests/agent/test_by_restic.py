"""A machine without restic gets it where it is the fleet's to change, and its owner is told how where it is not."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from dumont.agent.doing import by_restic
from dumont.agent.doing.by_restic import ByRestic
from dumont.agent.doing.setup import Setup
from dumont.agent.doing.turn import Failed, Turn
from dumont.agent.given import Given
from dumont.fleet.rules.on_the_way import RESTIC_ABSENT
from dumont.snapstore.restic_child import ResticAbsent

INSTALLS = """#!/bin/sh
case "$*" in *install*) printf '#!/bin/sh\\necho restic 0.18.1\\n' > {folder}/restic && chmod +x {folder}/restic;; esac
"""
REFUSES = "#!/bin/sh\necho 'no such package' >&2; exit 100\n"


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Given:
    """Its machine has nothing but what a test puts into `bin`; and the agent is root there."""
    (tmp_path / "bin").mkdir()
    for program in ("sh", "chmod"):
        (tmp_path / "bin" / program).symlink_to(f"/bin/{program}")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(os, "getuid", lambda: 0)
    env = {"PATH": str(tmp_path / "bin")}
    return Given(server="http://x", token="dag_x", workspace=tmp_path, state=tmp_path / "state", env=env)


def puts(folder: Path, program: str, text: str) -> None:
    (folder / program).write_text(text.format(folder=folder))
    (folder / program).chmod(0o755)


class TestRestic:
    def test_is_installed_where_the_machine_is_ours(self, given: Given, tmp_path: Path) -> None:
        puts(tmp_path / "bin", "apt-get", INSTALLS)
        ByRestic(given).make_ready()
        assert (tmp_path / "bin" / "restic").exists()

    def test_is_ready_before_anybody_works_there(self, given: Given, tmp_path: Path) -> None:
        puts(tmp_path / "bin", "apt-get", INSTALLS)
        setup = Setup(replace(given, ssh_folder=tmp_path))
        assert setup.run(Turn("1", {"restic": True}, tmp_path, again=False))["restic"] == "0.18.1"
        assert "restic" not in setup.run(Turn("2", {}, tmp_path, again=False))

    def test_that_is_too_old_fails_the_set_up(self, given: Given, tmp_path: Path) -> None:
        puts(tmp_path / "bin", "restic", "#!/bin/sh\necho restic 0.12.1\n")
        puts(tmp_path / "bin", "apt-get", "#!/bin/sh\nexit 0\n")
        with pytest.raises(Failed, match="is too old") as failed:
            Setup(replace(given, ssh_folder=tmp_path)).run(Turn("1", {"restic": True}, tmp_path, again=False))
        assert failed.value.code == RESTIC_ABSENT

    def test_is_not_installed_on_somebodys_computer(self, given: Given, tmp_path: Path) -> None:
        puts(tmp_path / "bin", "apt-get", INSTALLS)
        with pytest.raises(ResticAbsent) as absent:
            ByRestic(replace(given, supervisor=1)).make_ready()
        assert "apt-get install" in absent.value.hint
        assert not (tmp_path / "bin" / "restic").exists()

    def test_that_does_not_come_is_told_with_the_command(self, given: Given, tmp_path: Path) -> None:
        puts(tmp_path / "bin", "apt-get", REFUSES)
        with pytest.raises(ResticAbsent, match="no such package") as absent:
            ByRestic(given).make_ready()
        assert by_restic.INSTALLERS[0][1] in absent.value.hint
