"""That this checkout keeps every rule, `make lint` asks; here it is seen that it asks all of it, and of all files."""

from pathlib import Path

import pytest

from tests.tidy.checks import CHECKS, Check
from tests.tidy.source import Tree

HERE = Path(__file__).parent
TREE = Tree(HERE.parents[1])
pytestmark = pytest.mark.xdist_group("tree")
"""To read it takes longer than any check does."""


class TestTree:
    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
    def test_is_guarded_by_checks_that_are_proved(self, check: Check) -> None:
        """Each has a deliberate sin in the test file of its module."""
        module = check.__module__.rsplit(".", 1)[-1]

        assert f"caught({module}.{check.__name__}, " in (HERE / f"test_{module}.py").read_text()

    def test_is_read_where_the_code_is(self) -> None:
        paths = {file.path for file in TREE.python}

        assert {"dumont/basics/errors.py", "tests/tidy/test_tree.py", "migrations/env.py"} <= paths
        assert not any("node_modules" in path or ".venv" in path for path in paths)

    def test_has_each_check_once(self) -> None:
        assert len(set(CHECKS)) == len(CHECKS) >= 20
