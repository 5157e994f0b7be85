"""Whoever writes into the workspace is held still while it moves away, and goes on if it does not."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dumont.agent.doing.stillness import Stillness
from dumont.agent.doing.transfers import Transfers
from dumont.agent.doing.turn import Failed, Turn
from dumont.agent.given import Given
from dumont.agent.sampling import processes

WRITER = "import sys, time\nwhile True:\n open(sys.argv[1], 'a').write('x'); time.sleep(0.001)"


@pytest.fixture
def writer(tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """By its folder alone it is known: between two lines it has no file open."""
    work = tmp_path / "work"
    work.mkdir()
    with subprocess.Popen([sys.executable, "-c", WRITER, "file"], cwd=work) as process:
        _until((work / "file").exists)
        yield process
        process.kill()


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.005)


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


class TestStillness:
    def test_stops_writers_and_lets_them_go_on(self, tmp_path: Path, writer: "subprocess.Popen[bytes]") -> None:
        """Only processes of this test: on a computer that is no machine of its own, others are nobody's business."""
        still = Stillness(Given("https://a", "dag_b", tmp_path / "work", tmp_path, supervisor=os.getpid()))
        assert still.begin() == 1
        _until(lambda: _state(writer.pid) == "T")
        size = (tmp_path / "work" / "file").stat().st_size
        with subprocess.Popen(["sleep", "60"], cwd=tmp_path / "work") as late:
            _until(lambda: _state(late.pid) == "T")
            assert (tmp_path / "work" / "file").stat().st_size == size
            assert still._over is not None
            still._over.set()  # its agent dies, and another one comes
            Stillness(still._given)
            _until(lambda: _state(late.pid) != "T")
            late.kill()
        _until(lambda: (tmp_path / "work" / "file").stat().st_size > size)
        assert processes.read(os.getpid()) is not None

    def test_lets_restic_go_on_by_which_the_work_is_saved(
        self, tmp_path: Path, writer: "subprocess.Popen[bytes]"
    ) -> None:
        work = tmp_path / "work"
        still = Stillness(Given("https://a", "dag_b", work, tmp_path, supervisor=os.getpid()))
        with subprocess.Popen(["restic", "60"], executable=shutil.which("sleep"), cwd=work) as ours:
            assert still.begin() == 1
            with subprocess.Popen(["sleep", "60"], cwd=work) as late:
                _until(lambda: _state(writer.pid) == _state(late.pid) == "T")
                assert _state(ours.pid) != "T"
                still.end()
                late.kill()
            ours.kill()

    def test_is_over_for_a_command_behind_which_the_work_was_to_go_on(
        self, tmp_path: Path, writer: "subprocess.Popen[bytes]"
    ) -> None:
        """They are done side by side, and the later one may be the first."""
        still = Stillness(Given("https://a", "dag_b", tmp_path / "work", tmp_path, supervisor=os.getpid()))
        still.end(8)
        assert still.begin(7) == 0
        assert still.begin(9) == 1
        still.end(8)  # one that had come before, and fails now
        _until(lambda: _state(writer.pid) == "T")
        still.end(10)
        _until(lambda: _state(writer.pid) != "T")

    def test_ends_with_a_snapshot_that_comes_to_nothing(
        self, tmp_path: Path, writer: "subprocess.Popen[bytes]"
    ) -> None:
        given = Given("https://a", "dag_b", tmp_path / "work", tmp_path, supervisor=os.getpid())
        with pytest.raises(Failed, match="does not say its server"):
            Transfers(given).snapshot(Turn("a", {"still": True}, tmp_path, again=False, number=1))
        _until(lambda: _state(writer.pid) != "T")
