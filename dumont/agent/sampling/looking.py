"""One look at the whole machine. What can't be seen is None, which the fleet counts as busy."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from dumont.agent import progress, protocol, surroundings
from dumont.agent.given import Given
from dumont.agent.patience import Patient
from dumont.agent.sampling import cpu, memory, network, notebooks, people, processes
from dumont.agent.sampling.gpus import Gpus, as_told
from dumont.agent.sampling.logins import Logins
from dumont.agent.sampling.processes import Process

GB = 1e9
VISIBLE = "CUDA_VISIBLE_DEVICES"


class Eyes:
    """Of a machine that is only some of this computer's processes, its own are looked at, and no others."""

    def __init__(self, given: Given, gpus: Gpus | None = None) -> None:
        self._given = given
        self._partly = given.supervisor is not None
        self.gpus = gpus or Gpus(given.env.get(VISIBLE, "") if self._partly else None)
        self.logins = Logins(given.supervisor)
        self.cores = cpu.cores()
        self._share = cpu.Share(self.cores)
        self._traffic = network.Traffic()
        self._table: Patient[Mapping[int, Process] | None] = Patient("The list of processes", None)
        self._cpu: Patient[float | None] = Patient("The processors' use", None)
        self._memory: Patient[tuple[float | None, float | None]] = Patient("The memory", (None, None))
        self._disk: Patient[tuple[float | None, float | None]] = Patient("The workspace's disk", (None, None))
        self._network: Patient[tuple[float, float] | None] = Patient("The network", None)
        self._notebooks: Patient[int | None] = Patient("Notebooks", None, seconds=10)
        self._progress: Patient[float | None] = Patient("What the work says of its progress", None)
        self._people: Patient[tuple[int | None, list[str]]] = Patient("Logins", (None, []))

    def look(self, watch: Sequence[str] = ()) -> protocol.Sample:
        table = self._table.ask(processes.table, self._given.supervisor)
        used, there = self._memory.ask(self._memory_of, table)
        taken, room = self._disk.ask(_disk, self._given.workspace)
        received, sent = self._rates()
        sessions, running = self._people.ask(_people, table, watch)
        came = self.logins.taken()
        sample = protocol.Sample(
            at=surroundings.stamp(),
            gpus=as_told(self.gpus.look().gpus),
            cpu_percent=self._share.of(self._cpu.ask(self._used, table)),
            ram_used_mb=_rounded(used),
            ram_total_mb=_rounded(there),
            disk_used_gb=_rounded(taken),
            disk_total_gb=_rounded(room),
            net_in_mbps=received,
            net_out_mbps=sent,
            sessions=None if sessions is None else max(sessions, came),
            notebooks=self._notebooks.ask(notebooks.busy, self._homes()),
            processes=running,
        )
        share = self._progress.ask(progress.share, self._given.workspace)
        if share is not None:
            sample["progress"] = share
        return sample

    def ram_gb(self) -> float | None:
        there = self._memory.ask(self._memory_of, {})[1]
        return None if there is None else round(there / 1024, 1)

    def _used(self, table: Mapping[int, Process] | None) -> float | None:
        if self._partly:
            return None if table is None else cpu.used_by(table)
        return cpu.used_by_others()

    def _memory_of(self, table: Mapping[int, Process] | None) -> tuple[float | None, float | None]:
        if self._partly:
            return (None, None) if table is None else memory.of_processes(table)
        return memory.of_computer()

    def _rates(self) -> tuple[float | None, float | None]:
        """A machine that is some of a computer's processes has no interfaces, so nothing goes over them."""
        if self._partly:
            return 0.0, 0.0
        return self._network.ask(self._traffic.look) or (None, None)

    def _homes(self) -> list[Path]:
        home = Path(self._given.env.get("HOME") or self._given.workspace)
        return [home] if self._partly else notebooks.homes(home)


def _people(table: Mapping[int, Process] | None, watch: Sequence[str]) -> tuple[int | None, list[str]]:
    """Not knowing the processes, none of the watched is known to have ended."""
    if table is None:
        return None, list(watch)
    commands = {pid: processes.words(pid) for pid in table}
    return people.sessions(commands), people.running(watch, commands)


def _disk(workspace: Path) -> tuple[float, float]:
    usage = shutil.disk_usage(workspace)
    return (usage.total - usage.free) / GB, usage.total / GB


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
