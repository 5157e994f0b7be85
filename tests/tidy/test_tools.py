"""The tools that `make lint` calls do stop a sinner, with the settings of this project."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).parents[2]
SIN = dedent("""
    import os, json
    from datetime import datetime
    import time


    def Pay(names=[]):
        print(datetime.now(), time.time(), os.environ["HOME"])
        try:
            assert names
        except Exception:
            pass
    """)


def run(*command: str, stdin: str = "", cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    program = str(Path(sys.executable).with_name(command[0]))
    return subprocess.run(
        [program, *command[1:]], input=stdin, capture_output=True, text=True, cwd=cwd, timeout=120, check=False
    )


class TestRuff:
    def test_catches_a_sinner_in_the_product(self) -> None:
        done = run("ruff", "check", "--output-format=json", "--stdin-filename=dumont/wallet/pay.py", "-", stdin=SIN)
        codes = {offence["code"] for offence in json.loads(done.stdout)}

        assert done.returncode == 1
        # unused import, mutable default, naive time, print, banned names, bad name, swallowed error, assert
        assert codes >= {"F401", "B006", "DTZ005", "T201", "TID251", "N802", "S110", "S101"}

    def test_bans_the_clock_and_the_environment_by_name(self) -> None:
        done = run("ruff", "check", "--output-format=json", "--stdin-filename=dumont/wallet/pay.py", "-", stdin=SIN)
        said = {offence["message"] for offence in json.loads(done.stdout) if offence["code"] == "TID251"}

        assert {message.split("`")[1] for message in said} == {"datetime.datetime.now", "time.time", "os.environ"}

    def test_lets_the_command_line_print(self) -> None:
        source = '"""Says hello."""\n\nprint("hello")\n'

        assert run("ruff", "check", "--stdin-filename=dumont/cli/hello.py", "-", stdin=source).returncode == 0
        assert run("ruff", "check", "--stdin-filename=dumont/wallet/hello.py", "-", stdin=source).returncode == 1

    def test_lets_arguments_go_by_keyword(self) -> None:
        source = (
            "def pay(*, a: int, b: int, c: int, d: int, e: int, f: int) -> int:\n    return a + b + c + d + e + f\n"
        )

        assert run("ruff", "check", "--stdin-filename=dumont/wallet/pay.py", "-", stdin=source).returncode == 0

    def test_catches_a_file_out_of_format(self) -> None:
        done = run("ruff", "format", "--check", "--stdin-filename=dumont/wallet/pay.py", "-", stdin="x = {'a':1}\n")

        assert done.returncode == 1


class TestMypy:
    def test_catches_a_sinner(self, tmp_path: Path) -> None:
        sinner = tmp_path / "pay.py"
        sinner.write_text(
            dedent("""
            import asyncio
            def untyped(a):
                return a
            def pay(rows: dict) -> int:
                return "much"
            def hide() -> int:
                return "much"  # type: ignore
            async def forget() -> None:
                asyncio.create_task(forget())
                asyncio.sleep(1)
            """)
        )

        done = run("mypy", "--config-file=pyproject.toml", "--no-error-summary", str(sinner))
        found = {line.rsplit("[", 1)[-1].rstrip("]") for line in done.stdout.splitlines() if ": error:" in line}

        assert done.returncode == 1
        assert found == {
            "no-untyped-def",
            "type-arg",
            "return-value",
            "ignore-without-code",
            "unused-coroutine",
            "unused-awaitable",
        }


class TestLintImports:
    @pytest.fixture
    def copy(self, tmp_path: Path) -> Path:
        skip = shutil.ignore_patterns("__pycache__", "web")
        shutil.copytree(ROOT / "dumont", tmp_path / "dumont", ignore=skip)
        shutil.copy(ROOT / "pyproject.toml", tmp_path)
        return tmp_path

    def test_stops_a_sinful_import_with_the_way_out(self, copy: Path) -> None:
        with (copy / "dumont/basics/ids.py").open("a") as sinner:
            sinner.write("\nfrom dumont.platform.settings import Settings\n")

        done = run("lint-imports", "--no-cache", cwd=copy)
        said = " ".join(done.stdout.split())

        assert done.returncode == 1
        assert "dumont.basics.ids -> dumont.platform.settings" in said
        assert "Call downward, publish upward" in said


class TestRunner:
    def test_lists_offences_measures_and_fails(self, tmp_path: Path) -> None:
        place = tmp_path / "dumont/wallet/pay.py"
        place.parent.mkdir(parents=True)
        place.write_text("import time\nnow = time.time()\n")
        place.with_name("__init__.py").touch()
        (tmp_path / "dumont/__init__.py").touch()
        shutil.copytree(ROOT / "tests/tidy", tmp_path / "tests/tidy", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "tests/__init__.py", tmp_path / "tests")

        done = run("python", "-m", "tests.tidy", cwd=tmp_path)
        lines = done.stdout.splitlines()

        assert done.returncode == 1
        assert lines[0].startswith("dumont/wallet/pay.py:1: first-sentence: ")
        assert lines[1].startswith("dumont/wallet/pay.py:2: wall-clock: ")
        assert lines[-2].startswith("dumont: 1 files, no functions. tests: ")
        assert lines[-1].endswith(" checks, 2 offences.")
