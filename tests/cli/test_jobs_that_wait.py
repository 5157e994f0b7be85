"""Jobs on a server without a worker, where they wait: cancelled, watched to that end, and run again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.build.accounts import PASSWORD
from tests.cli.conftest import ADA
from tests.cli.terminal import Terminal
from tests.conftest import DatabaseMaker
from tests.processes import Dumont


@pytest.fixture(scope="module")
def ada(make_database: DatabaseMaker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    folder: Path = tmp_path_factory.mktemp("waiting")
    with Dumont("web", "--port", "0", env={"DATABASE_URL": make_database(), "DUMONT_HOME": str(folder)}) as process:
        ada = Terminal(process.url, folder)
        ada.does("signup", "--email", ADA, "--name", "Ada", "--password-stdin", given=PASSWORD)
        yield ada


@pytest.fixture
def job(ada: Terminal) -> str:
    return ada.does("schedules", "run", "accounts.prune", "-q").out.strip()


class TestJobsThatWait:
    def test_are_cancelled_only_with_a_yes(self, ada: Terminal, job: str) -> None:
        assert ada.run("jobs", "cancel", job).code == 2
        assert ada.does("jobs", "cancel", job, "--yes", "--json").json["state"] == "cancelled"

    def test_are_run_again_from_a_pipe(self, ada: Terminal, job: str) -> None:
        ada.does("jobs", "cancel", job, "--yes")
        cancelled = ada.does("jobs", "ls", "--state", "cancelled", "--all", "-q").out
        assert job in cancelled.split()
        retried = ada.does("jobs", "retry", "-", "-q", given=job + "\n\n")
        assert retried.lines == [job]
        assert ada.does("jobs", "show", job, "--json").json["state"] in ("queued", "waiting")

    def test_end_a_watch_with_1_when_they_are_cancelled(self, ada: Terminal, job: str) -> None:
        ada.does("jobs", "cancel", job, "--yes")
        answer = ada.run("jobs", "watch", job)
        assert answer.code == 1
        assert "cancelled" in answer.out

    def test_are_shown_and_not_followed_where_nobody_looks(self, ada: Terminal, job: str) -> None:
        """In a pipe `show` answers at once, however long the job takes."""
        assert "accounts.prune" in ada.does("jobs", "show", job).out

    def test_wait_where_no_worker_is(self, ada: Terminal) -> None:
        answer = ada.does("workers")
        assert answer.out == ""
        assert "Nothing here" in answer.err
