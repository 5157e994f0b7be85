"""What a set-up writes: the host key where the server looks for it, and our part of the list of who may come in."""

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from dumont.agent.doing.setup import BEGIN, END, Setup
from dumont.agent.doing.turn import Failed, Turn
from dumont.agent.given import Given
from tests.agent.test_local_machine import needs_ssh, new_key


class Machine:
    """A whole one with its own `/etc/ssh`, whose SSH server does not run."""

    def __init__(self, folder: Path) -> None:
        self.system, self.home = folder / "etc", folder / "home"
        self.system.mkdir()
        self.home.mkdir()
        self.keys = self.home / ".ssh" / "authorized_keys"
        self._folder = folder

    def _tell(self, _server: int) -> bool:
        """This computer's own SSH servers are none of this machine's."""
        return False

    def set_up(self, **args: Any) -> dict[str, Any]:
        given = Given("https://a", "dag_b", self.home, self._folder, env={"HOME": str(self.home)})
        return Setup(given, self.system, self.home / "others", self._tell).run(
            Turn("1", args, self._folder, again=False)
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


class TestAuthorizedKeys:
    def test_are_those_of_the_fleet_beside_those_of_others(self, machine: Machine) -> None:
        machine.keys.parent.mkdir()
        machine.keys.write_text("ssh-ed25519 theirs")
        machine.set_up(authorized_keys=["ssh-ed25519 one", "ssh-ed25519 two\n"])
        machine.set_up(authorized_keys=["ssh-ed25519 two"])
        assert machine.keys.read_text() == f"ssh-ed25519 theirs\n{BEGIN}\nssh-ed25519 two\n{END}\n"
        assert stat.S_IMODE(machine.keys.stat().st_mode) == 0o600

    def test_let_people_in_as_the_users_whom_the_cloud_made(self, machine: Machine) -> None:
        cloud_user = machine.home / "others" / "ubuntu" / ".ssh" / "authorized_keys"
        cloud_user.parent.mkdir(parents=True)
        cloud_user.write_text("ssh-ed25519 of-the-cloud\n")
        machine.set_up(authorized_keys=["ssh-ed25519 one"])
        told = "ssh-ed25519 one" in cloud_user.read_text()
        assert told == (os.getuid() == 0)
        assert cloud_user.read_text().startswith("ssh-ed25519 of-the-cloud\n")

    def test_are_made_where_there_were_none(self, machine: Machine) -> None:
        told = machine.set_up(authorized_keys=["ssh-ed25519 one"])
        assert told["authorized_keys"] == 1
        assert str(machine.keys) in told["files"]
        assert "ssh-ed25519 one" in machine.keys.read_text()


@needs_ssh
class TestHostKey:
    def test_takes_the_place_of_the_machines_own(self, machine: Machine, tmp_path: Path) -> None:
        key = new_key(tmp_path / "key")
        place = machine.system / "ssh_host_ed25519_key"
        place.write_text("old")
        machine.set_up(host_key=key.read_text(), host_key_pub=key.with_suffix(".pub").read_text())
        assert place.read_text() == key.read_text()
        assert stat.S_IMODE(place.stat().st_mode) == 0o600
        assert place.with_suffix(".pub").read_text() == key.with_suffix(".pub").read_text()

    @pytest.mark.parametrize(("key", "public"), [("no key", "ssh-ed25519 AAAA"), ("no key", "ssh-odd AAAA")])
    def test_is_refused_where_it_is_none(self, machine: Machine, key: str, public: str) -> None:
        with pytest.raises(Failed, match="host key"):
            machine.set_up(host_key=key, host_key_pub=public)
        assert list(machine.system.iterdir()) == []
