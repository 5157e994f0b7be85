"""What our writer keeps, a reader that was made from FORMAT.md alone brings back; and it refuses what ours refuses."""

import copy
import json
import os
import random
import struct
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dumont.snapstore import codec, hot, native, seal
from dumont.snapstore.backup import BackupOptions, backup
from dumont.snapstore.blobs import open_blobs
from dumont.snapstore.codec import planes, zstd
from dumont.snapstore.errors import Hostile
from dumont.snapstore.model import HOLE, Kind, Manifest
from dumont.snapstore.repository import Repository, create
from dumont.snapstore.track import Track
from tests.build import snapstore as build
from tests.snapstore.other_reader import Reader, Refused, decoded

CHANCE = random.Random(7)
WEIGHTS = [CHANCE.gauss(0, 0.02) for _ in range(140_000)]
PASSPHRASE = "open, sésame"
KINDS = {
    "plain": (None, "aes-256-gcm"),
    "aes": (PASSPHRASE, "aes-256-gcm"),
    "chacha": (PASSPHRASE, "chacha20-poly1305"),
}


@dataclass
class Kept:
    """A repository of two snapshots, and what the tree was at each."""

    folder: Path
    passphrase: str | None
    repository: Repository
    reader: Reader
    trees: dict[str, dict[Path, tuple[object, ...]]] = field(default_factory=dict)
    twins: dict[str, set[frozenset[Path]]] = field(default_factory=dict)
    """Which paths were one file, at each."""

    def take(self, tree: Path) -> None:
        options = BackupOptions("box", tags=("one",), defaults=False, pack_bytes=1 << 20)
        name = backup(self.repository, os.fsencode(tree), options, Track()).name
        self.trees[name], self.twins[name] = seen(tree), twins(tree)


@pytest.fixture(scope="module", params=KINDS)
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    passphrase, cipher = KINDS[request.param]
    folder, tree = tmp_path_factory.mktemp("kept") / "repository", tmp_path_factory.mktemp("tree")
    with pytest.MonkeyPatch.context() as patch:  # what it takes to open it stands in its config
        patch.setattr(seal, "MEMORY_KIB", 1024)
        repository = create(open_blobs(f"file://{folder}"), passphrase, cipher)
    made = Kept(folder, passphrase, repository, Reader(folder, passphrase))
    plant(tree)
    made.take(tree)
    change(tree)
    with pytest.MonkeyPatch.context() as patch:  # as on a machine that has nothing but Python
        patch.setattr(native, "load", lambda: None)
        patch.setattr(zstd, "can_write", lambda: False)
        made.take(tree)
    return made


def plant(root: Path) -> None:
    for name in ("a", "a/deep", "a/deep/empty folder", "models"):
        (root / name).mkdir()
    words = [CHANCE.randbytes(4).hex() for _ in range(500)]
    contents = {
        b"a/b": b"in a folder",
        b"a-b": b"by its order in front of a/b, by the order of parts behind it",
        b"a.b": b"",
        b"a/deep/odd \xff\n name": b"odd",
        b"-rf ~": b"\0" * 100,
        "naïve ☃".encode(): b"snow",
        b"text": b" ".join(CHANCE.choices([word.encode() for word in words], k=120_000)),
        b"noise": CHANCE.randbytes(300_001),
        b"alike": b"\xa5" * 300_000,
        b"models/fp16": b"".join(struct.pack("<e", one) for one in WEIGHTS),
        b"models/bf16.safetensors": b"".join(struct.pack("<f", one)[2:] for one in WEIGHTS),
        b"models/fp32": b"".join(struct.pack("<f", one) for one in WEIGHTS[:70_000]) + b"odd",
        b"models/bf16 in fp32": b"".join(b"\0\0" + struct.pack("<f", one)[2:] for one in WEIGHTS[:70_000]),
    }
    contents |= {b"a/file %d" % number: CHANCE.randbytes(CHANCE.randrange(2000)) for number in range(40)}
    for path, content in contents.items():
        Path(os.fsdecode(os.fsencode(root) + b"/" + path)).write_bytes(content)
    dress(root)


