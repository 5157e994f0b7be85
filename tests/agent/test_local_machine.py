"""A whole machine on this computer, as it is rented: it installs its agent itself, and people log in over SSH."""

import asyncio
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from dumont.fleet.rentals.order import INSTALL
from dumont.providers.local import folders, processes
from dumont.providers.port import Adapter, Machine
from tests.agent.fleet import PATIENCE_SECONDS, TOKEN, Fleet
from tests.providers.adapters.orders import order
from tests.providers.adapters.test_local import Here, alive, needs_ssh, slot

pytestmark = needs_ssh


class Rented:
    """A machine with an agent, and the key of who may come in."""

    def __init__(self, here: Here, adapter: Adapter, machine: Machine, key: Path) -> None:
        self.here, self.adapter, self.machine, self.key = here, adapter, machine, key
        self.folder = here.root / machine.id
        self.disk = self.folder / "disk"

    def ssh(self, command: str, *options: str) -> subprocess.CompletedProcess[str]:
        address = self.machine.addresses[0]
        fixed = ["-F", "none", "-o", "BatchMode=yes", "-o", "ConnectTimeout=20", "-i", str(self.key)]
        return subprocess.run(
            ["ssh", *fixed, "-p", str(address.port), *options, f"{address.user}@{address.host}", command],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    def agents(self) -> list[int]:
        return [pid for pid in alive(self.here, self.machine) if b"dumont-agent.pyz\0run" in _words(pid)]


async def until(adapter: Adapter, machine_id: str, wanted: Callable[[Machine], bool]) -> Machine:
    end = time.monotonic() + PATIENCE_SECONDS
    while not wanted(machine := await adapter.machine(machine_id)):
        assert time.monotonic() < end, machine
        await asyncio.sleep(0.05)
    return machine


async def eventually(holds: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not await asyncio.to_thread(holds):
        assert time.monotonic() < end
        await asyncio.sleep(0.05)


def _words(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def new_key(place: Path) -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "of the test", "-f", str(place)], check=True)
    return place


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Here]:
    made = Here(tmp_path / "machines", [])
    made.root.mkdir()
    yield made
    await made.close()


@pytest.fixture
async def rented(here: Here, fleet: Fleet, tmp_path: Path) -> Rented:
    adapter, key = here.open(""), new_key(tmp_path / "own")
    env = {"DUMONT_SERVER": fleet.url, "DUMONT_AGENT_TOKEN": TOKEN, "DUMONT_WORKSPACE": "/workspace"}
    wanted = order(await slot(adapter), disk_gb=0.1, onstart=INSTALL, env=env, ssh_keys=())
    made = await adapter.create(wanted)
    machine = await until(adapter, made.id, lambda machine: bool(machine.addresses))
    return Rented(here, adapter, machine, key)


