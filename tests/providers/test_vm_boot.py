"""What a rented virtual machine runs when it boots: the real shell runs the script, up to the doors of the system."""

import gzip
import json
import subprocess
from base64 import b64decode
from pathlib import Path
from random import Random

import pytest

from dumont.providers.adapters.gcp_rows import listed
from dumont.providers.errors import Invalid
from dumont.providers.port import Order
from dumont.providers.vm_boot import boot_script, cloud_config
from tests.providers.adapters.orders import KEY, order

NASTY = 'it\'s; $(touch /tmp/never) `x` "y"'


def ordered(**changed: object) -> Order:
    offer = listed("e2-medium", "us-central1-a")
    assert offer is not None
    return order(offer, **changed)


def ran(script: str, root: Path) -> str:
    """With the system's folders moved under `root`, and without its services."""
    for folder in ("/root/.ssh", "/etc/dumont", "/etc/ssh"):
        script = script.replace(folder, f"{root}{folder}")
    done = subprocess.run(["bash"], input=script, text=True, capture_output=True, check=True)
    return done.stdout


class TestBootScript:
    def test_writes_keys_once_and_environment_as_given(self, tmp_path: Path) -> None:
        script = boot_script(ordered(env={"WORDS": NASTY}, onstart='echo "$WORDS|$DUMONT_LABEL"'))
        assert ran(script, tmp_path) == f"{NASTY}|{ordered().label}\n"
        assert ran(script, tmp_path) == f"{NASTY}|{ordered().label}\n"
        assert (tmp_path / "root/.ssh/authorized_keys").read_text() == f"{KEY}\n"
        assert (tmp_path / "etc/dumont/env").stat().st_mode & 0o077 == 0


class TestCloudConfig:
    def test_is_read_by_cloud_init(self, tmp_path: Path) -> None:
        first, _, rest = cloud_config(ordered(env={"WORDS": NASTY}, onstart='echo "$WORDS"')).decode().partition("\n")
        wanted = json.loads(rest)
        assert first == "#cloud-config"
        assert (wanted["ssh_authorized_keys"], wanted["disable_root"]) == ([KEY], False)
        environment, script = (b64decode(file["content"]).decode() for file in wanted["write_files"])
        (tmp_path / "etc/dumont").mkdir(parents=True)
        (tmp_path / "etc/dumont/env").write_text(environment)
        assert ran(script, tmp_path) == f"{NASTY}\n"

    def test_is_packed_where_it_is_long_and_the_same_each_time(self) -> None:
        long = ordered(onstart="echo again\n" * 3000)
        packed = cloud_config(long)
        assert len(packed) < 16384
        assert gzip.decompress(packed).startswith(b"#cloud-config\n")
        assert cloud_config(long) == packed

    def test_that_can_not_fit_is_refused(self) -> None:
        with pytest.raises(Invalid):
            cloud_config(ordered(onstart=Random(1).randbytes(30_000).hex()))
