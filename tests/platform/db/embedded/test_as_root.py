"""What root does, whom PostgreSQL refuses: it becomes somebody else, and changes nothing that is not its own."""

import os
import pwd
import shutil
import stat
from pathlib import Path

import pytest

from dumont.basics.errors import Unavailable
from dumont.platform.db.embedded import find_binaries
from dumont.platform.db.embedded.account import Account
from dumont.platform.db.embedded.folders import DataFolder, socket_dir
from tests.platform.db.embedded.conftest import Place, ask

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
SOMEBODY = pwd.getpwnam("daemon").pw_uid


class TestAsRoot:
    def test_runs_the_server_under_a_harmless_account(self, place: Place) -> None:
        with place.user():
            uid = Path(f"/proc/{place.server_pid()}").stat().st_uid
        assert pwd.getpwuid(uid).pw_name in {"postgres", "nobody"}

    def test_gives_only_the_data_to_the_account_asked_for_and_keeps_to_its_owner(self, empty: Place) -> None:
        with empty.user(uid=SOMEBODY) as user:
            ask(user.url, "create table kept (n int)", "select 1")
            owners = {path.name: path.stat().st_uid for path in empty.data.root.iterdir()}
        assert {name for name, uid in owners.items() if uid == SOMEBODY} == {"cluster", "password", "socket"}
        assert empty.data.root.stat().st_uid == 0
        with empty.user() as user:
            assert Path(f"/proc/{empty.server_pid()}").stat().st_uid == SOMEBODY
            assert ask(user.url, "select count(*) from kept") == 0

    def test_refuses_a_folder_that_the_account_cannot_get_to_and_leaves_it_closed(self, home: Path) -> None:
        closed = home / "closed"
        closed.mkdir(mode=0o700)
        with pytest.raises(Unavailable, match=f"can't pass through {closed} ") as caught:
            Place(closed / "data").user().start()
        assert caught.value.code == "database_folder_closed"
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700

    def test_finds_a_way_where_it_makes_the_parents_itself(self, home: Path) -> None:
        place = Place(home / "new" / "newer" / "data")
        before = os.umask(0o077)
        try:
            with place.user() as user:
                assert ask(user.url, "select 1") == 1
        finally:
            os.umask(before)
            place.clear()

    def test_copies_programs_that_the_account_cannot_get_to(self, empty: Place, home: Path) -> None:
        closed = _closed_programs(home / "closed")
        with empty.user(bin_dir=closed) as user:
            assert ask(user.url, "create extension btree_gist", "select 1") == 1
            running = Path(f"/proc/{empty.server_pid()}/exe").readlink()
        (copy,) = empty.data.root.glob("binaries-*")
        assert running.is_relative_to(copy)
        assert not [path for path in copy.rglob("*") if path.stat().st_uid != 0 or path.stat().st_mode & 0o022]
        with empty.user(bin_dir=closed) as user:
            assert ask(user.url, "select 1") == 1
        assert list(empty.data.root.glob("binaries-*")) == [copy]

    def test_refuses_a_socket_folder_that_somebody_else_made(self, home: Path) -> None:
        data, account = DataFolder(home / ("x" * 100)), Account(SOMEBODY, SOMEBODY, is_other=True)
        folder = socket_dir(data, home, account)
        assert folder.parent == home
        assert folder.stat().st_uid == SOMEBODY
        os.chown(folder, 65_534, 65_534)
        with pytest.raises(Unavailable) as caught:
            socket_dir(data, home, account)
        assert caught.value.code == "database_socket_foreign"


def _closed_programs(folder: Path) -> Path:
    """The package as a virtual environment in root's home has it; links are enough, and quick."""
    package = find_binaries().bin_dir.parents[1]
    folder.mkdir(mode=0o700)
    for name in (package.name, f"{package.name}.libs"):
        if (package.parent / name).is_dir():
            shutil.copytree(package.parent / name, folder / name, copy_function=os.link)
    return folder / package.name / "pginstall" / "bin"
