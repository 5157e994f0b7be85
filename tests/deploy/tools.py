"""The files of deploy/, and the programs that judge them where a machine has them."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from dumont.platform.settings import Settings, env_names

ROOT = Path(__file__).parents[2]
CHART = ROOT / "deploy" / "helm" / "dumont"
COMPOSE = ROOT / "deploy" / "compose"
Manifest = dict[str, Any]

# Read before the settings are: where to find them.
KNOWN = {name for field in Settings.model_fields for name in env_names(field)} | {"DUMONT_CONFIG"}
SECRET = {
    name
    for field, info in Settings.model_fields.items()
    if "SecretStr" in str(info.annotation)
    for name in env_names(field)
}
TAG = re.compile(r"^[\w./-]+:(?!latest)[\w.-]*\d[\w.-]*$")


def program(name: str) -> str:
    """The path of a linter, from the virtual environment or the machine; the test is skipped where there is none."""
    found = shutil.which(name, path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))
    if found is None:
        pytest.skip(f"no {name} on this machine")
    return found


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **environment}
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=env)


def read_yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


def rendered(values: Manifest, folder: Path) -> dict[str, str]:
    """The chart's templates by name, through Helm itself: its library from PyPI, or its program."""
    if importlib.util.find_spec("helm_python"):
        import helm_python

        chart = helm_python.Chart.load(CHART)
        return {
            name.split("/", 1)[1]: text for name, text in chart.render(values, name="prod", namespace="prod").items()
        }
    given = folder / "values.json"
    given.write_text(json.dumps(values))
    done = run(program("helm"), "template", "prod", str(CHART), "--namespace", "prod", "--values", str(given))
    if done.returncode:
        raise ValueError(done.stderr)
    parts = re.split(r"^# Source: dumont/(.+)$", done.stdout, flags=re.MULTILINE)[1:]
    texts: dict[str, str] = {}
    for name, text in zip(parts[::2], parts[1::2], strict=True):
        texts[name] = texts.get(name, "") + "\n---\n" + text
    return texts


def manifests(values: Manifest, folder: Path) -> list[Manifest]:
    texts = rendered(values, folder)
    return [
        found
        for name, text in texts.items()
        if name.endswith(".yaml")
        for found in yaml.safe_load_all(text)
        if found is not None
    ]
