"""Manifests come back as they were written, and what no honest writer writes is refused."""

from array import array
from collections.abc import Callable

import pytest

from dumont.snapstore import manifest, native, seal
from dumont.snapstore.errors import Damaged, Hostile, SnapError, Unreadable
from dumont.snapstore.model import HOLE, Header, Kind, Manifest
from dumont.snapstore.soundness import refuse_unsound

HEADER = Header("2026-01-31T12:00:00Z", "web", "host", "/data", ("nightly",), None, {"files": 2})


def made() -> Manifest:
    """A folder, a file of two pieces and a hole, a link, a hard link."""
    tree = Manifest(HEADER)
    tree.paths = [b"", b"a", b"a/data", b"a/link", b"a-b"]
    tree.kind = bytearray([Kind.FOLDER, Kind.FOLDER, Kind.FILE, Kind.SYMLINK, Kind.HARDLINK])
    tree.mode = array("I", [0o755, 0o755, 0o4644, 0o777, 0o644])
    for column in (tree.uid, tree.gid):
        column.extend([1000] * 5)
    tree.mtime = array("q", [-1, 0, 1, 2**62, 5])
    tree.ctime = array("q", [0] * 5)
    tree.inode = array("Q", [2**63] * 5)
    tree.size = array("Q", [0, 0, 5000, 0, 0])
    tree.pieces = array("I", [0, 0, 3, 0, 0])
    tree.links = {3: b"/etc/passwd"}
    tree.same = {4: 2}
    tree.xattrs = {2: [(b"user.a", b"\0\xff"), (b"user.b", b"")]}
    tree.piece_chunk = array("I", [0, HOLE, 1])
    tree.piece_offset = array("I", [24, 0, 0])
    tree.piece_length = array("Q", [1000, 3000, 1000])
    tree.chunk_ids = bytearray(b"x" * 32 + b"y" * 32)
    tree.chunk_pack = array("I", [0, 0])
    tree.chunk_offset = array("I", [8, 508])
    tree.chunk_stored = array("I", [500, 900])
    tree.chunk_raw = array("I", [1024, 1000])
    tree.chunk_codec = bytearray([1, 0])
    tree.pack_names = [b"p" * 32]
    tree.pack_sizes = array("Q", [2000])
    return tree


def spoiled(change: Callable[[Manifest], object]) -> Manifest:
    tree = made()
    change(tree)
    return tree


def with_header(said: bytes, means: bytes) -> bytes:
    """The object with other words in its header."""
    data = b"".join(manifest.written(made(), seal.Plain()))
    assert said in data
    other = data.replace(said, means)
    length = int.from_bytes(data[8:12], "little") + len(other) - len(data)
    return other[:8] + length.to_bytes(4, "little") + other[12:]


def folders(*paths: bytes) -> Manifest:
    tree = Manifest(HEADER, list(paths), bytearray([Kind.FOLDER] * len(paths)))
    for column in (tree.mode, tree.uid, tree.gid, tree.mtime, tree.ctime, tree.inode, tree.size, tree.pieces):
        column.extend([0] * len(paths))
    return tree


class TestManifest:
    @pytest.mark.parametrize("key", [None, "aes-256-gcm", "chacha20-poly1305"])
    def test_comes_back_as_it_was_written(self, key: str | None) -> None:
        sealer = seal.Sealed(key, b"m" * 32) if key else seal.Plain()
        data = b"".join(manifest.written(made(), sealer))
        assert manifest.read(data, sealer) == made()

    def test_of_nothing_but_a_root_comes_back(self) -> None:
        tree = Manifest(HEADER, [b""], bytearray([1]), array("I", [0o700]), array("I", [0]), array("I", [0]))
        for column in (tree.mtime, tree.ctime, tree.inode, tree.size, tree.pieces):
            column.append(0)
        assert manifest.read(b"".join(manifest.written(tree, seal.Plain())), seal.Plain()) == tree

    @pytest.mark.parametrize("cut", [0, 5, 11, 40, -1])
    def test_that_ends_early_is_damaged(self, cut: int) -> None:
        data = b"".join(manifest.written(made(), seal.Plain()))
        with pytest.raises(SnapError):
            manifest.read(data[:cut], seal.Plain())

    def test_sealed_with_another_key_is_damaged(self) -> None:
        data = b"".join(manifest.written(made(), seal.Sealed("aes-256-gcm", b"m" * 32)))
        with pytest.raises(Damaged, match="another repository"):
            manifest.read(data, seal.Sealed("aes-256-gcm", b"n" * 32))

    def test_that_unfolds_to_too_much_is_refused_before_it_does(self) -> None:
        with pytest.raises(Hostile, match="unfolds"):
            manifest.read(with_header(b'"deflate", 8, 64]', b'"deflate", 8, 99999999999]'), seal.Plain())

    def test_that_unfolds_to_more_than_it_says_is_damaged(self) -> None:
        with pytest.raises(Damaged, match="not as long"):
            manifest.read(with_header(b'"deflate", 8, 64]', b'"deflate", 8, 32]'), seal.Plain())

    @pytest.mark.parametrize(
        ("said", "means"), [(b'"format": 1', b'"format": 2'), (b'"needs": []', b'"needs": ["holograms"]')]
    )
    def test_of_a_newer_writer_is_left_alone(self, said: bytes, means: bytes) -> None:
        with pytest.raises(Unreadable, match="newer program"):
            manifest.read(with_header(said, means), seal.Plain())


