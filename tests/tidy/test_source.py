"""Names are followed home through every form of import."""

import ast

import pytest

from tests.tidy.source import File


class TestFile:
    @pytest.mark.parametrize(
        ("path", "line", "target"),
        [
            ("dumont/wallet/pay.py", "import dumont.fleet.store", "dumont.fleet.store"),
            ("dumont/wallet/pay.py", "from dumont import fleet", "dumont.fleet"),
            ("dumont/wallet/pay.py", "from . import store", "dumont.wallet.store"),
            ("dumont/wallet/pay.py", "from .store import rows", "dumont.wallet.store.rows"),
            ("dumont/wallet/rules/fees.py", "from ..store import rows", "dumont.wallet.store.rows"),
            ("dumont/wallet/__init__.py", "from . import store", "dumont.wallet.store"),
            ("dumont/wallet/__init__.py", "from .store import rows", "dumont.wallet.store.rows"),
        ],
    )
    def test_resolves_an_import(self, path: str, line: str, target: str) -> None:
        assert [found.target for found in File(path, line).imports] == [target]

    @pytest.mark.parametrize(
        ("line", "name"),
        [
            ("import os.path", "os.path.join"),
            ("import os.path as paths", "os.path.join"),
            ("from os import path", "os.path.join"),
        ],
    )
    def test_resolves_a_use(self, line: str, name: str) -> None:
        used = {"import os.path": "os.path", "import os.path as paths": "paths", "from os import path": "path"}[line]
        file = File("dumont/wallet/pay.py", f"{line}\nx = {used}.join\n")

        assert name in {use.target for use in file.uses if use.line == 2}

    def test_knows_no_name_for_a_result(self) -> None:
        file = File("dumont/wallet/pay.py", "x().y\n")

        assert file.full_name(ast.parse("x().y", mode="eval").body) is None
