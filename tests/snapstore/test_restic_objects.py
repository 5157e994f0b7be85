"""What the real restic has written is read by its objects, proved to be whole, and handed about for a server."""

import hashlib
import json
import random
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from dumont.snapstore import restic_lent
from dumont.snapstore.blobs import Found, open_blobs
from dumont.snapstore.blobs.s3 import S3Blobs
from dumont.snapstore.errors import BadRequest, Damaged, KeyNeeded, Missing
from dumont.snapstore.restic import Restic
from dumont.snapstore.restic_lent import Back
from dumont.snapstore.restic_proof import _nodes_of, prove
from dumont.snapstore.restic_reading import MAGIC, PACKED, Reading, blobs_of, host_of, in_parallel, moment_of, opened
from dumont.snapstore.track import Track

real = pytest.mark.skipif(shutil.which("restic") is None, reason="there is no restic here: `make tools` installs it")
PASSWORD = "what restic asks for"
ASKED = "0190a2c4-6d1e-7b3f-8a55-0c9d4e2f1b60"


class FakeDoor:
    """A server that asks for one snapshot, and remembers what it hears."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict[str, Any]]] = []

    def get(self) -> dict[str, Any]:
        return {"snapshot_id": ASKED, "label": "box"}

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        self.heard.append((path, body))
        return {"cancel": False}

    def tell(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self.post(path, body)

    def told(self, path: str) -> dict[str, Any]:
        return next(body for heard, body in self.heard if heard == path)


class Written:
    """A repository with a snapshot that a server asked for, and one that a person made of the same folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.source, self.door = folder / "repository", folder / "source", FakeDoor()
        self.restic = Restic(f"restic:{self.folder}", PASSWORD, cache=str(folder / "cache"))
        (self.source / "deep" / "er").mkdir(parents=True)
        (self.source / "deep" / "er" / "words").write_bytes(random.Random(1).randbytes(6000))
        (self.source / "again").mkdir()
        shutil.copy(self.source / "deep" / "er" / "words", self.source / "again" / "words")
        (self.source / "__pycache__").mkdir()
        (self.source / "__pycache__" / "words.pyc").touch()
        self.restic.create()
        self.asked = restic_lent.create(self.door, self.restic, str(self.source), Track()).name  # type: ignore[arg-type]
        command = [*self.restic._command("backup", str(self.source))]
        subprocess.run(command, env=self.restic._env() | {"RESTIC_PASSWORD": PASSWORD}, check=True, capture_output=True)

    def read(self) -> Reading:
        return opened(open_blobs(str(self.folder)), PASSWORD)

    @contextmanager
    def without(self, name: Path) -> Iterator[None]:
        data = name.read_bytes()
        name.unlink()
        try:
            yield
        finally:
            name.write_bytes(data)

    def pack(self) -> Path:
        return max((self.folder / "data").rglob("*"), key=lambda path: path.stat().st_size if path.is_file() else 0)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """One for all, as restic takes its time to make a key."""
    return Written(tmp_path_factory.mktemp("restic"))


@real
class TestProof:
    def test_counts_what_is_in_the_tree(self, written: Written) -> None:
        proof = prove(written.read(), written.asked, Track())
        assert (proof.files, proof.bytes, proof.folder) == (2, 12_000, "")
        assert proof.packs == 2
        assert proof.raw_bytes == 6000, "the two are one chunk"
        assert restic_lent.tag_of(ASKED) in proof.saved.tags

    def test_finds_where_a_person_has_saved_it_from(self, written: Written) -> None:
        found = written.read()
        assert prove(found, found.find("latest").id, Track()).folder == str(written.source)
        assert found.find(written.asked[:8]).id == written.asked

    def test_fails_without_a_pack_or_with_one_that_is_cut(self, written: Written) -> None:
        pack, found = written.pack(), written.read()
        with written.without(pack), pytest.raises(Missing, match="1 of 2 packs"):
            prove(found, written.asked, Track())
        with written.without(pack):
            pack.write_bytes(b"short")
            with pytest.raises(Missing, match="or not of their size"):
                prove(found, written.asked, Track())

    def test_fails_where_the_snapshot_is_not_what_it_is_named_by(self, written: Written) -> None:
        place = written.folder / "snapshots" / written.asked
        with written.without(place):
            place.write_bytes(b"another" * 100)
            with pytest.raises(Damaged):
                prove(written.read(), written.asked, Track())
        with written.without(place), pytest.raises(Missing):
            prove(written.read(), written.asked, Track())

    def test_fails_where_no_index_tells_of_its_chunks(self, written: Written) -> None:
        (index,) = list((written.folder / "index").iterdir())[:1]
        found = written.read()
        with written.without(index), pytest.raises(Missing, match="in no index"):
            assert [prove(found, name, Track()) for name in (written.asked, found.find("latest").id)]

    def test_needs_the_password(self, written: Written, tmp_path: Path) -> None:
        with pytest.raises(KeyNeeded):
            opened(open_blobs(str(written.folder)), "another")
        with pytest.raises(Missing):
            opened(open_blobs(str(tmp_path)), PASSWORD)


