"""What is killed, and what the next start finds."""

import asyncio
import os
import shutil
import signal
import subprocess
import threading
from pathlib import Path

import asyncpg
import pytest

from dumont.basics.errors import Unavailable
from dumont.platform.db.embedded.account import choose_account
from dumont.platform.db.embedded.server import StillStarting
from tests.platform.db.embedded.conftest import Place, ask, until

BUSY = "select count(*) from generate_series(1, 4000000)"  # a loop that never looks whether its server is alive


class TestKilledUser:
    def test_leaves_a_server_that_the_next_one_joins_and_stops(self, place: Place) -> None:
        process = place.process()
        url = process.url()
        ask(url, "create table left_by_user (n int)", "insert into left_by_user values (1) returning n")
        pid = place.server_pid()
        process.kill()
        assert place.is_running()
        with place.user() as user:
            assert place.server_pid() == pid
            assert ask(user.url, "select n from left_by_user") == 1
        assert not place.is_running()

    def test_in_the_middle_of_making_the_data_is_made_good(self, empty: Place) -> None:
        process = empty.process()
        until((empty.data.root / "cluster.init" / "PG_VERSION").exists)
        process.kill()
        assert not empty.data.cluster.exists()
        with empty.user() as user:
            assert ask(user.url, "select 1") == 1
        assert not (empty.data.root / "cluster.init").exists()


class TestKilledServer:
    def test_comes_back_with_every_row_while_its_sessions_still_run(self, place: Place) -> None:
        user = place.user()
        ask(
            user.start(),
            "create table left_by_server (n int)",
            "insert into left_by_server select generate_series(1, 100) returning 1",
        )
        busy = threading.Thread(target=_ignoring_loss, args=(user.url,))
        busy.start()
        until(lambda: ask(user.url, f"select count(*) from pg_stat_activity where query = '{BUSY}'") == 1)
        os.kill(place.server_pid(), signal.SIGKILL)
        assert ask(user.start(), "select count(*) from left_by_server") == 100
        busy.join()
        user.stop()
        assert not place.is_running()

    def test_comes_back_when_its_socket_was_cleaned_away(self, place: Place) -> None:
        user = place.user()
        folder = ask(user.start(), "show unix_socket_directories")
        shutil.rmtree(folder)
        assert ask(user.start(), "select 1") == 1

    def test_is_left_alone_without_its_socket_while_others_use_it(self, place: Place) -> None:
        user, other = place.user(), place.user()
        folder = ask(user.start(), "show unix_socket_directories")
        other.start()
        shutil.rmtree(folder)
        pid = place.server_pid()
        with pytest.raises(Unavailable) as caught:
            user.start()
        assert caught.value.code == "database_socket_lost"
        assert place.server_pid() == pid
        other.stop()
        assert ask(user.start(), "select 1") == 1

    def test_goes_on_recovering_when_a_start_gives_up(self, place: Place) -> None:
        impatient = place.user()
        impatient.start_seconds = 0
        with pytest.raises(StillStarting):
            impatient.start()
        assert place.is_running()
        with place.user() as user:
            assert ask(user.url, "select 1") == 1
        assert not place.is_running()


class TestPidFileLeftBehind:
    @pytest.fixture
    def left(self, place: Place) -> list[str]:
        """The lines of the file that a killed server leaves."""
        with place.user():
            return (place.data.cluster / "postmaster.pid").read_text().splitlines()

    @pytest.fixture
    def bystander(self, place: Place) -> "subprocess.Popen[bytes]":
        """A process of the account that the server runs under: PostgreSQL itself would take it for one."""
        options = choose_account(place.data.cluster).spawn_options()
        return subprocess.Popen(["/bin/sleep", "60"], **options)

    def test_names_nobody(self, place: Place, left: list[str], bystander: "subprocess.Popen[bytes]") -> None:
        bystander.kill()
        bystander.wait()
        self._starts_in_spite_of(bystander.pid, place, left)

    def test_names_another_program(self, place: Place, left: list[str], bystander: "subprocess.Popen[bytes]") -> None:
        try:
            self._starts_in_spite_of(bystander.pid, place, left)
            assert bystander.poll() is None
        finally:
            bystander.kill()
            bystander.wait()

    def test_names_a_zombie(self, place: Place, left: list[str], bystander: "subprocess.Popen[bytes]") -> None:
        bystander.kill()
        try:
            self._starts_in_spite_of(bystander.pid, place, left)
        finally:
            bystander.wait()

    @staticmethod
    def _starts_in_spite_of(pid: int, place: Place, left: list[str]) -> None:
        for path in (place.data.cluster / "postmaster.pid", Path(left[4]) / ".s.PGSQL.5432.lock"):
            path.parent.mkdir(mode=0o700, exist_ok=True)
            choose_account(place.data.cluster).own(path.parent)
            path.write_text("\n".join([str(pid), *left[1:], ""]))
        with place.user() as user:
            assert place.server_pid() != pid
            assert ask(user.url, "select 1") == 1
        assert not place.is_running()


class TestData:
    def test_of_another_major_is_refused_with_the_way_out(self, spoilt: Place) -> None:
        (spoilt.data.cluster / "PG_VERSION").write_text("14\n")
        with pytest.raises(Unavailable, match="made by PostgreSQL 14") as caught:
            spoilt.user().start()
        assert caught.value.code == "database_major_differs"
        assert "dumont db export" in (caught.value.hint or "")

    def test_without_its_password_is_refused_and_not_left_running(self, spoilt: Place) -> None:
        spoilt.data.password.unlink()
        with pytest.raises(Unavailable) as caught:
            spoilt.user().start()
        assert caught.value.code == "database_password_lost"
        assert not spoilt.is_running()

    def test_where_a_file_stands_is_refused_in_a_sentence(self, home: Path) -> None:
        (home / "file").touch()
        with pytest.raises(Unavailable, match=r"can't use .*file") as caught:
            Place(home / "file").user().start()
        assert caught.value.code == "database_folder_unusable"


def _ignoring_loss(url: str) -> None:
    try:
        ask(url, BUSY)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, asyncio.CancelledError):
        return
