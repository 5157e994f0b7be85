"""A copy is looked at as a failover would need it: counted, read, and knocked at."""

import os
import socket
from pathlib import Path
from threading import Thread

import pytest

from dumont.agent.doing.checking import Checking
from dumont.agent.doing.turn import Turn
from dumont.fleet.rules.rehearsing import fault_of


def looked_at(folder: Path, *doors: tuple[str, int]) -> dict[str, object]:
    args = {"doors": [{"host": host, "port": port} for host, port in doors]}
    return Checking(folder).run(Turn("1", args, folder, again=False))


class TestChecking:
    def test_counts_as_a_snapshot_does(self, tmp_path: Path) -> None:
        (tmp_path / "a").write_bytes(b"12345")
        os.link(tmp_path / "a", tmp_path / "b")
        (tmp_path / "link").symlink_to("a")
        found = looked_at(tmp_path)
        assert (found["files"], found["bytes"], found["unreadable"], found["ssh"]) == (2, 5, 0, None)

    def test_knocks_at_the_door(self, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            Thread(target=lambda: server.accept()[0].sendall(b"SSH-2.0-x\r\n"), daemon=True).start()
            assert looked_at(tmp_path, ("127.0.0.1", server.getsockname()[1]))["ssh"] is True

    @pytest.mark.skipif(os.getuid() == 0, reason="root reads everything")
    def test_finds_what_can_not_be_read(self, tmp_path: Path) -> None:
        (tmp_path / "a").touch(mode=0)
        assert looked_at(tmp_path)["unreadable"] == 1


class TestFault:
    @pytest.mark.parametrize(
        ("found", "code"),
        [
            ({"files": 3, "bytes": 10, "unreadable": 0, "ssh": True}, None),
            ({"files": 4, "bytes": 99, "unreadable": 0, "ssh": None}, None),
            ({"files": 2, "bytes": 10}, "standby_copy_lacks"),
            ({"files": 3, "bytes": 9}, "standby_copy_differs"),
            ({"files": 3, "bytes": 10, "unreadable": 1}, "standby_copy_unreadable"),
            ({"files": 3, "bytes": 10, "unreadable": 0, "ssh": False}, "standby_no_ssh"),
        ],
    )
    def test_is_what_a_failover_would_meet(self, found: dict[str, object], code: str | None) -> None:
        fault = fault_of(found, 3, 10)
        assert (fault.code if fault else None) == code
