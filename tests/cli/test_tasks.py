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


class TestScript:
    def run(self, script: str, folder: Path) -> str:
        command = ["/bin/sh", "-c", f"{script}\nwait"]
        return subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True, timeout=30).stdout

    def test_sets_up_and_then_runs(self, tmp_path: Path) -> None:
        assert self.run(tasks.script(Task(setup="echo 'a b'", run="echo done")), tmp_path) == "a b\ndone\n"

    def test_runs_nothing_after_a_setup_that_failed(self, tmp_path: Path) -> None:
        assert self.run(tasks.script(Task(setup="false\necho on", run="echo done")), tmp_path) == ""

    def test_says_where_it_is_and_waits_for_what_is_brought(self, tmp_path: Path) -> None:
        token = f"test-{tmp_path.parent.name}-{tmp_path.name}"
        (tmp_path / tasks.marker(token)).touch()
        try:
            assert self.run(tasks.script(Task(run="echo done"), token), tmp_path) == "done\n"
            assert Path(tasks.place(token)).read_text().strip() == str(tmp_path)
        finally:
            Path(tasks.place(token)).unlink(missing_ok=True)


class TestReader:
    def test_is_not_loaded_before_there_is_a_file(self) -> None:
        code = "import sys, dumont.cli.launch; print('yaml' in sys.modules)"
        found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert found.stdout.strip() == "False"
