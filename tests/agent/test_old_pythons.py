"""The agent keeps to Python 3.9, as the engine does, and needs nothing beside it."""

import ast
from pathlib import Path

import dumont.agent
from tests.agent.conftest import ROOT
from tests.snapstore import bare
from tests.snapstore.test_old_pythons import later, unions

FILES = sorted(Path(dumont.agent.__file__).parent.rglob("*.py"))


class TestAgent:
    def test_keeps_to_python_3_9(self) -> None:
        offences = []
        for path in FILES:
            tree = ast.parse(path.read_text(), path.name, feature_version=(3, 9))
            offences += [f"{path.name}: {what}" for what in (*later(tree), *unions(tree))]
        assert offences == []

    def test_takes_annotations_from_the_future(self) -> None:
        for path in FILES:
            assert "def " not in path.read_text() or "from __future__ import annotations" in path.read_text(), path

    def test_is_read_by_a_bare_python_from_one_file(self, program: Path, tmp_path: Path) -> None:
        script = (
            "import sys, zipfile, importlib; sys.path.insert(0, sys.argv[1])\n"
            "names = [n[:-3].replace('/', '.') for n in zipfile.ZipFile(sys.argv[1]).namelist() if n.endswith('.py')]\n"
            "mine = [n for n in names if n.startswith('dumont.agent') and not n.endswith('__main__')]\n"
            "[importlib.import_module(n.replace('.__init__', '')) for n in mine]\n"
            "print(len(mine))"
        )
        done = bare.run(bare.bare_python(bare.OLDEST), "-c", script, program, home=tmp_path)
        assert int(done.stdout) == len(FILES) - 1
        version = bare.run(bare.bare_python(bare.OLDEST), program, "version", home=tmp_path)
        assert version.stdout.strip() == dumont.agent.VERSION == _version_of_the_project()


def _version_of_the_project() -> str:
    line = next(line for line in (ROOT / "pyproject.toml").read_text().splitlines() if line.startswith("version = "))
    return line.split('"')[1]