@real
class TestForAServer:
    def test_tells_what_it_has_made(self, written: Written) -> None:
        told = written.door.told("/complete")
        assert told["manifest"] == written.asked
        assert (told["files"], told["bytes"]) == (2, 12_000)
        assert len(written.asked) == 64

    def test_puts_back_what_a_person_has_saved_without_the_folders_above_it(
        self, written: Written, tmp_path: Path
    ) -> None:
        (tmp_path / "deep").mkdir()
        back = Back(written.read().find("latest").id, str(tmp_path), folder=str(written.source))
        restic_lent.put_back(FakeDoor(), written.restic, back, Track())  # type: ignore[arg-type]
        assert sorted(path.name for path in tmp_path.iterdir()) == ["__pycache__", "again", "deep"]
        assert (tmp_path / "deep" / "er" / "words").read_bytes() == (written.source / "again" / "words").read_bytes()

    def test_removes_what_has_gone_since_and_nothing_else(self, written: Written, tmp_path: Path) -> None:
        shutil.copytree(written.source, tmp_path / "box", dirs_exist_ok=True)
        (tmp_path / "box" / "own").write_text("of nobody's snapshot")
        (tmp_path / "less").mkdir()
        (tmp_path / "less" / "new").write_text("new")
        newer = written.restic.whole_id(written.restic.backup(str(tmp_path / "less"), Track()).name)
        back = Back(newer, str(tmp_path / "box"), before=written.asked)
        restic_lent.put_back(FakeDoor(), written.restic, back, Track())  # type: ignore[arg-type]
        assert sorted(path.name for path in (tmp_path / "box").iterdir()) == ["__pycache__", "new", "own"]

    def test_tells_why_it_failed(self, written: Written, tmp_path: Path) -> None:
        door = FakeDoor()
        with pytest.raises(Missing):
            restic_lent.put_back(door, written.restic, Back("0" * 64, str(tmp_path)), Track())  # type: ignore[arg-type]
        assert door.told("/failed")["code"] == "object_missing"


class TestWords:
    @pytest.mark.parametrize(
        "address",
        [
            "restic:/folder",
            "restic:s3:https://user:secret@s3.example.com/bucket",
            "restic:s3:https://s3.example.com",
            "restic:s3:ftp://s3.example.com/bucket",
            "restic:s3:https://s3.example.com:port/bucket",
            "s3://bucket/box",
        ],
    )
    def test_that_name_no_bucket_are_refused_and_not_said_again(self, address: str) -> None:
        with pytest.raises(BadRequest) as refused:
            host_of(address)
        assert "secret" not in refused.value.message

    def test_that_name_one_are_understood(self) -> None:
        assert host_of("restic:s3:https://s3.example.com:9000/bucket/box") == "s3.example.com"
        assert host_of("restic:s3:s3.amazonaws.com/bucket") == "s3.amazonaws.com"

    def test_that_name_amazon_are_for_the_region_that_it_tells_of(self) -> None:
        blobs = blobs_of("restic:s3:s3.amazonaws.com/bucket/box", None, "eu-west-3")
        assert isinstance(blobs, S3Blobs)
        assert blobs._known.origin.host == "bucket.s3.eu-west-3.amazonaws.com"

    def test_of_a_moment_are_read_with_their_zone(self) -> None:
        assert moment_of("2026-11-22T01:10:56.746940244+01:00") == moment_of("2026-11-22T00:10:56.746940Z")
        for wrong in ("yesterday", "2026-99-22T00:00:00Z", "0001-01-01T00:00:00+23:00"):
            with pytest.raises(Damaged):
                moment_of(wrong)


class Bucket:
    """One that its owner has filled to do harm: what is listed is small or not, what is sent has no end."""

    address = "s3://evil"

    def __init__(self, listed: Iterable[Found] = (), objects: Mapping[str, bytes] | None = None) -> None:
        self.listed, self.objects = listed, dict(objects or {})
        self.asked: list[tuple[str, int | None]] = []

    def list(self, prefix: str) -> Iterator[Found]:
        made = [Found(name, len(data), 0.0) for name, data in self.objects.items()]
        return (found for found in chain(self.listed, made) if found.name.startswith(prefix))

    def find(self, name: str) -> Found | None:
        return next((found for found in self.list(name)), None)

    def get(self, name: str, start: int = 0, length: int | None = None) -> bytes:
        self.asked.append((name, length))
        return self.objects[name][start:][:length]

    def read(self) -> Reading:
        return Reading(self, OpenKey())  # type: ignore[arg-type]


