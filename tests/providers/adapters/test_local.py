"""This computer as a cloud, for real: processes, folders, and a login over SSH where there is a server for it."""

import asyncio
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from decimal import Decimal
from os import kill
from pathlib import Path

import pytest

from dumont.providers import errors
from dumont.providers.freezing import LocalFreezes
from dumont.providers.limiting import LocalLimiter
from dumont.providers.local import computer, folders, processes, ssh
from dumont.providers.opening import Clouds
from dumont.providers.port import Adapter, Listed, Machine
from tests.fakes.clock import FakeClock
from tests.providers.adapters.orders import LABEL, order

PATIENCE_SECONDS = 20
needs_ssh = pytest.mark.skipif(
    not (ssh.server() and shutil.which("ssh") and shutil.which("ssh-keygen")), reason="no OpenSSH on this computer"
)


@dataclass
class Here:
    """Machines under one folder, and their end."""

    root: Path
    clouds: list[Clouds]

    def open(self, wishes: str = "sshd=none") -> Adapter:
        clock = FakeClock()
        made = Clouds(LocalLimiter(clock), LocalFreezes(clock), urls={"local": f"file://{self.root}?{wishes}"})
        self.clouds.append(made)
        return made.open("local", {}).adapter

    async def close(self) -> None:
        for machine in (await self.open().machines()).machines:
            await self.open().destroy(machine.id)
        for each in self.clouds:
            await each.close()
        assert list(self.root.glob("[!.]*")) == []


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Here]:
    made = Here(tmp_path / "machines here", [])
    made.root.mkdir()
    yield made
    await made.close()


async def slot(adapter: Adapter, name: str = "cpu:1") -> Listed:
    return next(o for o in (await adapter.search()).offers if o.provider_offer_id == name)


async def until(adapter: Adapter, machine_id: str, wanted: Callable[[Machine], bool]) -> Machine:
    end = time.monotonic() + PATIENCE_SECONDS
    while not wanted(machine := await adapter.machine(machine_id)):
        assert time.monotonic() < end, machine
        await asyncio.sleep(0.02)
    return machine


async def rented(adapter: Adapter, *, onstart: str = "", label: str = LABEL, **changed: object) -> Machine:
    made = await adapter.create(order(await slot(adapter), label=label, disk_gb=0.1, onstart=onstart, **changed))
    return await until(adapter, made.id, lambda machine: machine.state == "running")


def alive(here: Here, machine: Machine) -> set[int]:
    folder = here.root / machine.id
    return processes.family(folders.known(folder), str(folder))


async def written(path: Path) -> str:
    await eventually(lambda: _said(path))
    return _said(path)


