"""A repository of the real restic is listed, restored and written to; a newer restic's words are understood as well."""

import json
import os
import shutil
import stat
import sys
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from dumont.snapstore.blobs import Keys
from dumont.snapstore.errors import BadRequest, Cancelled, Damaged, KeyNeeded, Missing, NoRoom, StoreAway, StoreRefused
from dumont.snapstore.plain.meant import foreign_for
from dumont.snapstore.restic import Restic
from dumont.snapstore.restic_child import ResticAbsent, failure
from dumont.snapstore.track import Track

real = pytest.mark.skipif(shutil.which("restic") is None, reason="there is no restic here: `make tools` installs it")
PASSPHRASE = "a long one, with 'quotes' $and so on"


def tree(root: Path) -> Path:
    (root / "within").mkdir(parents=True)
    (root / "within" / "words").write_text("words\n" * 1000)
    (root / "noise").write_bytes(os.urandom(300_000))
    (root / "noise").chmod(0o640)
    (root / "link").symlink_to("within/words")
    return root


def contents(root: Path) -> dict[str, Any]:
    return {
        str(path.relative_to(root)): path.readlink() if path.is_symlink() else path.is_file() and path.read_bytes()
        for path in root.rglob("*")
    }


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Restic, Path, str]:
    """A repository with one snapshot in it, as all of this is slow: restic takes half a second to make its key."""
    folder = tmp_path_factory.mktemp("restic")
    repository = Restic(f"restic:{folder / 'repository'}", PASSPHRASE)
    repository.create()
    source = tree(folder / "source")
    track = Track()
    report = repository.backup(str(source), track, tags=("from-us",), exclude=("*.tmp",))
    assert (track.now().bytes, track.now().files) == (306_000, 2)
    assert report.sent > 300_000
    return repository, source, report.name


@real
class TestWithTheRealProgram:
    def test_lists_what_was_written(self, written: tuple[Restic, Path, str]) -> None:
        repository, source, name = written
        (snapshot,) = repository.snapshots()
        assert snapshot.id.startswith(name)
        assert snapshot.paths == (str(source),)
        assert snapshot.tags == ("from-us",)

    def test_restores_it_into_the_target_itself(self, written: tuple[Restic, Path, str], tmp_path: Path) -> None:
        repository, source, name = written
        track = Track()
        repository.restore(name, str(tmp_path / "target"), track)
        assert contents(tmp_path / "target") == contents(source)
        assert stat.S_IMODE((tmp_path / "target" / "noise").stat().st_mode) == 0o640
        assert track.now().bytes == track.now().bytes_total >= 306_000

    def test_restores_the_latest_of_one_tree_alone(self, written: tuple[Restic, Path, str], tmp_path: Path) -> None:
        repository, source, name = Restic(f"restic:{tmp_path / 'copy'}", PASSPHRASE), *written[1:]
        shutil.copytree(written[0].address.removeprefix("restic:"), tmp_path / "copy")
        assert foreign_for(repository, "latest", str(tmp_path)).startswith(name)
        other = tree(tmp_path / "other")
        repository.backup(str(other), Track())
        assert foreign_for(repository, "latest", str(source)).startswith(name)
        with pytest.raises(BadRequest, match="latest of what"):
            foreign_for(repository, "latest", str(tmp_path / "new"))
        assert foreign_for(repository, name, str(other)) == name

    def test_is_refused_with_another_passphrase(self, written: tuple[Restic, Path, str]) -> None:
        with pytest.raises(KeyNeeded) as refused:
            Restic(written[0].address, "another").snapshots()
        assert "another" not in str(refused.value)

    def test_says_what_is_not_there(self, written: tuple[Restic, Path, str], tmp_path: Path) -> None:
        with pytest.raises(Missing):
            written[0].restore("deadbeef", str(tmp_path), Track())
        with pytest.raises(Missing):
            Restic(f"restic:{tmp_path}/none", PASSPHRASE).snapshots()
        with pytest.raises(BadRequest):
            written[0].restore("--help", str(tmp_path), Track())
        with pytest.raises(BadRequest):
            written[0].backup(str(tmp_path / "none"), Track())