def dress(root: Path) -> None:
    """Everything of a tree that is not content."""
    with (root / "sparse").open("wb") as file:
        for place in (1 << 20, 3 << 20):
            file.seek(place)
            file.write(CHANCE.randbytes(5000))
        file.truncate(5 << 20)
    for name, target in (("link", "/etc/passwd"), ("a/up", "../text"), ("loop", "loop")):
        (root / name).symlink_to(target)
    (root / "a/deep/twin").hardlink_to(root / "text")
    (root / "third").hardlink_to(root / "text")
    (root / "a/other").hardlink_to(root / "models/fp32")
    (root / "noise").chmod(0o4711)
    (root / "alike").chmod(0o400)
    (root / "models").chmod(0o2750)
    try:
        os.setxattr(root / "text", b"user.kind", b"prose\0\xff")
        os.setxattr(root / "text", b"user.none", b"")
        os.setxattr(root / "models", b"user.kind", b"folder")
    except OSError:  # a disk that has none: the trees are compared as they are
        pass
    os.utime(root / "noise", ns=(0, -1_500_000_001))
    os.utime(root / "link", ns=(0, 1_234_567_890_123_456_789), follow_symlinks=False)
    os.utime(root / "a/deep", ns=(0, 1))


def change(root: Path) -> None:
    (root / "a/b").write_bytes(b"another")
    (root / "a/file 3").unlink()
    (root / "third").unlink()
    (root / "new text").write_bytes(b"".join(b"line %d of many\n" % number for number in range(12_000)))
    with (root / "noise").open("ab") as file:
        file.write(b"more")


def seen(root: Path) -> dict[Path, tuple[object, ...]]:
    return {path.relative_to(root): look(path) for path in [root, *root.rglob("*")]}


def look(path: Path) -> tuple[object, ...]:
    known = path.lstat()
    content: object = None
    if path.is_symlink():
        content = path.readlink()
    elif path.is_file():
        content = path.read_bytes()
    return known.st_mode, known.st_uid, known.st_gid, known.st_mtime_ns, sorted(attributes(path)), content


def attributes(path: Path) -> list[tuple[str, bytes]]:
    try:
        names = [name for name in os.listxattr(path, follow_symlinks=False) if name.startswith("user.")]
        return [(name, os.getxattr(path, name, follow_symlinks=False)) for name in names]
    except OSError:  # a disk that has none
        return []


def twins(root: Path) -> set[frozenset[Path]]:
    found: dict[int, set[Path]] = defaultdict(set)
    for path in root.rglob("*"):
        if path.lstat().st_nlink > 1 and not path.is_dir():
            found[path.lstat().st_ino].add(path.relative_to(root))
    return {frozenset(paths) for paths in found.values()}


class TestReader:
    def test_brings_back_every_snapshot_byte_by_byte(self, kept: Kept, tmp_path: Path) -> None:
        for number, (name, tree) in enumerate(kept.trees.items()):
            target = tmp_path / str(number)
            kept.reader.restore(name, target)
            assert seen(target) == tree
            assert twins(target) == kept.twins[name]
            with_holes = HOLE in kept.reader.manifest(name).column["piece_chunk"]  # as disks know of them
            assert ((target / "sparse").stat().st_blocks * 512 < 5 << 20) == with_holes

    def test_lists_them_with_what_they_are_of(self, kept: Kept) -> None:
        headers = dict(kept.reader.snapshots())
        first, second = kept.trees
        assert headers.keys() == kept.trees.keys()
        assert [headers[name]["parent"] for name in (first, second)] == [None, first]
        assert all(header["label"] == "box" and header["tags"] == ["one"] for header in headers.values())

    def test_meets_every_codec(self, kept: Kept) -> None:
        names = [row[3] for name in kept.trees for row in rows(kept.reader, name)]
        planes_too = {codec.PLANES} if native.load() is not None else set()
        assert set(names) == {codec.RAW, codec.ZSTD, codec.DEFLATE, codec.FILL} | planes_too

    def test_reads_which_files_are_hot(self, kept: Kept) -> None:
        hot.save(kept.repository, "box", [b"b", b"a/\xff"])
        assert kept.reader.hot("box") == [b"b", b"a/\xff"]

    def test_refuses_another_passphrase(self, kept: Kept) -> None:
        if kept.passphrase:
            with pytest.raises(Refused, match="key"):
                Reader(kept.folder, "open, sesame")

    def test_refuses_what_needs_a_newer_one(self, kept: Kept, tmp_path: Path) -> None:
        config = json.loads((kept.folder / "config").read_bytes())
        for newer in ({"format": 2}, {"needs": ["magic"]}):
            (tmp_path / "config").write_text(json.dumps(config | newer))
            with pytest.raises(Refused, match=r"newer|magic"):
                Reader(tmp_path, kept.passphrase)


