"""What the agent sees of a machine: of files as the kernel writes them, and of a driver's library that is played."""

import json
import os
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from dumont.agent import progress
from dumont.agent.patience import Patient
from dumont.agent.sampling import cpu, facts, memory, network, notebooks, people, processes, smi
from dumont.agent.sampling.gpus import Gpus, Told, as_told
from dumont.agent.sampling.logins import Logins
from dumont.agent.sampling.nvml import Gpu, NoLibrary, Nvml
from tests.agent.cloud import Cloud

MIB = 1024 * 1024
DRIVER = """
#include <string.h>
typedef struct { unsigned gpu, memory; } shares; typedef struct { unsigned long long total, free, used; } room;
int nvmlInit_v2(void) { return 0; }
int nvmlDeviceGetCount_v2(unsigned *n) { *n = 2; return 0; }
int nvmlDeviceGetHandleByIndex_v2(unsigned i, void **h) { *h = (void *)(long)(i + 1); return 0; }
int nvmlDeviceGetName(void *h, char *s, unsigned n) { strncpy(s, "NVIDIA H100 80GB HBM3", n); return 0; }
int nvmlDeviceGetUtilizationRates(void *h, shares *s) { s->gpu = 37; s->memory = 5; return (long)h == 2 ? 3 : 0; }
int nvmlDeviceGetMemoryInfo(void *h, room *r) { r->total = 80ULL << 30; r->used = 1ULL << 30; return 0; }
int nvmlDeviceGetTemperature(void *h, unsigned kind, unsigned *t) { *t = 61; return 0; }
int nvmlDeviceGetPowerUsage(void *h, unsigned *p) { *p = 350500; return 0; }
int nvmlDeviceGetComputeRunningProcesses_v3(void *h, unsigned *n, void *list) { *n = 3; return 7; }
int nvmlSystemGetDriverVersion(char *s, unsigned n) { strncpy(s, "570.124.06", n); return 0; }
int nvmlSystemGetCudaDriverVersion_v2(int *v) { *v = 12080; return 0; }
"""


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> str:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("there is no C compiler")
    folder = tmp_path_factory.mktemp("driver")
    (folder / "driver.c").write_text(DRIVER)
    library = folder / "libnvidia-ml.so.1"
    subprocess.run([compiler, "-w", "-shared", "-fPIC", "-o", library, folder / "driver.c"], check=True)
    return str(library)


class TestGpus:
    def test_are_told_by_the_drivers_library(self, driver: str) -> None:
        told = Gpus(open_nvml=lambda: Nvml(driver)).look()
        first, second = told.gpus
        assert first == Gpu(0, "NVIDIA H100 80GB HBM3", 37.0, 1024.0, 81920.0, 61.0, 350.5, 3)
        assert (second.utilisation, second.temperature_c) == (None, 61.0)
        assert (told.driver, told.cuda_max) == ("570.124.06", "12.8")
        assert as_told(told.gpus)[0]["power_w"] == 350.5

    def test_of_others_are_not_seen_where_a_machine_has_some(self, driver: str) -> None:
        assert [gpu.index for gpu in Gpus("1", lambda: Nvml(driver)).look().gpus] == [1]
        assert Gpus("", lambda: Nvml(driver)).look().gpus == []

    def test_that_fall_silent_are_not_known_rather_than_gone(self, driver: str) -> None:
        answers = [Told([Gpu(0, "H100", 5.0)]), Told()]
        gpus = Gpus()
        gpus._look = lambda: answers.pop(0)  # type: ignore[method-assign]
        assert gpus.look().gpus[0].utilisation == 5.0
        assert gpus.look().gpus == [Gpu(0, "H100")]

    def test_are_none_where_there_is_no_library(self) -> None:
        with pytest.raises(NoLibrary):
            Nvml("libnone.so.1")

    def test_are_told_by_the_drivers_program_otherwise(self, tmp_path: Path) -> None:
        program = write(tmp_path, {"smi": "#!/bin/sh\necho '0, Tesla T4, 12, 100, 15360, 50, [N/A]'\n"}) / "smi"
        program.chmod(0o755)
        assert smi.gpus(str(program)) == [Gpu(0, "Tesla T4", 12.0, 100.0, 15360.0, 50.0)]


