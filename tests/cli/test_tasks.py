"""Task files in SkyPilot's form: what they say is wished for, and what we don't do is named."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dumont.basics.errors import Invalid
from dumont.cli import tasks
from dumont.cli.tasks import Task

WHOLE = """
name: train
resources:
  accelerators: {A100-80GB: 8}
  infra: aws/us-east-1
  cpus: 16+
  memory: 64
  disk_size: 256GB
  use_spot: true
  ports: [8888, 6006-6008]
  image_id: docker:pytorch/pytorch
  autostop: 10
envs: {EPOCHS: 3, DEBUG: false}
num_nodes: 1
setup: pip install -r needs.txt
run: |
  python train.py --name 'a b'
"""


def read(text: str, folder: Path) -> Task:
    (folder / "task.yaml").write_text(text)
    return tasks.read(folder / "task.yaml")


class TestTask:
    def test_is_read_whole(self, tmp_path: Path) -> None:
        task = read(WHOLE, tmp_path)
        assert task.wish == {
            "name": "train",
            "filters": {
                "model": ["A100-80GB"],
                "gpu_count": 8,
                "provider": ["aws"],
                "region": ["us-east-1"],
                "min_cpu_cores": 16,
                "min_ram_gb": 64,
            },
            "disk_gb": 256,
            "spot": True,
            "ports": [8888, 6006, 6007, 6008],
            "image": "pytorch/pytorch",
            "hibernation": {"idle_seconds": 600},
            "env": {"EPOCHS": "3", "DEBUG": "false"},
        }
        assert (task.setup, task.run) == ("pip install -r needs.txt", "python train.py --name 'a b'")

    @pytest.mark.parametrize(
        ("text", "field"),
        [
            ("resources: {instance_type: p4d}", "resources.instance_type"),
            ("num_nodes: 2", "num_nodes"),
            ("service: {replicas: 2}", "service"),
            ("resources: {accelerators: [H100:1, A100:8]}", "resources.accelerators"),
            ("resources: {image_id: ami-1}", "resources.image_id"),
            ("resources: {autostop: {idle_minutes: 5, down: true}}", "resources.autostop.down"),
            ("envs: {TOKEN: null}", "envs.TOKEN"),
            ("file_mounts: {/data: s3://bucket}", "file_mounts./data"),
            ("workdir: nowhere", "workdir"),
            ("- a list", "the file"),
            ("a: [", "YAML"),
        ],
    )
    def test_names_what_is_not_done_here(self, text: str, field: str, tmp_path: Path) -> None:
        with pytest.raises(Invalid) as refused:
            read(text, tmp_path)
        assert field in refused.value.message

    def test_gives_way_to_the_command_line(self, tmp_path: Path) -> None:
        said: dict[str, Any] = {
            "name": None,
            "filters": {"q": "L4"},
            "env": {"EPOCHS": "9"},
            "spot": False,
            "ports": [],
        }
        wish = tasks.under(read(WHOLE, tmp_path), said)
        assert (wish["name"], wish["filters"], wish["spot"]) == ("train", {"q": "L4"}, True)
        assert wish["env"] == {"EPOCHS": "9", "DEBUG": "false"}


class TestScripts:
    def run(self, script: str, folder: Path) -> tuple[int, str]:
        command = ["/bin/sh", "-c", script]
        found = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True, timeout=30)
        return found.returncode, found.stdout

    def test_set_up_and_then_run(self, tmp_path: Path) -> None:
        first, then = tasks.scripts(Task(setup="echo 'a b'", run="echo done; exit 3"))
        assert (self.run(first, tmp_path), self.run(then, tmp_path)) == ((0, "a b\n"), (3, "done\n"))

    def test_tell_of_a_setup_that_failed(self, tmp_path: Path) -> None:
        first, _ = tasks.scripts(Task(setup="false\necho on", run="echo done"))
        assert self.run(first, tmp_path) == (1, "")

    def test_set_up_before_what_the_command_line_wants_at_each_start(self, tmp_path: Path) -> None:
        first, then = tasks.scripts(Task(setup="echo up", run="echo done"), onstart="echo own\necho more")
        assert (self.run(first, tmp_path), self.run(then, tmp_path)) == ((0, "up\nown\nmore\n"), (0, "done\n"))
        assert self.run(tasks.scripts(Task(setup="false"), onstart="echo own")[0], tmp_path) == (1, "")

    def test_are_nothing_where_nothing_is_to_be_done(self) -> None:
        assert tasks.scripts(Task()) == ("", "")
        assert tasks.scripts(Task(), "token")[1] == ""

    def test_say_where_it_is_and_wait_for_what_is_brought(self, tmp_path: Path) -> None:
        token = f"test-{tmp_path.parent.name}-{tmp_path.name}"
        (tmp_path / tasks.marker(token)).touch()
        try:
            first, then = tasks.scripts(Task(setup="echo up", run="echo done; exit 4"), token)
            assert (self.run(first, tmp_path), self.run(then, tmp_path)) == ((0, ""), (4, "up\ndone\n"))
            assert Path(tasks.place(token)).read_text().strip() == str(tmp_path)
        finally:
            Path(tasks.place(token)).unlink(missing_ok=True)


class TestReader:
    def test_is_not_loaded_before_there_is_a_file(self) -> None:
        code = "import sys, dumont.cli.launch; print('yaml' in sys.modules)"
        found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert found.stdout.strip() == "False"