class OpenKey:
    """Seals nothing."""

    def opened(self, data: bytes) -> bytes:
        return data


def named(folder: str, data: bytes) -> dict[str, bytes]:
    return {f"{folder}/{hashlib.sha256(data).hexdigest()}": data}


class TestABucketThatDoesHarm:
    """Each of these would fill the memory of the worker that reads it."""

    @pytest.mark.parametrize("size", [1 << 20, 1 << 40])
    def test_sends_no_key_longer_than_any_is(self, size: int) -> None:
        bucket = Bucket([Found(f"keys/{'a' * 64}", size, 0.0)])
        with pytest.raises(Damaged, match="larger than any"):
            opened(bucket, PASSWORD)  # type: ignore[arg-type]
        assert not bucket.asked

    @pytest.mark.parametrize("folder", ["snapshots", "index"])
    def test_sends_no_more_than_it_listed_and_no_document_longer_than_any_is(self, folder: str) -> None:
        small = Bucket(objects=named(folder, b'{"time": "2026-11-22T00:10:56Z"}'))
        read, more = small.read(), Bucket([Found(f"{folder}/{'a' * 64}", 65 << 20, 0.0)]).read()
        assert list(read.packs()) == [] if folder == "index" else read.find("latest").tree == ""
        assert [length for _, length in small.asked] == [32]
        with pytest.raises(Damaged, match="larger than any"):
            assert list(more.packs()) if folder == "index" else more.find("latest")

    def test_packs_nothing_that_takes_more_room_than_any_does(self) -> None:
        claims = PACKED + MAGIC + bytes([0b10100000]) + (65 << 20).to_bytes(4, "little")
        with pytest.raises(Damaged, match="larger than any"):
            list(Bucket(objects=named("index", claims)).read().packs())

    @pytest.mark.parametrize(
        "data", [b"[" * 100_000, b'{"packs":[' + b"[]," * 400_000 + b"[]]}", b'{"packs": 1', b"[]"]
    )
    def test_writes_nothing_that_takes_far_more_memory_than_its_text(self, data: bytes) -> None:
        with pytest.raises(Damaged):
            list(Bucket(objects=named("index", data)).read().packs())

    @pytest.mark.parametrize("wrong", [{"length": 1 << 40}, {"length": -1}, {"uncompressed_length": 1 << 40}])
    def test_tells_of_no_folder_larger_than_any_is(self, wrong: dict[str, int]) -> None:
        tree = {"id": "b" * 64, "type": "tree", "offset": 0, "length": 100, **wrong}
        index = json.dumps({"packs": [{"id": "a" * 64, "blobs": [tree]}]}).encode()
        snapshot = named("snapshots", json.dumps({"tree": "b" * 64, "time": "x"}).encode())
        bucket = Bucket(objects={**named("index", index), **snapshot})
        with pytest.raises(Damaged, match="larger than any"):
            prove(bucket.read(), next(iter(snapshot)).rpartition("/")[2], Track())

    def test_makes_no_answer_that_is_not_understood_ours_to_mend(self) -> None:
        odd = named("snapshots", b'{"tree": 5, "time": []}')
        bucket = Bucket(objects={**odd, **named("index", b'{"packs": [5]}')})
        with pytest.raises(Damaged):
            prove(bucket.read(), next(iter(odd)).rpartition("/")[2], Track())
        with pytest.raises(Damaged):
            Bucket(objects=named("snapshots", b'{"tags": 5}')).read().find("latest")

    def test_is_not_held_but_in_part_while_it_is_read(self) -> None:
        held: list[int] = []
        made = in_parallel(lambda size: held.append(size) or size, [40 << 20] * 5, lambda size: size)  # type: ignore[func-returns-value]
        assert [len(held) for _ in made] == [1, 2, 3, 4, 5]
        assert len(list(in_parallel(lambda size: size, range(50), lambda size: size))) == 50


class TestNodes:
    def test_of_a_folder_are_the_same_one_by_one_as_all_at_once(self) -> None:
        nodes: list[dict[str, Any]] = [{"name": "a,]}", "content": ["b"]}, {"name": "é", "type": "dir"}]
        for kept in (nodes, nodes[:1], []):
            text = json.dumps({"nodes": kept}, separators=(",", ":")).encode()
            assert list(_nodes_of(text + b"\n")) == list(_nodes_of(json.dumps({"nodes": kept}).encode())) == kept
        assert list(_nodes_of(b'{"nodes":null}')) == []
        for cut in (b'{"nodes":[', b'{"nodes":[{"name":"a"}', b'{"nodes":[{"name":"a"},'):
            with pytest.raises(ValueError):
                list(_nodes_of(cut))