class TestRentedMachine:
    async def test_lets_its_people_in_under_the_same_host_key(
        self, rented: Rented, fleet: Fleet, tmp_path: Path
    ) -> None:
        host = new_key(tmp_path / "host")
        setup = {
            "host_key": host.read_text(),
            "host_key_pub": host.with_suffix(".pub").read_text(),
            "authorized_keys": [rented.key.with_suffix(".pub").read_text()],
        }
        fleet.order("1", "setup", **setup)
        told = await asyncio.to_thread(fleet.end_of, "1")
        assert (told["state"], told["result"]["servers_told"]) == ("done", 1)
        known = tmp_path / "known_hosts"
        known.write_text(f"box {setup['host_key_pub']}")
        strictly = ["-o", f"UserKnownHostsFile={known}", "-o", "HostKeyAlias=box", "-o", "StrictHostKeyChecking=yes"]

        def logs_in() -> bool:
            said = rented.ssh("pwd; env", *strictly)
            assert "HOST IDENTIFICATION HAS CHANGED" not in said.stderr or not said.stdout
            return said.stdout.startswith(f"{rented.disk}\n") and TOKEN not in said.stdout

        await eventually(logs_in)
        fleet.order("2", "setup", **{**setup, "host_key": "no key"})
        refused = await asyncio.to_thread(fleet.end_of, "2")
        assert refused["error_code"] == "bad_host_key"
        assert rented.ssh("true", *strictly).returncode == 0

    async def test_tells_of_its_own_processes_and_logins_only(self, rented: Rented, fleet: Fleet) -> None:
        fleet.watch = ["busy.sh", "pytest"]
        (rented.disk / "busy.sh").write_text("while :; do :; done\n")
        fleet.order("1", "hook", script="sh busy.sh & echo $!")
        await asyncio.to_thread(fleet.end_of, "1")

        def busy() -> bool:
            sample = fleet.calls[-1]["samples"][-1]
            return sample["processes"] == ["busy.sh"] and (sample["cpu_percent"] or 0) > 1

        await asyncio.to_thread(fleet.until, busy)
        sample = fleet.calls[-1]["samples"][-1]
        assert (sample["sessions"], sample["gpus"], sample["net_in_mbps"]) == (0, [], 0.0)
        assert fleet.calls[0]["facts"]["workspace"] == str(rented.disk)
        (rented.folder / "ssh" / "authorized_keys").write_text(rented.key.with_suffix(".pub").read_text())
        strangers = ["-o", "UserKnownHostsFile=/dev/null", "-o", "StrictHostKeyChecking=no"]
        login = asyncio.create_task(asyncio.to_thread(rented.ssh, "while [ ! -e go ]; do sleep 0.1; done", *strangers))
        await asyncio.to_thread(fleet.until, lambda: fleet.calls[-1]["samples"][-1]["sessions"] == 1)
        (rented.disk / "go").touch()
        assert (await login).returncode == 0

    async def test_begins_its_agent_again_when_that_dies_and_keeps_out_of_the_disk(
        self, rented: Rented, fleet: Fleet
    ) -> None:
        await asyncio.to_thread(fleet.beats)
        await eventually(lambda: len(rented.agents()) == 1)
        boot, pid = fleet.calls[-1]["boot"], rented.agents()[0]
        processes.tell((pid, processes.birth(pid) or ""), 9)  # type: ignore[arg-type]
        await asyncio.to_thread(fleet.until, lambda: fleet.calls[-1]["boot"] != boot)
        assert list(rented.disk.iterdir()) == []
        await rented.adapter.stop(rented.machine.id)
        boot = fleet.calls[-1]["boot"]
        await rented.adapter.start(rented.machine.id)
        await asyncio.to_thread(fleet.until, lambda: fleet.calls[-1]["boot"] != boot)

    async def test_installs_its_agent_twice_without_harm(self, rented: Rented, fleet: Fleet) -> None:
        await asyncio.to_thread(fleet.beats)
        fleet.order("1", "hook", script=f"curl -fsS {fleet.url}/api/v1/agent/install.sh | "
                    f"DUMONT_AGENT_TOKEN={TOKEN} DUMONT_AGENT_STATE={rented.folder}/agent sh 2>&1")  # fmt: skip
        told = await asyncio.to_thread(fleet.end_of, "1")
        assert "runs already" in told["result"]["output"]
        assert len(rented.agents()) == 1

    async def test_stops_itself_when_its_fleet_stays_away(self, rented: Rented, fleet: Fleet) -> None:
        fleet.deadman_seconds = 1.0
        fleet.deadman = {"snapshot": None, "stop": {"provider": "local", "id": rented.machine.id}}
        await asyncio.to_thread(fleet.beats, 2)
        fleet.away.set()
        await until(rented.adapter, rented.machine.id, lambda machine: machine.state == "stopped")
        await eventually(lambda: not alive(rented.here, rented.machine))
        assert folders.state_in(rented.folder) is not None
        assert rented.disk.is_dir()
