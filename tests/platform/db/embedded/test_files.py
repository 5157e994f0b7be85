"""The small files beside the data: configuration, log, locks, folders."""

import os
import stat
from pathlib import Path

import pytest

from dumont.basics.errors import Invalid
from dumont.platform.db.embedded import logfile
from dumont.platform.db.embedded.account import Account
from dumont.platform.db.embedded.config import render
from dumont.platform.db.embedded.folders import FALLBACK, DataFolder, socket_dir
from dumont.platform.db.embedded.locks import FileLock, is_free
from tests.platform.db.embedded.conftest import Place, ask


class TestConfiguration:
    def test_lets_options_win_over_defaults_and_nothing_over_where_it_listens(self) -> None:
        text = render(major=15, socket_dir=Path("/run/x"), options={"WORK_MEM": "1MB", "port": "1"})
        assert "work_mem = '1MB'" in text
        assert "port = '5432'" in text
        assert "io_method" not in text

    def test_quotes_what_is_asked_for(self) -> None:
        assert r"search_path = 'it''s \\ here'" in render(
            major=18, socket_dir=Path("/x"), options={"search_path": r"it's \ here"}
        )

    @pytest.mark.parametrize("options", [{"a b": "1"}, {"include '/etc/passwd'": ""}, {"work_mem": "1\nport = 2"}])
    def test_refuses_what_would_be_a_line_of_its_own(self, options: dict[str, str]) -> None:
        with pytest.raises(Invalid):
            render(major=18, socket_dir=Path("/x"), options=options)


class TestLog:
    def test_is_cut_while_the_server_goes_on_writing_to_it(self, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(logfile, "BYTES_MAX", 100)
        with place.user() as user:
            user.trim_log()
            older = place.data.log.with_name("server.log.1")
            assert "ready to accept connections" in older.read_text()
            assert stat.S_IMODE(older.stat().st_mode) == 0o600
            ask(user.url, "do $$ begin raise log 'still here'; end $$", "select 1")
            assert place.data.log.read_bytes().lstrip(b"\0") == place.data.log.read_bytes()
            assert "still here" in place.data.log.read_text()

    def test_holds_slow_statements_without_their_parameters(self, place: Place) -> None:
        with place.user(options={"log_min_duration_statement": "0", "fsync": "off"}) as user:
            ask(user.url, "prepare asked(text) as select $1", "execute asked('a secret')")
            assert ask(user.url, "show log_parameter_max_length") == "0"
        assert "select $1" in place.data.log.read_text()


class TestFileLock:
    def test_is_shared_by_many_and_exclusive_for_one(self, tmp_path: Path) -> None:
        path = tmp_path / "lock"
        first, second = FileLock(path), FileLock(path)
        assert first.wait_shared(0)
        assert second.wait_shared(0)
        assert not first.try_exclusive()  # and has given its share up
        assert second.try_exclusive()
        assert not is_free(path)
        second.close()
        assert is_free(path)
        first.close()


class TestSocketFolder:
    def test_is_beside_the_data_where_that_is_short_enough(self, home: Path) -> None:
        folder = socket_dir(DataFolder(home), FALLBACK, _us())
        assert folder == home / "socket"
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert not list(folder.iterdir())

    def test_is_short_however_long_the_data_folder_is_called(self, tmp_path: Path) -> None:
        folder = socket_dir(DataFolder(tmp_path / ("x" * 200)), tmp_path / ("y" * 80), _us())
        assert folder.parent == FALLBACK
        folder.rmdir()

    def test_is_not_put_where_others_could_swap_it(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o777)
        folder = socket_dir(DataFolder(tmp_path), tmp_path, _us())
        assert folder.parent == FALLBACK
        folder.rmdir()


def _us() -> Account:
    return Account(os.geteuid(), os.getegid(), is_other=False)
