"""Connections, files and processes opened at import are caught."""

from collections.abc import Callable

import pytest

from tests.tidy import imports

Caught = Callable[..., list[str]]


class TestWorkAtImport:
    @pytest.mark.parametrize(
        ("source", "name"),
        [
            ("from sqlalchemy import create_engine\nengine = create_engine('x')\n", "sqlalchemy.create_engine"),
            ("import asyncpg\nconnection = asyncpg.connect('x')\n", "asyncpg.connect"),
            ("import httpx\nclient = httpx.Client()\n", "httpx.Client"),
            ("from redis.asyncio import Redis\nr = Redis.from_url('x')\n", "redis.asyncio.Redis.from_url"),
            ("x = 1\ntext = open('x').read()\n", "open"),
            ("from pathlib import Path\ntext = Path('x').read_text()\n", ".read_text"),
            ("import subprocess\nsubprocess.run(['x'])\n", "subprocess.run"),
            ("import httpx\ndef get(client=httpx.Client()): ...\n", "httpx.Client"),
            ("import httpx\nclass Till: client = httpx.AsyncClient()\n", "httpx.AsyncClient"),
        ],
    )
    def test_is_caught(self, caught: Caught, source: str, name: str) -> None:
        assert caught(imports.work_at_import, {"dumont/wallet/pay.py": source}) == [
            f"dumont/wallet/pay.py:2: work-at-import: `{name}` runs when the file is imported: make it in "
            "main/wiring.py, or in a function (`functools.cache` if once is enough)."
        ]

    def test_leaves_functions_types_and_what_runs_as_a_program(self, caught: Caught) -> None:
        source = """
            from typing import TYPE_CHECKING
            import httpx

            later = lambda: httpx.Client()
            if TYPE_CHECKING:
                open("x")

            async def fetch():
                return httpx.AsyncClient()

            class Till:
                def open(self):
                    return open("x")

            if __name__ == "__main__":
                open("x")
        """

        assert caught(imports.work_at_import, {"dumont/wallet/pay.py": source}) == []