def _path(path: bytes) -> Callable[[Manifest], object]:
    return lambda tree: tree.paths.__setitem__(2, path)


HOSTILE = {
    "out by a part": _path(b"a/.."),
    "into itself": _path(b"a/."),
    "an empty part": _path(b"a//b"),
    "from the root": _path(b"/etc"),
    "below a link": lambda tree: tree.paths.__setitem__(4, b"a/link/x"),
    "below a file": lambda tree: tree.paths.__setitem__(3, b"a/data/x"),
    "twice": lambda tree: tree.paths.__setitem__(3, b"a/data"),
    "a part too long": _path(b"a/" + b"x" * 256),
    "root is a file": lambda tree: tree.kind.__setitem__(0, 0),
    "unknown kind": lambda tree: tree.kind.__setitem__(4, 9),
    "device bits": lambda tree: tree.mode.__setitem__(2, 0o20644),
    "hard link ahead": lambda tree: tree.same.__setitem__(4, 4),
    "hard link to a folder": lambda tree: tree.same.__setitem__(4, 1),
    "piece of no chunk": lambda tree: tree.piece_chunk.__setitem__(0, 7),
    "piece beyond": lambda tree: tree.piece_offset.__setitem__(0, 25),
    "piece of nothing": lambda tree: tree.piece_length.__setitem__(0, 0),
    "sizes disagree": lambda tree: tree.size.__setitem__(2, 4999),
    "pieces of a folder": lambda tree: tree.kind.__setitem__(2, 1),
    "chunk of no pack": lambda tree: tree.chunk_pack.__setitem__(0, 1),
    "chunk beyond": lambda tree: tree.chunk_offset.__setitem__(1, 1101),
    "chunk in the head": lambda tree: tree.chunk_offset.__setitem__(0, 7),
    "giant chunk": lambda tree: tree.chunk_raw.__setitem__(1, 1 << 24),
    "giant pack": lambda tree: tree.pack_sizes.__setitem__(0, 1 << 40),
    "missing column": lambda tree: tree.uid.pop(),
    "an id too short": lambda tree: tree.chunk_ids.pop(),
    "attribute of nobody": lambda tree: tree.xattrs.__setitem__(99, [(b"user.x", b"")]),
    "more pieces than there are": lambda tree: tree.pieces.__setitem__(2, 4),
}


@pytest.fixture(params=["native", "plain"])
def judge(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[Manifest], None]:
    """In both ways."""
    if request.param == "plain":
        monkeypatch.setattr(native, "load", lambda: None)
    elif native.load() is None:
        pytest.skip("the library was not built")
    return refuse_unsound


class TestSoundness:
    def test_of_an_honest_one_is_no_matter(self, judge: Callable[[Manifest], None]) -> None:
        judge(made())

    @pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE)
    def test_refuses(self, change: Callable[[Manifest], object], judge: Callable[[Manifest], None]) -> None:
        with pytest.raises(Hostile):
            judge(spoiled(change))

    def test_goes_down_and_up_again(self, judge: Callable[[Manifest], None]) -> None:
        """Folders that were left are no parents any more, and what sounds alike is another folder."""
        tree = folders(b"", b"a", b"a/b", b"a/b/c", b"a/d", b"a-", b"a-/b")
        judge(tree)
        for paths in ((b"", b"a", b"ab/c"), (b"", b"a", b"a/b", b"a/c/d"), (b"", b"a", b"b", b"b/a/c")):
            with pytest.raises(Hostile, match="parent"):
                judge(folders(*paths))
