"""What is made from the API: its document, and the client's models. Both must be what the code of today makes."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.generate_client import DOCUMENT, MODELS, generate

MEND = "run `make openapi`"


class TestGenerated:
    def test_document_is_what_the_api_says_today(self, tmp_path: Path) -> None:
        made = tmp_path / "openapi.json"
        words = [sys.executable, "-m", "dumont", "openapi", "--output", str(made)]
        subprocess.run(words, check=True, env={"DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"})
        assert json.loads(made.read_text()) == json.loads(DOCUMENT.read_text()), MEND

    def test_models_are_what_the_document_says(self) -> None:
        assert generate(DOCUMENT) == MODELS.read_text(), MEND

    def test_models_cost_nothing_to_import(self) -> None:
        imported = {node.module for node in ast.walk(ast.parse(MODELS.read_text())) if isinstance(node, ast.ImportFrom)}
        assert imported == {"__future__", "typing"}

    @pytest.mark.parametrize("file", ["accounts.py", "admin.py", "jobs.py", "market.py"])
    def test_paths_of_the_client_are_those_of_the_document(self, file: str) -> None:
        """Each path that the client writes, up to its first id, begins a path of the API."""
        paths = set(json.loads(DOCUMENT.read_text())["paths"])
        tree = ast.parse((MODELS.parent / file).read_text())
        written = {
            node.value.split("?")[0].rstrip("/")
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("/")
        }
        known = {path.removeprefix("/api/v1") for path in paths}
        endings = {"/invitations", "/run", "/cancel", "/retry", "/reset-link", "/sign-out", "/test", "/deliveries"}
        assert written - endings
        for path in written - endings:
            assert any(one == path or one.startswith(path + "/") for one in known), path
