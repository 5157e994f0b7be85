"""How the embedded server is started, shared and stopped."""

import asyncio
import os
import stat
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from dumont.basics.errors import Unavailable
from dumont.platform.db.engine import sqlalchemy_url
from tests.platform.db.embedded.conftest import Place, ask, until


class TestEmbeddedPostgres:
    def test_makes_the_database_at_the_first_start_and_keeps_its_rows(self, empty: Place) -> None:
        with empty.user(options={}) as first:
            assert ask(first.url, "show fsync") == "on"
            ask(first.url, "create table kept (n int)", "insert into kept values (42) returning n")
        assert not empty.is_running()
        with empty.user() as second:
            assert ask(second.url, "select n from kept") == 42
            assert ask(second.url, "select current_database()") == "dumont"

    def test_gives_a_url_that_sqlalchemy_takes(self, place: Place) -> None:
        async def asking(url: str) -> int | None:
            engine = create_async_engine(sqlalchemy_url(url))
            async with engine.connect() as connection:
                answer: int | None = (await connection.execute(text("select 7"))).scalar()
            await engine.dispose()
            return answer

        with place.user() as user:
            assert asyncio.run(asking(user.url)) == 7

    def test_holds_bookings_apart(self, place: Place) -> None:
        with place.user() as user:
            ask(
                user.url,
                "create extension btree_gist",
                "create table booking (node text, during tstzrange, exclude using gist (node with =, during with &&))",
                "insert into booking values ('a', '[2026-01-01,2026-01-03)') returning 1",
            )
            with pytest.raises(asyncpg.ExclusionViolationError):
                ask(user.url, "insert into booking values ('a', '[2026-01-02,2026-01-04)') returning 1")

    def test_lets_in_nobody_without_the_password(self, place: Place) -> None:
        with place.user() as user:
            password = place.data.password.read_text().strip()
            with pytest.raises(asyncpg.InvalidPasswordError):
                ask(user.url.replace(password, "guessed"), "select 1")
        assert stat.S_IMODE(place.data.password.stat().st_mode) == 0o600

    def test_listens_on_no_network_even_if_asked_to(self, place: Place) -> None:
        with place.user(options={"listen_addresses": "*"}) as user:
            assert ask(user.url, "show listen_addresses") == ""
            folder = ask(user.url, "show unix_socket_directories")
            assert stat.S_IMODE(Path(folder).stat().st_mode) == 0o700
        assert not Path(folder).exists()

    def test_is_small_unless_told_otherwise(self, place: Place) -> None:
        with place.user(options={"work_mem": "9MB"}) as user:
            assert ask(user.url, "show shared_buffers") == "16MB"
            assert ask(user.url, "show work_mem") == "9MB"

    def test_shows_why_a_start_failed(self, place: Place) -> None:
        with pytest.raises(Unavailable, match=r"shared_buffers.*nonsense") as caught:
            place.user(options={"shared_buffers": "nonsense"}).start()
        assert caught.value.code == "database_start_failed"
        assert not place.is_running()

    def test_is_out_of_reach_of_our_ctrl_c(self, place: Place) -> None:
        with place.user():
            assert os.getpgid(place.server_pid()) != os.getpgid(0)

    def test_never_stops_a_server_that_somebody_else_started(self, place: Place) -> None:
        user = place.user()
        url = user.start()
        place.data.server_lock.unlink()  # now nothing says that this server is one of ours
        with place.user() as other:
            assert other.url == url
        user.stop()
        assert ask(url, "select 1") == 1

    def test_starts_no_second_server_beside_one_that_it_cannot_reach(self, place: Place) -> None:
        user = place.user()
        user.start()
        place.data.server_lock.unlink()
        _socket_dir(user.url).joinpath(".s.PGSQL.5432").unlink()
        with pytest.raises(Unavailable, match="somebody else started") as caught:
            place.user().start()
        assert caught.value.code == "database_started_elsewhere"


class TestUsers:
    def test_share_one_server_that_the_last_one_out_stops(self, place: Place) -> None:
        first, second = place.user(), place.user()
        assert first.start() == second.start()
        pid = place.server_pid()
        first.stop()
        assert place.server_pid() == pid
        assert ask(second.url, "select 1") == 1
        second.stop()
        assert not place.is_running()

    def test_share_it_over_processes_that_all_come_first(self, empty: Place) -> None:
        processes = [empty.process() for _ in range(4)]
        urls = {process.url() for process in processes}
        assert len(urls) == 1
        assert ask(urls.pop(), "select 1") == 1
        for process in processes:
            assert empty.is_running()
            assert process.leave() == 0
        assert not empty.is_running()

    def test_leave_no_zombie_when_another_process_stops_the_server(self, place: Place) -> None:
        ours = place.user()
        ours.start()
        pid, process = place.server_pid(), place.process()
        process.url()
        ours.stop()
        assert place.is_running()
        process.leave()
        until(lambda: not _exists(pid))

    def test_may_stop_twice_and_start_again(self, place: Place) -> None:
        user = place.user()
        user.start()
        user.stop()
        user.stop()
        assert ask(user.start(), "select 1") == 1


def _socket_dir(url: str) -> Path:
    return Path(str(make_url(url).query["host"]))


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