TREE: dict[bytes, build.Node | bytes] = {
    b"file": b"content" * 20_000,
    b"folder": build.folder(),
    b"folder/in it": b"more",
    b"holes": build.Node(content=CHANCE.randbytes(9000), holes={4000: 5000}),
    b"link": build.symlink(b"folder"),
    b"twin": build.hard_link(b"file"),
}
FILE, FOLDER, INSIDE, HOLES, LINK, TWIN = range(1, 7)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return create(open_blobs(f"file://{tmp_path}/repository"))


@pytest.fixture
def reader(repository: Repository, tmp_path: Path) -> Reader:
    return Reader(tmp_path / "repository")


def assign(column: str, entry: int, value: object) -> Callable[[Manifest], None]:
    return lambda made: getattr(made, column).__setitem__(entry, value)


def together(*changes: tuple[str, int, object]) -> Callable[[Manifest], None]:
    def act(made: Manifest) -> None:
        for change in changes:
            assign(*change)(made)

    return act


def renamed(entry: int, path: bytes) -> Callable[[Manifest], None]:
    return assign("paths", entry, path)


HOSTILE: dict[str, Callable[[Manifest], None]] = {
    "an absolute path": renamed(FILE, b"/file"),
    "a way up": renamed(INSIDE, b"folder/.."),
    "a dot": renamed(FILE, b"."),
    "an empty part": renamed(INSIDE, b"folder//in it"),
    "a path ending in a slash": renamed(INSIDE, b"folder/"),
    "a path without a folder": renamed(INSIDE, b"nowhere/in it"),
    "a path in a file": renamed(FOLDER, b"file/folder"),
    "a path in a link": renamed(TWIN, b"link/twin"),
    "a path twice": renamed(FOLDER, b"file"),
    "paths in another order": renamed(FILE, b"zero"),
    "a part of too many bytes": renamed(TWIN, b"t" * 256),
    "a link that is too long": assign("links", LINK, b"l" * 65536),
    "no root": renamed(0, b"root"),
    "a root that is a file": assign("kind", 0, Kind.FILE),
    "an unknown kind": assign("kind", FILE, 4),
    "more than permissions": assign("mode", FILE, 0o100644),
    "a hard link to a folder": assign("same", TWIN, FOLDER),
    "a hard link to itself": assign("same", TWIN, TWIN),
    "a link to nowhere": assign("links", LINK, b""),
    "a link too few": lambda made: made.links.clear(),
    "an attribute of nothing": lambda made: made.xattrs.update({99: [(b"user.a", b"b")]}),
    "a size that is not the pieces'": assign("size", FILE, 7),
    "content of a folder": together(
        ("pieces", FOLDER, 1), ("size", FOLDER, 4), ("pieces", INSIDE, 0), ("size", INSIDE, 0)
    ),
    "a piece behind its chunk": assign("piece_offset", 0, 1),
    "a piece of a chunk that is not there": assign("piece_chunk", 0, 1000),
    "a piece of nothing": together(("size", INSIDE, 0), ("piece_length", 3, 0)),
    "a chunk behind its pack": assign("chunk_offset", 0, 1 << 30),
    "a chunk in front of the first": assign("chunk_offset", 0, 7),
    "a chunk of a pack that is not there": assign("chunk_pack", 0, 9),
    "a chunk of nothing": assign("chunk_raw", -1, 0),
    "a chunk that is too large": assign("chunk_raw", 0, (8 << 20) + 1),
    "columns of different length": lambda made: made.mtime.append(0),
    "a piece that belongs to none": lambda made: made.piece_chunk.append(0),
}


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> tuple[Repository, Manifest]:
    repository = create(open_blobs(f"file://{tmp_path_factory.mktemp('hostile')}"))
    return repository, build.manifest(repository, TREE)