class TestProcessors:
    def test_are_as_busy_as_the_time_that_was_used(self) -> None:
        now = [0.0]
        share = cpu.Share(4, lambda: now[0])
        assert share.of(10.0) is None
        now[0] = 10.0
        assert share.of(30.0) == 50.0
        now[0] = 10.1
        assert share.of(30.4) == 50.0
        now[0] = 20.0
        assert share.of(None) is None
        assert share.of(31.0) is None

    def test_are_those_of_the_container(self, tmp_path: Path) -> None:
        two = write(
            tmp_path / "2", {"memory.max": "max\n", "cpu.stat": "usage_usec 2500000\n", "cpu.max": "50000 100000"}
        )
        one = write(tmp_path / "1", {"cpuacct/cpuacct.usage": "1500000000\n", "cpu/cpu.cfs_quota_us": "-1\n"})
        assert (cpu.used_by_container(two), cpu.cores(two)) == (2.5, 0.5)
        assert cpu.used_by_container(one) == 1.5
        assert cpu.cores(one) >= 1
        assert cpu.used_by_container(tmp_path) is None

    def test_do_not_count_waiting_as_work(self, tmp_path: Path) -> None:
        hertz = os.sysconf("SC_CLK_TCK")
        line = " ".join(str(part * hertz) for part in (3, 1, 2, 900, 50, 0, 0, 0, 7, 7))
        assert cpu.used_by_computer(write(tmp_path, {"stat": f"cpu  {line}\ncpu0 1 1 1\n"})) == 6.0

    def test_are_not_busy_with_what_the_agent_does_itself(self, tmp_path: Path) -> None:
        def used_by_others(seconds: float) -> float | None:
            counted = int((cpu.used_by_agent() + seconds) * 1e6)
            write(tmp_path, {"memory.max": "max\n", "cpu.stat": f"usage_usec {counted}\n"})
            return cpu.used_by_others(tmp_path)

        before, began = used_by_others(3.0), cpu.used_by_agent()
        while cpu.used_by_agent() < began + 0.2:
            sum(range(1000))
        assert before == pytest.approx(3.0, abs=0.1)
        assert used_by_others(3.0) == pytest.approx(3.0, abs=0.1)
        assert used_by_others(4.0) == pytest.approx(4.0, abs=0.1)


class TestMemory:
    MEMINFO = "MemTotal:  8388608 kB\nMemFree: 1 kB\nMemAvailable:  6291456 kB\n"

    def test_is_the_computers_where_nothing_is_smaller(self, tmp_path: Path) -> None:
        proc = write(tmp_path / "proc", {"meminfo": self.MEMINFO})
        assert memory.of_computer(proc, tmp_path) == (2048.0, 8192.0)

    def test_is_the_containers_without_what_is_only_kept(self, tmp_path: Path) -> None:
        proc = write(tmp_path / "proc", {"meminfo": self.MEMINFO})
        limits = {"memory.max": str(1024 * MIB), "memory.current": str(600 * MIB)}
        group = write(tmp_path / "group", {**limits, "memory.stat": f"anon 1\ninactive_file {100 * MIB}\n"})
        assert memory.of_computer(proc, group) == (500.0, 1024.0)


class TestNetwork:
    def test_is_measured_between_two_looks_at_the_outer_interfaces(self, tmp_path: Path) -> None:
        now = [0.0]
        traffic = network.Traffic(tmp_path, lambda: now[0])

        def counted(received: int, sent: int) -> None:
            lines = [f"{name}: {received} 0 0 0 0 0 0 0 {sent} 0" for name in ("eth0", "lo", "docker0", "veth1")]
            write(tmp_path, {"net/dev": "\n".join(["Inter-", " face", *lines])})

        counted(1000, 1000)
        assert traffic.look() is None
        counted(1000 + 2_500_000, 1000 + 250_000)
        now[0] = 2.0
        assert traffic.look() == (10.0, 1.0)


