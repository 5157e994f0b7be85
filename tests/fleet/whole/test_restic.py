"""An instance that begins with its owner's own backup by restic, and is saved to and woken from the same repository."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from dumont.simulators.s3.server import S3Server, serving
from tests.fleet.whole.conftest import Note
from tests.fleet.whole.house import House, Shell

PASSWORD = "the password of Ada's own backups"

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(shutil.which("restic") is None, reason="there is no restic: `make tools` installs it"),
]


class Backups:
    """Ada's own repository in a bucket, as she uses it from her computer."""

    def __init__(self, server: S3Server, folder: Path) -> None:
        self.address = f"restic:s3:{server.url}/backups/box"
        self.keys = server.key
        self._folder = folder
        self.run("init")

    def run(self, *words: str) -> bytes:
        keys = {"AWS_ACCESS_KEY_ID": self.keys.access, "AWS_SECRET_ACCESS_KEY": self.keys.secret}
        where = {"RESTIC_REPOSITORY": self.address.removeprefix("restic:"), "RESTIC_PASSWORD": PASSWORD}
        env = {"PATH": os.environ["PATH"], "HOME": str(self._folder), **keys, **where}
        return subprocess.run(["restic", *words], env=env, check=True, capture_output=True, timeout=120).stdout

    def snapshots(self) -> list[dict[str, str]]:
        return list(json.loads(self.run("snapshots", "--json")))

    def wish(self, **more: str) -> dict[str, str]:
        keys = {"access_key": self.keys.access, "secret_key": self.keys.secret}
        return {"address": self.address, "password": PASSWORD, **keys, **more}


@pytest.fixture(scope="module")
def backups(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backups]:
    with serving(tmp_path_factory.mktemp("bucket"), "backups") as server:
        yield Backups(server, tmp_path_factory.mktemp("ada"))


class TestResticRepository:
    def test_is_where_its_work_comes_from_and_goes_to(
        self, house: House, backups: Backups, tmp_path: Path, note: Note
    ) -> None:
        (tmp_path / "thesis").mkdir()
        (tmp_path / "thesis" / "chapter").write_bytes(b"one\n")
        backups.run("backup", str(tmp_path / "thesis"))
        one = house.launch("scholar", restic=backups.wish(restore_from="latest"))["id"]
        house.wait(one, "running")
        note("launch from restic", house.stages(one, "launch"))
        shell = Shell(house, one)
        assert shell.run("cat chapter; echo two >> chapter") == b"one\n"

        house.send(f"/instances/{one}/hibernate")
        asleep = house.wait(one, "hibernated")
        note("hibernate to restic", house.stages(one, "hibernate"))
        snapshot = house.get(f"/snapshots/{asleep['snapshot']['id']}")
        assert (snapshot["state"], snapshot["engine"], snapshot["repository"]) == (
            "complete",
            "restic",
            backups.address,
        )
        assert snapshot["manifest"] in [each["id"] for each in backups.snapshots()]
        assert asleep["snapshot"]["engine"] == "restic"

        house.send(f"/instances/{one}/wake")
        house.wait(one, "running")
        shell.meet()
        assert shell.run("cat chapter") == b"one\ntwo\n"
        told = json.dumps([house.get(f"/instances/{one}"), house.get(f"/instances/{one}/events")])
        assert backups.address in told
        assert PASSWORD not in told + house.said()
        assert backups.keys.secret not in told + house.said()
        house.destroy(one)
        assert len(backups.snapshots()) == 2, "what lies there is never deleted by us"
