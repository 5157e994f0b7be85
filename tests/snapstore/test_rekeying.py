"""A repository gets another passphrase: whatever happens meanwhile, the old or the new one opens it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from dumont.snapstore import seal
from dumont.snapstore.config import CONFIG
from dumont.snapstore.errors import BadRequest, Exists, KeyNeeded
from dumont.snapstore.rekeying import change_passphrase
from dumont.snapstore.repository import create, open_repository
from tests.build import snapstore as build
from tests.fakes.blobs import MemoryBlobs
from tests.snapstore.places import Place

OLD, NEW = "open sesame", "sésame, ouvre-toi"


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """What keeps guessers busy for half a second has its own tests."""
    monkeypatch.setattr(seal, "MEMORY_KIB", 64)
    monkeypatch.setattr(seal, "ROUNDS", 1)


class Killed(BaseException):
    pass


def opens(blobs: MemoryBlobs, passphrase: str) -> bool:
    try:
        open_repository(blobs, passphrase)
    except KeyNeeded:
        return False
    return True


class TestAnotherPassphrase:
    def test_opens_what_was_kept_before(self, place: Place) -> None:
        made = create(place.open(), OLD)
        name = build.snapshot(made, {b"a": b"content"})
        change_passphrase(place.open(), OLD, NEW)
        assert open_repository(place.open(), NEW).load(name).paths[1] == b"a"
        with pytest.raises(KeyNeeded):
            open_repository(place.open(), OLD)
        assert [one for one in place.names() if one == CONFIG] == [CONFIG]
        build.snapshot(made, {b"b": b"by whoever opened it before"})
        assert len(open_repository(place.open(), NEW).listed()) == 2

    def test_is_wrapped_with_another_salt_and_leaves_all_else(self) -> None:
        blobs = build.fresh(OLD).blobs
        before = {**json.loads(blobs.objects[CONFIG]), "of a newer program": 7}
        blobs.objects[CONFIG] = json.dumps(before).encode()
        change_passphrase(blobs, OLD, NEW)
        after = json.loads(blobs.objects[CONFIG])
        was, is_ = before.pop("encryption"), after.pop("encryption")
        assert before == after
        assert {name for name in was if was[name] != is_[name]} == {"salt", "wrapped"}

    def test_is_there_or_is_not_wherever_we_are_killed(self) -> None:
        acts, ended = 0, False
        while not ended:
            blobs = build.fresh(OLD).blobs
            blobs.before = _killing_at(acts)
            try:
                change_passphrase(blobs, OLD, NEW)
                ended = True
            except Killed:
                acts += 1
            blobs.before = None
            assert opens(blobs, OLD) != opens(blobs, NEW)
        assert acts >= 3

    def test_is_refused_for_a_wrong_one_an_empty_one_and_a_repository_without(self) -> None:
        blobs = build.fresh(OLD).blobs
        before = dict(blobs.objects)
        with pytest.raises(KeyNeeded):
            change_passphrase(blobs, "wrong", NEW)
        with pytest.raises(BadRequest):
            change_passphrase(blobs, OLD, "")
        assert blobs.objects == before
        with pytest.raises(BadRequest, match="not encrypted"):
            change_passphrase(build.fresh().blobs, OLD, NEW)

    def test_of_somebody_else_in_the_same_moment_is_told(self, tmp_path: Path) -> None:
        blobs = build.fresh(OLD).blobs
        reads = iter(range(9))

        def meanwhile(act: str, name: str) -> None:
            if (act, name) == ("get", CONFIG) and next(reads) == 1:
                blobs.before = None
                blobs.objects[CONFIG] = theirs

        other = MemoryBlobs()
        other.objects.update(blobs.objects)
        change_passphrase(other, OLD, "theirs")
        theirs = other.objects[CONFIG]
        blobs.before = meanwhile
        with pytest.raises(Exists, match="Somebody else"):
            change_passphrase(blobs, OLD, NEW)
        assert opens(blobs, "theirs")


def _killing_at(wanted: int) -> Callable[[str, str], None]:
    acts = iter(range(99))

    def before(_act: str, _name: str) -> None:
        if next(acts) == wanted:
            raise Killed

    return before