class TestProcesses:
    def row(self, pid: int, parent: int, state: str = "S") -> dict[str, str]:
        numbers = [parent, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 5, 3, 2, 0, 0, 0, 0, 777, 0, 40]
        return {f"{pid}/stat": f"{pid} (a ) b) {state} " + " ".join(map(str, numbers))}

    def test_of_a_machine_are_those_below_its_supervisor(self, tmp_path: Path) -> None:
        rows = self.row(10, 1) | self.row(11, 10) | self.row(12, 11) | self.row(13, 1) | self.row(14, 10, "Z")
        proc = write(tmp_path, rows)
        assert set(processes.table(10, proc)) == {10, 11, 12}
        assert set(processes.table(None, proc)) == {10, 11, 12, 13}
        assert processes.read(11, proc) == processes.Process(11, 10, 20, 40, "777")

    def test_say_who_is_logged_in_and_what_runs(self) -> None:
        commands = {
            1: ["sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups"],
            2: ["sshd: root@pts/0"],
            3: ["sshd: ubuntu [priv]"],
            4: ["sshd-session: ubuntu@notty"],
            5: ["/usr/bin/python3", "/workspace/train.py", "--fast"],
            6: [],
            7: ["-bash"],
        }
        assert people.sessions(commands) == 2
        assert people.running(["train.py", "python3", "bash", "vim"], commands) == ["train.py", "python3"]

    def test_know_of_a_login_that_is_over_at_the_next_look(self, tmp_path: Path) -> None:
        rows = self.row(10, 1) | self.row(11, 10) | self.row(12, 11) | self.row(13, 1)
        said = {"11/cmdline": "sshd: root [priv]", "12/cmdline": "sshd: root@notty", "13/cmdline": "sshd: ada@notty"}
        proc = write(tmp_path, rows | said)
        logins, all_of_them = Logins(10, proc), Logins(None, proc)
        for each in (logins, all_of_them, logins):
            each.look()
        (proc / "12/cmdline").write_text("")
        logins.look()
        assert (logins.taken(), all_of_them.taken()) == (1, 2)
        assert logins.taken() == 0
        (proc / "11/cmdline").write_text("sshd: root@pts/0")
        logins.look()
        assert logins.taken() == 1


class TestNotebooks:
    def _server(self, home: Path, cloud: Cloud, **more: object) -> None:
        told = {"pid": os.getpid(), "port": int(cloud.url.rpartition(":")[2]), "base_url": "/lab/", "token": "t&t"}
        path = home / notebooks.RUNTIME / "jpserver-1.json"
        write(home, {str(path.relative_to(home)): json.dumps({**told, **more})})

    def test_are_busy_when_a_kernel_works_or_somebody_looks(self, tmp_path: Path, cloud: Cloud) -> None:
        self._server(tmp_path, cloud)
        kernels = '[{"execution_state": "idle", "connections": 0}, {"execution_state": "busy"}, {"connections": 2}]'
        cloud.answers["/lab/api/kernels?token=t%26t"] = (200, kernels)
        assert notebooks.busy([tmp_path]) == 2
        assert notebooks.busy([tmp_path / "none"]) == 0

    def test_of_a_server_that_has_ended_do_not_count(self, tmp_path: Path, cloud: Cloud) -> None:
        self._server(tmp_path, cloud, pid=2**22 + 1)
        assert notebooks.busy([tmp_path]) == 0
        assert cloud.asked == []

    def test_that_tell_nothing_count_whoever_is_connected(self, tmp_path: Path) -> None:
        lines = ["  sl  local rem st", "0: 0100007F:22B8 0100007F:9999 01 x", "1: 0100007F:22B8 0:0 0A x"]
        assert notebooks.connections(8888, write(tmp_path, {"net/tcp": "\n".join(lines)})) == 1


class TestProgress:
    @pytest.mark.parametrize(
        ("said", "share"),
        [
            ("0.42\n", 0.42),
            ("42 %", 0.42),
            ("1", 1.0),
            ("0", 0.0),
            ("", None),
            ("42", None),
            ("nan", None),
            ("é", None),
        ],
    )
    def test_is_a_share_or_not_known(self, said: str, share: float | None, tmp_path: Path) -> None:
        assert progress.share(tmp_path) is None
        progress.path_in(tmp_path).write_text(said)
        assert progress.share(tmp_path) == share

    def test_is_not_waited_for_in_a_pipe(self, tmp_path: Path) -> None:
        os.mkfifo(progress.path_in(tmp_path))
        assert progress.share(tmp_path) is None


class TestFacts:
    def test_tell_how_fast_the_disk_writes_and_leave_nothing(self, tmp_path: Path) -> None:
        try:
            speed = facts.disk_write_mbps(tmp_path)
        except OSError:
            pytest.skip("this disk takes no files without a name")
        assert speed is None or speed > 0
        assert list(tmp_path.iterdir()) == []


class TestPatient:
    def test_does_not_wait_for_who_never_answers_and_asks_no_second_time(self) -> None:
        never, asked = threading.Event(), []

        def read() -> int:
            asked.append(1)
            never.wait(60)
            return 1

        patient = Patient("A thing", -1, seconds=0.01)
        assert [patient.ask(read), patient.ask(read)] == [-1, -1]
        never.set()
        assert len(asked) == 1

    def test_takes_a_failure_for_not_knowing(self) -> None:
        patient: Patient[int | None] = Patient("A thing", None, seconds=60)
        assert patient.ask(lambda: 1 // 0) is None
        assert patient.ask(lambda: 5) == 5