async def eventually(holds: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < end
        await asyncio.sleep(0.02)


def _said(path: Path) -> str:
    return path.read_text().strip() if path.exists() else ""


class TestSearch:
    async def test_offers_slots_of_this_computer(self, here: Here) -> None:
        found = await here.open("slots=3&price_hour=0.05").search()
        cpu = [offer for offer in found.offers if offer.gpu_count == 0]
        assert [offer.machine_id for offer in cpu] == ["cpu:1", "cpu:2", "cpu:3"]
        assert found.complete
        assert cpu[0].price_hour == Decimal("0.05")
        assert (cpu[0].cpu_cores or 0) >= 1
        assert (cpu[0].ram_gb or 0) > 0

    async def test_takes_a_rented_slot_off(self, here: Here) -> None:
        adapter = here.open()
        await rented(adapter)
        assert [(await slot(adapter, name)).available for name in ("cpu:1", "cpu:2")] == [False, True]

    def test_reads_gpus_as_the_driver_tells_them(self, tmp_path: Path) -> None:
        """The driver's program is played by a script, as tests run where there is no GPU."""
        program = tmp_path / "nvidia-smi"
        told = (
            "0, NVIDIA GeForce RTX 4090, 24564, 570.124, [N/A]",
            "1, NVIDIA A100-SXM4-80GB, 81920, 570.124, Enabled",
        )
        program.write_text("#!/bin/sh\n" + "".join(f"echo '{line}'\n" for line in told))
        program.chmod(0o755)
        cards = computer.cards(str(program))
        assert [(c.index, c.name, c.memory_gb, c.whole) for c in cards] == [
            (0, "RTX 4090", 24, True),
            (1, "A100 80GB SXM", 80, False),
        ]

    @pytest.mark.parametrize("wishes", ["slots=many", "boot_seconds=soon", "colour=red"])
    async def test_refuses_wishes_that_it_can_not_read(self, here: Here, wishes: str) -> None:
        with pytest.raises(errors.Invalid):
            here.open(wishes)


class TestLife:
    async def test_runs_what_was_ordered_in_a_folder_of_its_own(self, here: Here) -> None:
        machine = await rented(here.open(), onstart='echo "$WHO in $PWD" > said', env={"WHO": "it's me"})
        disk = here.root / machine.id / "disk"
        assert await written(disk / "said") == f"it's me in {disk}"
        assert (machine.label, machine.machine_id, machine.price_hour) == (LABEL, "cpu:1", Decimal(0))

    async def test_tells_it_nothing_of_the_servers_environment(
        self, here: Here, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DUMONT_SECRET_KEY", "very secret")
        machine = await rented(here.open(), onstart="env > told; cat /proc/$PPID/environ >> told 2>/dev/null; true")
        told = await written(here.root / machine.id / "disk" / "told")
        assert "DUMONT_LABEL" in told
        assert "very secret" not in told

    async def test_is_found_by_another_process_by_its_label(self, here: Here) -> None:
        machine = await rented(here.open())
        held = await here.open().machines()
        assert held.complete
        assert [(each.id, each.label, each.state) for each in held.machines] == [(machine.id, LABEL, "running")]

    async def test_is_the_same_machine_for_the_same_label_even_at_once(self, here: Here) -> None:
        adapter = here.open()
        wanted = order(await slot(adapter), disk_gb=0.1)
        made = await asyncio.gather(*(here.open().create(wanted) for _ in range(4)))
        assert len({each.id for each in made}) == 1
        assert len((await adapter.machines()).machines) == 1

    async def test_sells_a_slot_once(self, here: Here) -> None:
        adapter = here.open()
        machine = await rented(adapter)
        with pytest.raises(errors.OfferGone):
            await adapter.create(order(await slot(adapter), label="other", disk_gb=0.1))
        assert [each.id for each in (await adapter.machines()).machines] == [machine.id]

    async def test_stops_with_all_its_processes_and_keeps_its_disk(self, here: Here) -> None:
        adapter = here.open()
        start = "echo again >> starts; setsid sleep 600 & sh -c 'sleep 601 & sleep 602' & wait"
        machine = await rented(adapter, onstart=start)
        await written(here.root / machine.id / "disk" / "starts")
        before = alive(here, machine)
        assert len(before) >= 4
        await adapter.stop(machine.id)
        assert (await adapter.machine(machine.id)).state == "stopped"
        assert alive(here, machine) == set()
        assert not [pid for pid in before if processes.birth(pid)]
        await adapter.start(machine.id)
        await until(adapter, machine.id, lambda m: m.state == "running")
        await eventually(lambda: _said(here.root / machine.id / "disk" / "starts") == "again\nagain")

    async def test_is_gone_with_its_folder_when_destroyed(self, here: Here) -> None:
        adapter = here.open()
        machine = await rented(adapter, onstart="trap '' TERM; while :; do sleep 1; done")
        before = alive(here, machine)
        await adapter.destroy(machine.id)
        assert not [pid for pid in before if processes.birth(pid)]
        assert not (here.root / machine.id).exists()
        assert (await adapter.machines()).machines == []
        with pytest.raises(errors.MachineGone):
            await adapter.machine(machine.id)
        await adapter.destroy(machine.id)

    async def test_takes_another_label(self, here: Here) -> None:
        adapter = here.open()
        machine = await rented(adapter)
        await adapter.relabel(machine.id, "another")
        assert (await adapter.machine(machine.id)).label == "another"

    async def test_shows_the_last_lines_of_its_log(self, here: Here) -> None:
        adapter = here.open()
        machine = await rented(adapter, onstart="seq 1 50; echo done > done")
        await written(here.root / machine.id / "disk" / "done")
        assert (await adapter.logs(machine.id, lines=2)).split() == ["49", "50"]

    async def test_may_end_itself(self, here: Here) -> None:
        adapter = here.open()
        made = await adapter.create(
            order(await slot(adapter), disk_gb=0.1, onstart="sleep 600 & kill $DUMONT_SUPERVISOR; wait")
        )
        machine = await until(adapter, made.id, lambda m: m.state == "stopped")
        await eventually(lambda: not alive(here, machine))

    async def test_knows_no_names_outside_its_folder(self, here: Here) -> None:
        adapter = here.open()
        for name in ("..", "../..", ".lock", "nobody"):
            with pytest.raises(errors.MachineGone):
                await adapter.machine(name)
            await adapter.destroy(name)
        assert here.root.exists()


class TestTrouble:
    async def test_outlives_the_program_that_rented_it(self, here: Here) -> None:
        """The program is killed without a chance to say anything."""
        script = (
            "import asyncio, os, signal, sys\n"
            "from tests.providers.adapters.test_local import Here, rented\n"
            "from pathlib import Path\n"
            "asyncio.run(rented(Here(Path(sys.argv[1]), []).open()))\n"
            "os.kill(os.getpid(), signal.SIGKILL)\n"
        )
        ended = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", script, str(here.root)], check=False)
        assert ended.returncode == -signal.SIGKILL
        (machine,) = (await here.open().machines()).machines
        assert machine.state == "running"

    async def test_has_failed_when_its_processes_are_killed_and_starts_again(self, here: Here) -> None:
        adapter = here.open()
        machine = await rented(adapter, onstart="sleep 600")
        supervisor = folders.known(here.root / machine.id)[0][0]
        kill(supervisor, signal.SIGKILL)
        dead = await until(adapter, machine.id, lambda m: m.state == "failed")
        assert "ended" in (dead.reason or "")
        await adapter.start(machine.id)
        again = await until(adapter, machine.id, lambda m: m.state == "running")
        assert supervisor not in alive(here, again)
        await adapter.destroy(machine.id)
        assert alive(here, machine) == set()

    async def test_takes_no_other_process_of_the_same_number_for_its_own(self, here: Here) -> None:
        adapter = here.open()
        machine = await rented(adapter)
        await adapter.stop(machine.id)
        stranger = await asyncio.create_subprocess_exec("sleep", "600", start_new_session=True)
        state = f'{{"phase": "running", "port": null, "processes": [[{stranger.pid}, "another birth"]]}}'
        (here.root / machine.id / "state.json").write_text(state)
        assert (await adapter.machine(machine.id)).state == "failed"
        await adapter.destroy(machine.id)
        assert processes.birth(stranger.pid)
        stranger.kill()
        await stranger.wait()

    async def test_ends_a_supervisor_that_is_frozen(self, here: Here) -> None:
        adapter = here.open()
        machine = await rented(adapter, onstart="sleep 600")
        before = alive(here, machine)
        kill(folders.known(here.root / machine.id)[0][0], signal.SIGSTOP)
        await adapter.destroy(machine.id)
        assert not [pid for pid in before if processes.birth(pid)]

    async def test_was_never_started_if_its_creator_died_before(self, here: Here) -> None:
        adapter = here.open()
        machine = await rented(adapter)
        await adapter.stop(machine.id)
        (here.root / machine.id / "state.json").unlink()
        unborn = await adapter.machine(machine.id)
        assert (unborn.state, unborn.reason) == ("failed", "It was never started.")

    async def test_boots_late_or_not_at_all_as_wished(self, here: Here) -> None:
        late = here.open("boot_seconds=600&sshd=none")
        made = await late.create(order(await slot(late), label="late", disk_gb=0.1))
        assert (await late.machine(made.id)).state == "booting"
        failing = here.open("boot_fails=1&sshd=none")
        lost = await failing.create(order(await slot(failing, "cpu:2"), label="lost", disk_gb=0.1))
        failed = await until(failing, lost.id, lambda m: m.state == "failed")
        assert "did not boot" in (failed.reason or "")

    async def test_fails_where_its_ssh_server_does_not_start(self, here: Here) -> None:
        adapter = here.open("sshd=/bin/false")
        made = await adapter.create(order(await slot(adapter), disk_gb=0.1))
        failed = await until(adapter, made.id, lambda m: m.state == "failed")
        assert "SSH" in (failed.reason or "")

    async def test_refuses_what_can_not_be(self, here: Here) -> None:
        adapter = here.open("price_hour=0.5&sshd=none")
        offer = await slot(adapter)
        with pytest.raises(errors.NoCapacity):
            await adapter.create(order(offer, disk_gb=10_000_000))
        with pytest.raises(errors.OfferGone):
            await adapter.create(order(offer, disk_gb=0.1, max_price_hour=Decimal("0.4")))
        with pytest.raises(errors.Unsupported):
            await adapter.create(order(offer, spot=True))
        with pytest.raises(errors.Unsupported):
            await adapter.balance()
        assert (await adapter.machines()).machines == []


@needs_ssh
class TestSsh:
    async def test_lets_the_ordered_key_in_to_the_machines_own_disk(self, here: Here, tmp_path: Path) -> None:
        key, _ = _key_pair(tmp_path / "key"), _key_pair(tmp_path / "stranger")
        adapter = here.open("")
        machine = await rented(adapter, ssh_keys=[key], env={"WHO": "me"})
        said = await _login(machine, tmp_path / "key", 'echo "$WHO in $PWD"; (setsid sleep 600 >/dev/null 2>&1 &)')
        assert said.stdout.strip() == f"me in {here.root / machine.id / 'disk'}"
        refused = await _login(machine, tmp_path / "stranger", "true")
        assert refused.returncode == 255
        host_key = await _host_key(machine)
        before = alive(here, machine)
        await adapter.stop(machine.id)
        assert not [pid for pid in before if processes.birth(pid)]
        await adapter.start(machine.id)
        again = await until(adapter, machine.id, lambda m: m.state == "running")
        assert (await _login(again, tmp_path / "key", "pwd")).returncode == 0
        assert host_key
        assert await _host_key(again) == host_key


def _key_pair(path: Path) -> str:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)
    return path.with_suffix(".pub").read_text()


async def _host_key(machine: Machine) -> str:
    """As anybody sees it who knocks; it is kept over a stop, so that nobody is warned of a stranger."""
    address = machine.addresses[0]
    command = ["ssh-keyscan", "-t", "ed25519", "-p", str(address.port), address.host]
    told = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    return told.stdout.split("ssh-ed25519 ")[-1].strip()


async def _login(machine: Machine, key: Path, command: str) -> "subprocess.CompletedProcess[str]":
    address = machine.addresses[0]
    unknown = ("-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR")
    who = ("-F", "none", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-i", str(key), "-p", str(address.port))
    ssh_command = ["ssh", *unknown, *who, f"{address.user}@{address.host}", command]
    return await asyncio.to_thread(subprocess.run, ssh_command, capture_output=True, text=True, timeout=30, check=False)