class TestHostile:
    @pytest.mark.parametrize("what", HOSTILE)
    def test_is_refused_by_both_before_anything_is_written(
        self, what: str, honest: tuple[Repository, Manifest], tmp_path: Path
    ) -> None:
        repository, made = honest[0], copy.deepcopy(honest[1])
        HOSTILE[what](made)
        name = repository.put(made)
        with pytest.raises(Hostile):
            repository.load(name)
        with pytest.raises(Refused):
            Reader(Path(repository.blobs.address[7:])).restore(name, tmp_path / "target")
        assert not (tmp_path / "target").exists()

    def test_would_be_taken_if_it_were_honest(self, honest: tuple[Repository, Manifest], tmp_path: Path) -> None:
        repository, made = honest
        Reader(Path(repository.blobs.address[7:])).restore(repository.put(made), tmp_path / "target")
        assert (tmp_path / "target/twin").read_bytes() == TREE[b"file"]


class TestDamage:
    def test_is_refused_wherever_it_is(self, repository: Repository, reader: Reader, tmp_path: Path) -> None:
        name = build.snapshot(repository, TREE)
        for found in list(repository.blobs.list("")):
            if not found.name.startswith(("config", "index/")):
                for place in (0, 9, found.size // 2, found.size - 1, found.size - 60):
                    self._spoil(reader, name, tmp_path / "repository" / found.name, place)

    def _spoil(self, reader: Reader, name: str, file: Path, place: int) -> None:
        good = file.read_bytes()
        file.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        with pytest.raises(Refused):
            self._read_all(Reader(reader.folder), name)
        file.write_bytes(good)
        self._read_all(Reader(reader.folder), name)

    def _read_all(self, reader: Reader, name: str) -> None:
        manifest = reader.manifest(name)
        manifest.check()
        for number in range(manifest.count["chunk"]):
            reader.chunk(manifest, number)


class TestIndex:
    def test_tells_where_chunks_lie_whose_pack_is_gone(
        self, repository: Repository, reader: Reader, tmp_path: Path
    ) -> None:
        name = build.snapshot(repository, TREE)
        build.snapshot(repository, TREE, pack=1)
        gone = {pack.hex() for pack in repository.load(name).pack_names}
        for pack in gone:
            (tmp_path / f"repository/packs/{pack[:2]}/{pack}").unlink()
        reader.restore(name, tmp_path / "target")
        assert (tmp_path / "target/file").read_bytes() == TREE[b"file"]
        assert gone


class TestPlanes:
    @pytest.mark.parametrize("stride", planes.STRIDES)
    def test_are_read_of_any_length(self, stride: int) -> None:
        numbers = b"".join(struct.pack("<d", one) for one in WEIGHTS[:2000])
        for data in (numbers, numbers[:-3], numbers[:1], b"\1\2" * 900 + b"\0", bytes(5000)):
            payload = planes.encode(data, stride)
            assert decoded(payload, codec.PLANES, len(data)) == data
            with pytest.raises(Refused):
                decoded(payload[:-1], codec.PLANES, len(data))


def rows(reader: Reader, name: str) -> list[tuple[bytes, int, int, int]]:
    """Of all chunks of a snapshot."""
    manifest = reader.manifest(name)
    return [manifest.chunk(number)[0] for number in range(manifest.count["chunk"])]
