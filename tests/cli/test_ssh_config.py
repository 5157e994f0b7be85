"""The SSH config that `dumont ssh` writes: what it leaves as it was, and whose names it takes."""

import stat
from pathlib import Path
from typing import Any, cast

import pytest

from dumont.basics.errors import Invalid
from dumont.cli.ssh import INCLUDE, lacking, write

CONNECTION: Any = {
    "name": "llama",
    "host_key_alias": "dumont-1",
    "known_hosts": "dumont-1 ssh-ed25519 AAAA",
    "ssh_config": "Host llama\n  HostName 10.0.0.1\n  Port 22\n  User root\n  HostKeyAlias dumont-1\n",
}

OF_A_TEAM: Any = {
    "name": "llama",
    "host_key_alias": "dumont-aaaa-22222222",
    "known_hosts": "dumont-aaaa-22222222 ssh-ed25519 BBBB",
    "ssh_config": "Host llama\n  HostName 10.0.0.2\n  HostKeyAlias dumont-aaaa-22222222\n",
}


def nobody(_instance_id: str) -> bool:
    """Is to be asked for."""
    raise AssertionError


class TestLacking:
    def test_says_what_to_do_where_nobody_was_given_a_key(self) -> None:
        assert lacking({**CONNECTION, "has_ssh_keys": True}) is None
        said = lacking({**CONNECTION, "has_ssh_keys": False}) or ""
        assert said.startswith("llama was given no SSH key")
        assert "/instances/1 with ssh_keys" in said


class TestWritingSshConfig:
    def test_keeps_what_was_there_and_does_nothing_twice(self, tmp_path: Path) -> None:
        folder = tmp_path / "with space" / ".ssh"
        folder.mkdir(parents=True)
        kept = "Host café\r\n  User me\r\n".encode("latin-1")
        (folder / "config").write_bytes(kept)
        path = write(CONNECTION, folder, nobody)
        assert (folder / "config").read_bytes() == INCLUDE.encode() + b"\n\n" + kept
        write(CONNECTION, folder, nobody)
        assert (folder / "config").read_bytes() == INCLUDE.encode() + b"\n\n" + kept
        assert sorted(each.name for each in folder.rglob("*") if each.is_file()) == [
            "config",
            "llama.conf",
            "llama.known_hosts",
        ]
        assert path.read_text().splitlines()[-1] == f'  UserKnownHostsFile "{path.with_suffix(".known_hosts")}"'
        modes = {stat.S_IMODE(each.stat().st_mode) for each in folder.rglob("*") if each.is_file()}
        assert modes == {0o600}
        assert stat.S_IMODE((folder / "dumont.d").stat().st_mode) == 0o700

    def test_follows_a_link_to_where_the_config_is_kept(self, tmp_path: Path) -> None:
        dotfiles, folder = tmp_path / "dotfiles", tmp_path / ".ssh"
        dotfiles.mkdir()
        folder.mkdir()
        (dotfiles / "config").write_text("Host a\n")
        (folder / "config").symlink_to(dotfiles / "config")
        write(CONNECTION, folder, nobody)
        assert (folder / "config").is_symlink()
        assert (dotfiles / "config").read_text() == f"{INCLUDE}\n\nHost a\n"

    def test_makes_the_folder_where_there_is_none(self, tmp_path: Path) -> None:
        write(CONNECTION, tmp_path / ".ssh", nobody)
        assert (tmp_path / ".ssh" / "config").read_text() == f"{INCLUDE}\n"
        assert stat.S_IMODE((tmp_path / ".ssh").stat().st_mode) == 0o700

    def test_leaves_another_of_the_same_name_its_own(self, tmp_path: Path) -> None:
        mine = write(CONNECTION, tmp_path / ".ssh", nobody)
        before = {path: path.read_bytes() for path in (mine, mine.with_suffix(".known_hosts"))}
        other = write(OF_A_TEAM, tmp_path / ".ssh", {"1": True}.__getitem__)
        assert other == write(OF_A_TEAM, tmp_path / ".ssh", {"1": True}.__getitem__)
        assert other.name == "llama-22222222.conf"
        assert {path: path.read_bytes() for path in before} == before
        lines = other.read_text().splitlines()
        assert (lines[0], lines[-1]) == (
            "Host llama-22222222",
            f'  UserKnownHostsFile "{other.with_suffix(".known_hosts")}"',
        )
        assert write(CONNECTION, tmp_path / ".ssh", nobody) == mine

    def test_takes_the_name_of_one_that_is_no_more(self, tmp_path: Path) -> None:
        write(CONNECTION, tmp_path / ".ssh", nobody)
        path = write(OF_A_TEAM, tmp_path / ".ssh", {"1": False}.__getitem__)
        assert (path.name, "10.0.0.2" in path.read_text()) == ("llama.conf", True)
        assert path.with_suffix(".known_hosts").read_text().split()[0] == OF_A_TEAM["host_key_alias"]

    def test_writes_nowhere_else(self, tmp_path: Path) -> None:
        with pytest.raises(Invalid):
            write(cast("Any", CONNECTION | {"name": "../../evil"}), tmp_path / ".ssh", nobody)
        assert list(tmp_path.iterdir()) == []
