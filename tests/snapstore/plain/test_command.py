"""The plain command line: every word of it on a real repository, in JSON and as tables."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dumont.snapstore.backup import BackupReport
from dumont.snapstore.blobs.local import LocalBlobs
from dumont.snapstore.errors import SnapError, StoreAway, StoreRefused
from dumont.snapstore.plain import opening
from dumont.snapstore.plain.command import CANCELLED, FAILED, USAGE, main
from dumont.snapstore.plain.opening import NEW_PASSPHRASE, PASSPHRASE, REPOSITORY
from dumont.snapstore.plain.verbs import GOOD, PARTLY, status_of
from dumont.snapstore.scan import Note
from dumont.snapstore.track import Track
from dumont.snapstore.waiting import Waiting
from tests.fakes.blobs import MemoryBlobs

Say = Callable[..., Any]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    (root / "within").mkdir(parents=True)
    (root / "within" / "words").write_text("words\n" * 3000)
    (root / "first").write_bytes(os.urandom(2000))
    return root


@pytest.fixture
def say(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Say:
    monkeypatch.setenv(REPOSITORY, str(tmp_path / "repository"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "states"))
    monkeypatch.delenv(PASSPHRASE, raising=False)

    def said(*words: str | Path, status: int = GOOD) -> Any:
        ended = main([*map(str, words), "--json", "--quiet"])
        out = capsys.readouterr()
        assert ended == status, out.out + out.err
        return json.loads(out.out)

    return said


class TestWords:
    def test_take_show_compare_and_restore(self, say: Say, tree: Path, tmp_path: Path) -> None:
        say("init")
        first = say("create", tree, "--label", "mine", "--tag", "one")["name"]
        (tree / "first").write_bytes(b"other")
        (tree / "new").write_bytes(b"n")
        second = say("create", tree, "--label", "mine")
        assert (second["parent"], second["read"]) == (first, 6)
        assert [one["name"] for one in say("list", "--label", "mine")] == [second["name"], first]
        assert say("list", "--label", "other") == []
        assert say("show", first[:10])["entries"] == {"files": 2, "folders": 2, "symlinks": 0, "hardlinks": 0}
        assert [one["path"] for one in say("show", "latest", "--files", "within")] == ["within", "within/words"]
        differences = {(one["path"], one["what"]) for one in say("diff", first) if one["kind"] == "file"}
        assert differences == {("first", "changed"), ("new", "added")}
        restored = say("restore", first, tmp_path / "target", "--include", "within")
        assert restored["complete"]
        assert (tmp_path / "target" / "within" / "words").read_text() == "words\n" * 3000
        assert not (tmp_path / "target" / "first").exists()

    def test_read_little_behind_a_restore(self, say: Say, tree: Path, tmp_path: Path) -> None:
        """On another machine each file has another inode: what was put back is remembered."""
        first = say("create", tree, "--init", "--label", "mine")
        target = tmp_path / "target"
        say("restore", "latest", target)
        (target / "first").write_bytes(b"other")
        second = say("create", target, "--label", "mine")
        assert (second["parent"], second["unchanged_files"], second["read"]) == (first["name"], 1, 5)
        assert not (tmp_path / "target" / "states").exists()
        fetched = say("restore", second["name"], target)["fetched"]
        assert fetched == 0

    def test_forget_by_policy_and_prune(self, say: Say, tree: Path) -> None:
        first = say("create", tree, "--init")["name"]
        (tree / "first").write_bytes(os.urandom(3000))
        second = say("create", tree)["name"]
        assert say("forget", "--keep-last", "1", "--dry-run")["forgotten"] == [first]
        assert len(say("list")) == 2
        say("forget", "--keep-last", "1")
        assert [one["name"] for one in say("list")] == [second]
        assert "doomed" in say("prune")
        assert say("stats")["snapshots"] == 1
        assert say("forget", status=FAILED)["error"]["code"] == "bad_request"

    def test_say_the_name_alone_where_quiet_was_asked_for(
        self, say: Say, tree: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["create", str(tree), "--init", "--quiet"]) == GOOD
        name = capsys.readouterr().out.strip()
        assert [one["name"] for one in say("list")] == [name]

    def test_forget_nothing_of_one_folder_for_another(self, say: Say, tree: Path, tmp_path: Path) -> None:
        other = tmp_path / "other" / "tree"
        shutil.copytree(tree, other)
        first, second = say("create", tree, "--init")["name"], say("create", other)["name"]
        assert say("forget", "--keep-last", "1")["forgotten"] == []
        third = say("create", tree)["name"]
        assert say("forget", "--keep-last", "1", "--dry-run")["forgotten"] == [first]
        assert {one["name"] for one in say("list")} == {first, second, third}

    def test_keep_no_repository_in_itself(self, say: Say, tree: Path, tmp_path: Path) -> None:
        """Each snapshot would hold all those before it; and a restore with --delete would remove what it reads."""
        own = tree / "within" / "my [backups]"
        first = say("create", tree, "--init", "-r", own)
        assert (first["files"], say("create", tree, "-r", own)["files"]) == (2, 2)
        paths = [one["path"] for one in say("show", "--files", "-r", own)]
        assert paths == ["first", "within", "within/words"]
        error = say("restore", "latest", tree, "--delete", "-r", own, status=FAILED)["error"]
        assert "repository would be removed" in error["message"]
        (tree / "first").unlink()
        say("restore", "latest", tree, "-r", own)
        assert (tree / "first").exists()
        assert say("create", own, "-r", own, status=FAILED)["error"]["code"] == "bad_request"

    @pytest.mark.parametrize("address", ["s3:s3.amazonaws.com/bucket", "sftp:me@host:/there", "b2:bucket"])
    def test_take_an_address_of_restics_for_no_folder(self, say: Say, tree: Path, address: str) -> None:
        assert "restic" in say("create", tree, "--init", "-r", address, status=FAILED)["error"]["hint"]

    def test_are_listed_for_who_says_none(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main([]) == USAGE
        assert "Take a snapshot of a folder" in capsys.readouterr().out

    def test_tell_of_each_tree_why_a_snapshot_stays_or_goes(
        self, say: Say, tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        other = tmp_path / "other" / "tree"
        shutil.copytree(tree, other)
        first, second = say("create", tree, "--init")["name"], say("create", other, "--label", "b")["name"]
        third, damaged = say("create", tree)["name"], say("create", other, "--label", "b")["name"]
        (tmp_path / "repository" / "snapshots" / damaged).write_bytes(b"?")
        told = say("forget", "--keep-daily", "1", "--dry-run")
        assert told["forgotten"] == [first]
        mine = next(group for group in told["groups"] if group["root"] == str(tree))
        assert ([one["name"] for one in mine["kept"]], mine["forgotten"]) == ([third], [first])
        assert mine["kept"][0]["reasons"] == ["last", "daily"]
        assert main(["forget", "--keep-daily", "1", "--dry-run"]) == GOOD
        lines = capsys.readouterr().out.splitlines()
        said = {
            name[:12]: next(line for line in lines if name[:12] in line) for name in (first, second, third, damaged)
        }
        assert said[first[:12]].endswith("goes: not among 1 daily")
        assert said[third[:12]].endswith("stays: last, daily")
        assert said[second[:12]].startswith("b ")
        assert said[damaged[:12]].endswith("stays: can't be read")
        assert str(tree) in said[first[:12]]

    def test_show_the_latest_of_one_tree_alone(self, say: Say, tree: Path, tmp_path: Path) -> None:
        other = tmp_path / "other" / "tree"
        shutil.copytree(tree, other)
        first = say("create", tree, "--init", "--label", "a")["name"]
        assert say("show")["name"] == first
        second = say("create", other)["name"]
        for words in (["show"], ["show", "latest", "--files"], ["diff", "latest"], ["forget", "latest"]):
            assert "latest of what" in say(*words, status=FAILED)["error"]["message"]
        assert say("show", "latest", "--label", "a")["name"] == first
        assert say("show", "--path", other)["name"] == second
        assert say("restore", "latest", tmp_path / "new", "--path", tree)["snapshot"] == first
        assert say("show", "--path", tmp_path, status=FAILED)["error"]["code"] == "object_missing"
        assert say("show", "--path", other, "--label", "a", status=FAILED)["error"]["code"] == "object_missing"
        assert say("create", tree, "--label", "a", "--parent", "latest")["parent"] == first
        assert {one["name"] for one in say("list")} > {first, second}

    def test_put_back_the_latest_of_this_folder_and_of_no_other(self, say: Say, tree: Path, tmp_path: Path) -> None:
        other = tmp_path / "other" / "tree"
        shutil.copytree(tree, other)
        first, second = say("create", tree, "--init", "--label", "a")["name"], say("create", other)["name"]
        assert say("restore", "latest", tree)["snapshot"] == first
        assert say("restore", "latest", other)["snapshot"] == second
        error = say("restore", "latest", tmp_path / "new", status=FAILED)["error"]
        assert (error["code"], str(other) in error["message"]) == ("bad_request", True)
        assert not (tmp_path / "new").exists()
        assert say("restore", "latest", tmp_path / "new", "--label", "a")["snapshot"] == first
        assert say("diff", first) == []

    def test_check_names_what_damage_touches(self, say: Say, tree: Path, tmp_path: Path) -> None:
        name = say("create", tree, "--init")["name"]
        assert say("check", "--read-data")["sound"]
        for pack in (tmp_path / "repository" / "packs").rglob("*"):
            if pack.is_file():
                pack.chmod(0o600)
                pack.write_bytes(pack.read_bytes()[:20] + b"\0\0\0\0\0\0\0\0" + pack.read_bytes()[28:])
        problems = say("check", "--read-data", status=PARTLY)["problems"]
        assert "first" in str(problems)
        assert "first" in str(say("restore", name, tmp_path / "target", status=PARTLY)["damaged"])

    def test_say_which_snapshot_is_damaged_and_take_the_one_before(
        self, say: Say, tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        first = say("create", tree, "--init", "--label", "mine")["name"]
        (tree / "new").write_bytes(b"n")
        second = say("create", tree, "--label", "mine")["name"]
        manifest = tmp_path / "repository" / "snapshots" / second
        data = manifest.read_bytes()
        for spoiled in (data[:-1] + b"?", data[:-1], data[:20] + b"?" + data[21:]):
            manifest.write_bytes(spoiled)
            assert {one["name"]: one["state"] for one in say("list")} == {first: "ok", second: "damaged"}
            restored = say("restore", "latest", tmp_path / "back", "--rescan")
            assert (restored["snapshot"], restored["complete"]) == (first, True)
            assert second[:12] in restored["notes"][0]
            assert say("forget", "--keep-last", "1")["forgotten"] == []
        assert main(["show", "latest", "--json"]) == GOOD
        assert f"{second[:12]} is not what" in capsys.readouterr().err
        (tmp_path / "repository" / "snapshots" / first).write_bytes(b"?")
        assert say("show", "latest", status=FAILED)["error"]["code"] == "object_damaged"

    def test_keep_hot_files(self, say: Say, tree: Path, tmp_path: Path) -> None:
        say("init")
        (tmp_path / "list").write_text("within/words\n/first\n")
        assert say("hot", "mine", "--set", tmp_path / "list") == ["within/words", "first"]
        say("create", tree, "--label", "mine")
        assert say("hot", "mine") == ["within/words", "first"]
        assert say("hot", "other") == []

    def test_answer_in_tables_too(self, tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        place = ["-r", str(tmp_path / "repository"), "--quiet"]
        for words in (["create", str(tree), "--init"], ["list"], ["show"], ["show", "--files"], ["stats"], ["check"]):
            assert main([*words, *place]) == GOOD
        out = capsys.readouterr().out
        assert "within/words" in out
        assert "by compression" in out

    @pytest.mark.skipif(not os.geteuid(), reason="root reads everything")
    def test_tell_by_the_status_that_a_file_could_not_be_read(self, say: Say, tree: Path) -> None:
        (tree / "first").chmod(0)
        say("create", tree, "--init", status=PARTLY)

    def test_tell_by_the_status_what_is_missing(self) -> None:
        whole = BackupReport("", 0, 0, 0, 0, 0, 0, 0, None, Track().now(), [Note(b"pipe", "left out: no pipes")])
        assert status_of(whole) == GOOD
        assert status_of(replace(whole, notes=[Note(b"a", "not read: Permission denied")])) == PARTLY

    def test_say_when_nothing_of_that_name_is_in_a_snapshot(self, say: Say, tree: Path) -> None:
        say("create", tree, "--init")
        assert say("show", "--files", "elsewhere", status=FAILED)["error"]["code"] == "object_missing"
        assert len(say("show", "--files", "/")) == 3

    @pytest.mark.parametrize("words", [["prune", "--grace-hours", "nan"], ["prune", "--grace-hours", "-1"],
                                       ["forget", "--keep-last", "-3"]])  # fmt: skip
    def test_take_no_figures_below_nothing(self, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit):
            main(words)
        assert words[1] in capsys.readouterr().err

    def test_let_no_label_steer_the_terminal(self, tree: Path, capsys: pytest.CaptureFixture[str], say: Say) -> None:
        say("create", tree, "--init", "--label", "\x1b]0;mine\x07")
        assert main(["list", "--quiet"]) == GOOD
        out = capsys.readouterr().out
        assert "\\x1b]0;mine\\x07" in out
        assert "\x1b" not in out

    @pytest.mark.parametrize("asked", [["restore", "latest", "there", "--delete"],
                                       ["restore", "latest", "there", "--overwrite", "keep"],
                                       ["create", ".", "--label", "mine"]])  # fmt: skip
    def test_do_nothing_else_to_restic_than_what_was_asked(
        self, say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: list[str]
    ) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv(PASSPHRASE, "open sesame")
        refused = say(*asked, "-r", f"restic:{tmp_path / 'nowhere'}", status=FAILED)["error"]
        assert refused["code"] == "bad_request"
        assert not (tmp_path / "there").exists()


class TestSecrets:
    def test_open_by_environment_or_file(
        self, say: Say, tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(PASSPHRASE, "open sesame")
        say("init")
        say("create", tree)
        monkeypatch.delenv(PASSPHRASE)
        assert say("list", status=FAILED)["error"]["code"] == "key_needed"
        (tmp_path / "phrase").write_text("open sesame\n")
        assert len(say("list", "--passphrase-file", tmp_path / "phrase")) == 1
        (tmp_path / "phrase").write_text("wrong\n")
        refused = say("list", "--passphrase-file", tmp_path / "phrase", status=FAILED)
        assert refused["error"]["code"] == "key_needed"
        assert "wrong\n" not in json.dumps(refused)

    def test_are_changed_by_environment_or_file(
        self, say: Say, tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(PASSPHRASE, "open sesame")
        say("init")
        name = say("create", tree)["name"]
        assert say("key", status=FAILED)["error"]["code"] == "key_needed"
        (tmp_path / "new").write_text("another\n")
        assert say("key", "--new-passphrase-file", tmp_path / "new")["changed"]
        assert say("list", status=FAILED)["error"]["code"] == "key_needed"
        monkeypatch.setenv(PASSPHRASE, "another")
        assert [one["name"] for one in say("list")] == [name]
        monkeypatch.setenv(NEW_PASSPHRASE, "a third")
        assert say("key")["changed"]
        monkeypatch.setenv(PASSPHRASE, "a third")
        assert [one["name"] for one in say("list")] == [name]

    def test_of_no_use_are_not_changed(self, say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        say("init")
        monkeypatch.setenv(NEW_PASSPHRASE, "another")
        assert "not encrypted" in say("key", status=FAILED)["error"]["message"]
        assert "restic" in say("key", "-r", f"restic:{tmp_path}", status=FAILED)["error"]["hint"]

    def test_are_not_left_unused(self, say: Say, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Who holds the store may exchange the config: nothing is written in the clear then."""
        say("init")
        monkeypatch.setenv(PASSPHRASE, "open sesame")
        refused = say("create", tree, status=FAILED)["error"]
        assert (refused["code"], "not encrypted" in refused["message"]) == ("bad_request", True)
        monkeypatch.delenv(PASSPHRASE)
        assert say("list") == []