FAKE = """#!{python}
import json, os, signal, sys, time
if "version" in sys.argv:
    print("restic {version} compiled with go1.25"); sys.exit()
secret = open(os.environ["RESTIC_PASSWORD_FILE"]).read()
names = ("RESTIC_REPOSITORY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "RESTIC_PASSWORD")
with open({log!r}, "a") as log:
    run = {{"argv": sys.argv[1:], "secret": secret, **{{name: os.environ.get(name) for name in names}}}}
    log.write(json.dumps(run) + "\\n")
def say(kind, to=sys.stdout, **words):
    print(json.dumps({{"message_type": kind, **words}}), flush=True, file=to)
def end(*_):
    open({log!r} + ".ended", "w").close(); sys.exit(130)
signal.signal(signal.SIGINT, end)
if "stats" in sys.argv:
    print(json.dumps({{"total_size": 1000, "total_file_count": 4}})); sys.exit()
if "restore" in sys.argv:
    say("status", percent_done=0.5, total_files=4, files_restored=2, total_bytes=1000, bytes_restored=500)
    say("error", sys.stderr, item="/a", error={{"message": "no xattrs here"}})
    say("summary", total_files=4, files_restored=3, files_skipped=1, total_bytes=1000, bytes_restored=1000)
    sys.exit()
if "backup" in sys.argv:
    say("status", percent_done=0.1, total_files=4, files_done=1, total_bytes=1000, bytes_done=100)
    time.sleep(120)
say("exit_error", sys.stderr, code=12, message="Fatal: wrong password")
sys.exit(12)
"""


def fake(folder: Path, version: str = "0.18.1", address: str = "restic:s3:https://s3.example/bucket/prefix") -> Restic:
    program = folder / "restic"
    program.write_text(FAKE.format(python=sys.executable, log=str(folder / "log"), version=version))
    program.chmod(0o700)
    keys = Keys("the-access", "the-secret-key")
    return Restic(address, PASSPHRASE, keys, region="auto", binary=str(program))


class TestWithANewerOne:
    def test_follows_a_restore_and_notes_what_failed(self, tmp_path: Path) -> None:
        track = Track()
        report = fake(tmp_path).restore("latest", str(tmp_path / "target"), track, folder="/home")
        assert (report.files, report.bytes, report.notes) == (4, 1000, ["/a: no xattrs here"])
        assert track.now().bytes_total == 1000

    def test_hands_over_secrets_where_nobody_sees_them(self, tmp_path: Path) -> None:
        fake(tmp_path).restore("latest", str(tmp_path / "target"), Track())
        runs = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
        for run in runs:
            assert run["secret"] == PASSPHRASE
            assert run["RESTIC_PASSWORD"] is None
            assert run["AWS_SECRET_ACCESS_KEY"] == "the-secret-key"
            assert run["RESTIC_REPOSITORY"] == "s3:https://s3.example/bucket/prefix"
            assert not {PASSPHRASE, "the-secret-key", "the-access"} & set(run["argv"])
            assert "s3.connections=32" in run["argv"]

    def test_ends_the_child_when_it_is_cancelled(self, tmp_path: Path) -> None:
        (tmp_path / "source").mkdir()
        track = Track()
        caught: list[BaseException] = []

        def work() -> None:
            try:
                fake(tmp_path).backup(str(tmp_path / "source"), track)
            except Cancelled as error:
                caught.append(error)

        thread = Thread(target=work)
        thread.start()
        while track.now().bytes < 100 and thread.is_alive():
            thread.join(0.02)
        track.cancel()
        thread.join(60)
        assert caught
        assert (tmp_path / "log.ended").exists()

    def test_goes_by_the_code_it_ends_with(self, tmp_path: Path) -> None:
        with pytest.raises(KeyNeeded):
            fake(tmp_path).snapshots()

    def test_is_not_used_when_it_is_too_old(self, tmp_path: Path) -> None:
        with pytest.raises(BadRequest, match="too old"):
            fake(tmp_path, "0.9.6").snapshots()
        with pytest.raises(BadRequest, match="single folder"):
            fake(tmp_path, "0.15.2").restore("latest", str(tmp_path), Track(), folder="/home")


class TestRefusal:
    def test_says_how_to_install_it(self) -> None:
        with pytest.raises(ResticAbsent) as absent:
            Restic("restic:/nowhere", "x", binary="restic-that-is-not-there").snapshots()
        assert "apt-get install restic" in absent.value.hint

    def test_shows_no_password_of_an_address(self) -> None:
        assert Restic("restic:rest:https://me:hidden@host/x", "x").address == "restic:rest:https://host/x"

    @pytest.mark.parametrize(
        ("said", "kind"),
        [
            ("Fatal: unable to open config file: Stat: Access Denied.", StoreRefused),
            ("Fatal: unable to open config file: The request signature we calculated does not match", StoreRefused),
            ("Fatal: Get https://me:hidden@host/x: dial tcp: connection refused", StoreAway),
            ("Fatal: unable to open config file: stat config: no such file or directory", Missing),
            ("unable to create lock in backend: repository is already locked by PID 7", BadRequest),
            ("ciphertext verification failed", Damaged),
            ("write /target/x: no space left on device", NoRoom),
        ],
    )
    def test_is_by_kind(self, said: str, kind: type[Exception]) -> None:
        refused = failure(1, [said])
        assert isinstance(refused, kind)
        assert "hidden" not in refused.message
