"""`dumont snapshots`: alone against a folder, and at a server that lends its store."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from dumont.__main__ import command
from dumont.basics.errors import Conflict, Failure
from dumont.cli.snapshot_book import latest_of, named, state_of
from dumont.simulators.s3.server import S3Server
from dumont.snapstore.plain.rows import DIFF
from dumont.snapstore.plain.verbs import VERBS
from tests.cli.conftest import ADA, BOB, BUCKET
from tests.cli.terminal import Terminal

PATIENCE_SECONDS = 60


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    (root / "sub").mkdir(parents=True)
    (root / "sub" / "words").write_text("a few words\n" * 1000)
    (root / "link").symlink_to("sub/words")
    return root


def seen(root: Path) -> dict[str, object]:
    """All content, with modes and times."""
    found: dict[str, object] = {}
    for path in root.rglob("*"):
        known, content = path.lstat(), path.read_bytes() if path.is_file() else None
        found[str(path.relative_to(root))] = (content, known.st_mode, known.st_mtime_ns, known.st_nlink)
    return found


def row(manifest: str, root: str, label: str) -> dict[str, Any]:
    named = {"id": f"id-{manifest}", "manifest": manifest, "root": root, "label": label}
    return {**named, "owner": {"id": "me"}, "instance_id": None}


class Book:
    """At the server: the newest first."""

    def __init__(self, *rows: dict[str, Any]) -> None:
        self._rows = rows

    def all(self, *, limit: int | None = None, **_filters: Any) -> list[Any]:
        return [{"items": self._rows[:limit]}]


class TestSnapshots:
    def test_works_alone_against_a_folder(self, nobody: Terminal, tree: Path, tmp_path: Path) -> None:
        repository = ("-r", f"file://{tmp_path / 'repository'}")
        made = nobody.does("--json", "snapshots", "create", str(tree), "--init", "-q", *repository)
        name = json.loads(made.out)["name"]
        assert name in nobody.does("snapshots", "list", "--json", *repository).out
        nobody.does("snapshots", "restore", name[:8], str(tmp_path / "back"), "-q", *repository)
        assert (tmp_path / "back" / "link").read_text() == (tree / "sub" / "words").read_text()

    def test_shows_a_page_of_every_verb(self, nobody: Terminal) -> None:
        shown = nobody.does("snapshots", "--help").out
        assert all(f"    {verb} " in shown for verb in VERBS)
        for verb in VERBS:
            page = nobody.does("snapshots", verb, "--help").out
            assert page.startswith(f"usage: dumont snapshots {verb}")
            assert "--json" in page

    def test_says_what_is_missing_and_the_way_out(self, nobody: Terminal, tree: Path) -> None:
        answer = nobody.run("snapshots", "create", str(tree))
        assert answer.code == 1
        assert "--repository" in answer.err

    def test_keeps_a_folder_at_the_server_and_puts_it_back(
        self, seat: Callable[[str], Terminal], server: str, bucket: S3Server, tree: Path, tmp_path: Path
    ) -> None:
        """By addresses that the server has signed: the bytes go straight to its object store, and come from there."""
        (tree / "weights.bin").write_bytes(Random(1).randbytes(5_000_000))
        os.link(tree / "weights.bin", tree / "sub" / "same.bin")
        ada = seat(ADA)
        ada.does("snapshots", "create", str(tree), "--label", "box", "-q", "--server", server)
        target, deadline = tmp_path / "back", time.monotonic() + PATIENCE_SECONDS
        while (answer := ada.run("snapshots", "restore", "latest", str(target), "-q", "--server", server)).code:
            assert "no complete snapshot" in answer.err, answer
            assert time.monotonic() < deadline, answer
            time.sleep(0.2)
        assert seen(target) == seen(tree)
        packs = [key for key in bucket.keys(BUCKET) if "/packs/" in key]
        assert sum(bucket.file(BUCKET, key).stat().st_size for key in packs) > 5_000_000
        assert seat(BOB).run("snapshots", "restore", "latest", str(target), "--server", server).code
        (listed,) = json.loads(ada.does("snapshots", "list", "--label", "box", "--json", "--server", server).out)
        name = listed["manifest"][:12]
        assert f"{name}  complete" in ada.does("snapshots", "list", "--server", server).out
        assert f"manifest           {listed['manifest']}" in ada.does("snapshots", "show", name, "--server", server).out
        files = ada.does("snapshots", "show", name, "--files", "--json", "--server", server).out
        assert {one["path"]: one["size"] for one in json.loads(files)} == {
            "link": 0,
            "sub": 5_012_000,
            "weights.bin": 5_000_000,
        }
        assert ada.does("snapshots", "diff", name, name, "--server", server).out.split() == [*DIFF]
        told = ada.does("--server", server, "snapshots", "stats").out
        assert "in the store" in told
        assert re.search(r"^alone \S+ \d{4}-\d\d-\d\d \d\d:\d\d:\d\d ", told, re.MULTILINE)
        assert "no snapshot" in ada.run("snapshots", "show", "f" * 20, "--server", server).err

    @pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not here")
    def test_runs_on_a_machine_that_has_python_and_nothing_of_ours(
        self, seat: Callable[[str], Terminal], server: str, tree: Path, tmp_path: Path
    ) -> None:
        token = json.loads(seat(ADA).credentials.read_text())["servers"][server]["access_token"]
        ask = {"path": str(tree), "label": "bare"}
        api, me = f"{server}/api/v1/snapshots", {"authorization": f"Bearer {token}"}
        started = httpx.post(api, json=ask, headers=me, timeout=PATIENCE_SECONDS).json()
        words = started["bare_command"].replace("python3 ", f"{sys.executable} -I -S ")
        env = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "states")}
        done = subprocess.run(["sh", "-c", words], cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        found = httpx.get(f"{api}/{started['snapshot']['id']}", headers=me, timeout=PATIENCE_SECONDS).json()
        assert found["state"] in ("verifying", "complete")

    def test_is_meant_by_latest_where_it_is_of_the_folder_that_is_restored(self) -> None:
        """Else it would bring what an instance, a team or another folder has kept since."""
        book: Any = Book(row("c1", "/late", "late"), row("b1", "/b", "b"), row("a2", "/a", "a"), row("a1", "/a", "a"))
        assert latest_of(book, "/a") == "id-a2"
        with pytest.raises(Conflict, match=r"3 things that may be meant: a, b, late\."):
            latest_of(book, "/elsewhere")
        lone: Any = Book(row("b1", "/b", "b"))
        assert latest_of(lone, "/elsewhere") == "id-b1"
        assert latest_of(book, "/elsewhere", label="late") == "id-c1"
        both: Any = Book(row("d2", "/a/work", "work"), row("d1", "/b/work", "work"))
        with pytest.raises(Conflict, match="2 things"):
            latest_of(both)
        assert latest_of(both, "/b/work", only=True) == "id-d1"
        with pytest.raises(Failure, match="no complete snapshot"):
            latest_of(both, "/c/work", only=True)

    def test_is_not_found_by_less_than_it_takes(self) -> None:
        book: Any = Book(row("ab" * 32, "/a", "a"), row("ab" * 31 + "cd", "/a", "a"))
        assert named(book, "ab" * 31 + "c") == "id-" + "ab" * 31 + "cd"
        for word, why in (("", "no name"), ("aba", "no name"), ("abab", "2 snapshots"), ("f" * 9, "has no")):
            with pytest.raises(Failure, match=why):
                named(book, word)

    def test_tells_of_a_killed_one_that_it_is_silent(self) -> None:
        at, now = "2026-03-05T12:00:00Z", 1_772_712_000.0
        running: Any = {"state": "running", "progress": {"at": at}}
        assert state_of(running, now + 5) == "running"
        assert state_of(running, now + 185) == "silent for 3 min 05 s"
        assert state_of({**running, "state": "queued", "progress": None}, now) == "waiting"

    def test_is_found_by_its_word(self) -> None:
        assert "snapshots" in command().commands