class TestAStore:
    @pytest.mark.parametrize(("error", "said"), [(StoreAway("No answer."), "endpoint"),
                                                 (StoreRefused("No."), "AWS_ACCESS_KEY_ID")])  # fmt: skip
    def test_that_does_not_let_us_in_is_told_with_the_way_out(
        self, say: Say, monkeypatch: pytest.MonkeyPatch, error: SnapError, said: str
    ) -> None:
        def refuse(_act: str, _name: str) -> None:
            raise error

        monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
        monkeypatch.setattr(opening, "open_blobs", lambda *_place, **_where: MemoryBlobs(refuse))
        assert said in say("list", status=FAILED)["error"]["hint"]


class TestAStoreThatIsAway:
    def test_is_waited_for_by_what_takes_long(
        self, say: Say, tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Patient(LocalBlobs):
            asked = 0

            def wait_by(self, waiting: Waiting) -> None:
                assert waiting.now() is None
                Patient.asked += 1

        monkeypatch.setattr(opening, "open_blobs", lambda address, *_keys, **_where: Patient(address))
        long = (["create", tree, "--init"], ["check"], ["restore", "latest", tree], ["stats"], ["prune"])
        for number, words in enumerate(long, 1):
            say(*words)
            assert Patient.asked == number
        say("list")
        assert Patient.asked == len(long)


class TestStopping:
    def test_ends_with_one_sentence_when_asked(self, tree: Path, tmp_path: Path) -> None:
        # A file without an end holds the work up until we have asked it to stop.
        script = (
            "import sys, dumont.snapstore.plain.verbs as verbs, signal, os\n"
            "from dumont.snapstore.plain.command import main\n"
            "def backup(_repository, _root, _options, track):\n"
            "    os.kill(os.getpid(), signal.SIGINT)\n"
            "    while True: track.add(size=1)\n"
            "verbs.backup = backup\n"
            "sys.exit(main(sys.argv[1:]))\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", script, "create", tree, "--init", "-r", tmp_path / "repository"],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        assert done.returncode == CANCELLED, done.stderr
        assert "Stopped, as asked." in done.stderr
        assert "Traceback" not in done.stderr
