"""Fetched frames become chunks and small files in calls for many at once, and each error is told."""

import errno
import os
import stat
from array import array
from collections.abc import Sequence
from pathlib import Path

import pytest

from dumont.snapstore import codec, hashing, native
from dumont.snapstore.native import Native
from dumont.snapstore.native.placing import Columns, Hand, Part
from tests.snapstore.native.handles import open_below

END = 0xFFFFFFFF
MOMENT = 1_700_000_000_123_456_789


@pytest.fixture
def library(built: Native) -> Native:
    if not built.has_files:
        pytest.skip("the library knows no files here")
    return built


class Tree:
    """Files that are made of one chunk, which is all of them end to end."""

    def __init__(self, **contents: bytes) -> None:
        """By name; two underscores are a slash."""
        sizes = [len(content) for content in contents.values()]
        count, self.data = len(sizes), b"".join(contents.values())
        self.paths = [name.replace("__", "/").encode() for name in contents]
        self.columns = Columns(
            chunk_offset=array("I", [8]),
            chunk_stored=array("I", [len(self.data)]),
            chunk_raw=array("I", [len(self.data)]),
            chunk_codec=bytearray(1),
            chunk_ids=bytearray(hashing.digest(self.data)),
            head=array("I", [0 if count else END]),
            following=array("I", [*range(1, count), END][:count]),
            entry=array("I", range(count)),
            within=array("I", [sum(sizes[:i]) for i in range(count)]),
            at=array("Q", [0] * count),
            length=array("Q", sizes),
            size=array("Q", sizes),
            mode=array("I", [0o640] * count),
            uid=array("I", [os.getuid()] * count),
            gid=array("I", [os.getgid()] * count),
            mtime=array("q", [MOMENT] * count),
            by_hand=bytearray(count),
        )

    def hand(self, library: Native) -> Hand:
        self.out = memoryview(bytearray(self.data) or bytearray(1))
        made = Hand(library.placing(self.columns, self.paths), self.out)
        made.take(array("I", [0]))
        return made

    def spread(self, library: Native, folder: int, *, owners: bool = False) -> list[int]:
        """What became of each file."""
        found: dict[int, int] = {}
        for one in self.hand(library).spread(folder, 0, 1, owners=owners):
            found.update(zip(one.entries, one.wrong, strict=True))
        return [found[entry] for entry in range(len(self.paths))]


class TestSpread:
    def test_makes_files_with_all_that_belongs_to_them(self, library: Native, folder: int, tmp_path: Path) -> None:
        (tmp_path / "a" / "b").mkdir(parents=True)
        tree = Tree(x=b"first", a__b__y=b"", a__b__z=b"second" * 1000, a__w=b"third", c__v=b"fourth")
        assert tree.spread(library, folder, owners=True) == [0] * 5
        assert (tmp_path / "a/b/z").read_bytes() == b"second" * 1000
        assert (tmp_path / "a/b/y").read_bytes() == b""
        assert (tmp_path / "a/w").read_bytes() + (tmp_path / "c/v").read_bytes() == b"thirdfourth"
        seen = (tmp_path / "x").stat()
        assert (stat.S_IMODE(seen.st_mode), seen.st_mtime_ns) == (0o640, MOMENT)

    def test_sets_times_before_1970_and_modes_of_all_twelve_bits(
        self, library: Native, folder: int, tmp_path: Path
    ) -> None:
        tree = Tree(x=b"1")
        tree.columns.mtime[0], tree.columns.mode[0] = -1, 0o4755
        assert tree.spread(library, folder, owners=True) == [0]
        seen = (tmp_path / "x").stat()
        assert (stat.S_IMODE(seen.st_mode), seen.st_mtime_ns) == (0o4755, -1)

    @pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
    def test_sets_the_mode_whatever_the_process_takes_away(
        self, library: Native, folder: int, tmp_path: Path, umask: int
    ) -> None:
        modes = [0o644, 0o666, 0o755, 0o600, 0o400, 0o2755]
        tree = Tree(**{f"m{mode:o}": b"content" for mode in modes})
        tree.columns.mode[:] = array("I", modes)
        before = os.umask(umask)
        try:
            wrong = tree.spread(library, folder)
        finally:
            os.umask(before)
        assert wrong == [0] * len(modes)
        assert [stat.S_IMODE((tmp_path / f"m{mode:o}").stat().st_mode) for mode in modes] == modes

    def test_makes_folders_for_their_owner_alone(self, library: Native, folder: int, tmp_path: Path) -> None:
        (tmp_path / "there").mkdir(mode=0o755)
        tree = Tree(new__deep__a=b"1", new__deep__b=b"2", there__c=b"3")
        assert tree.spread(library, folder) == [0, 0, 0]
        assert (tmp_path / "new/deep/b").read_bytes() == b"2"
        modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("new", "new/deep", "there")]
        assert modes == [0o700, 0o700, 0o755]

    def test_touches_nothing_that_is_there_and_no_file_that_is_another_s_to_write(
        self, library: Native, folder: int, tmp_path: Path
    ) -> None:
        (tmp_path / "x").write_text("mine")
        tree = Tree(x=b"new", y=b"other", z=b"with attributes")
        tree.columns.by_hand[2] = 1
        assert tree.spread(library, folder) == [errno.EEXIST, 0, errno.EPERM]
        assert (tmp_path / "x").read_text() == "mine"
        assert not (tmp_path / "z").exists()

    def test_follows_no_link(self, library: Native, folder: int, tmp_path: Path) -> None:
        outside = tmp_path.parent / (tmp_path.name + "-outside")
        outside.mkdir()
        (tmp_path / "out").symlink_to(outside)
        (tmp_path / "file").symlink_to(outside / "f")
        (tmp_path / "deep").mkdir()
        (tmp_path / "deep" / "out").symlink_to(outside)
        tree = Tree(out__a=b"1", deep__out__b=b"2", file=b"3", deep__good=b"4")
        assert tree.spread(library, folder) == [errno.ENOTDIR, errno.ENOTDIR, errno.EEXIST, 0]
        assert list(outside.iterdir()) == []

    def test_refuses_names_that_lead_elsewhere(self, library: Native, folder: int, tmp_path: Path) -> None:
        hostile = [b"../x", b"/etc/x", b"a//x", b"./x", b"", b"..", b".", b"x/", b"y" * 300, b"d/" * 3000 + b"x"]
        tree = Tree(**{f"n{i}": b"" for i in range(len(hostile))})
        tree.paths = hostile
        assert all(tree.spread(library, folder))
        assert not any(path.is_file() for path in tmp_path.rglob("*"))
        with pytest.raises(ValueError, match="zero"):
            library.placing(tree.columns, [b"a\0b"])

    def test_refuses_bytes_that_are_not_there(self, library: Native, folder: int, tmp_path: Path) -> None:
        tree = Tree(x=b"abc", y=b"")
        tree.columns.length[0] = tree.columns.size[0] = 4
        tree.columns.within[1] = END
        assert tree.spread(library, folder) == [errno.EINVAL] * 2
        assert not any(tmp_path.iterdir())

    def test_goes_deeper_than_it_keeps_folders_open(self, library: Native, folder: int, tmp_path: Path) -> None:
        deep = b"/".join([b"d"] * 60)
        tree = Tree(a=b"1", b=b"2", c=b"3")
        tree.paths = [deep + b"/a", deep + b"/b", b"d/c"]
        before = open_below(tmp_path)
        assert tree.spread(library, folder) == [0, 0, 0]
        assert open_below(tmp_path) == before
        assert (tmp_path / os.fsdecode(deep) / "b").read_bytes() == b"2"

    def test_tells_of_more_than_one_call_can_hold(self, library: Native, folder: int, tmp_path: Path) -> None:
        tree = Tree(**{f"f{i:04}": b"%d" % i for i in range(2500)})
        assert tree.spread(library, folder) == [0] * 2500
        assert sorted(path.read_bytes() for path in tmp_path.iterdir()) == sorted(b"%d" % i for i in range(2500))

    def test_tells_which_bytes_belong_into_larger_files(self, library: Native, folder: int, tmp_path: Path) -> None:
        tree = Tree(x=b"abc", y=b"defg", z=b"hi")
        tree.columns.entry[:2] = array("I", [0, 0])
        tree.columns.at[:] = array("Q", [10, 13, 0])
        tree.columns.size[0] = 100
        (one,) = tree.hand(library).spread(folder, 0, 1, owners=False)
        assert one.parts == [Part(entry=0, at=10, place=0, length=7)]
        assert (list(one.entries), one.failed, one.size) == ([2], 0, 2)
        assert [path.name for path in tmp_path.iterdir()] == ["z"]


class TestUnfold:
    def made(self, library: Native, contents: Sequence[bytes]) -> tuple[Hand, memoryview, memoryview]:
        """Chunks, each the beginning of a file at an odd place, in one range of a pack from byte 8 on."""
        coded = [codec.encode(content) for content in contents]
        tree, count = Tree(**{f"f{i}": b"" for i in range(len(contents))}), len(contents)
        lengths = [len(payload) for _codec, payload in coded]
        columns = tree.columns._replace(
            chunk_offset=array("I", [8 + sum(lengths[:i]) for i in range(count)]),
            chunk_stored=array("I", lengths),
            chunk_raw=array("I", map(len, contents)),
            chunk_codec=bytearray(its for its, _payload in coded),
            chunk_ids=bytearray(b"".join(map(hashing.digest, contents))),
            head=array("I", range(count)),
            at=array("Q", [5000] * count),
            within=array("I", [0] * count),
        )
        out = memoryview(bytearray(9 << 20))
        hand = Hand(library.placing(columns, tree.paths), out)
        hand.take(array("I", range(count)))
        return hand, memoryview(bytearray(b"".join(bytes(payload) for _codec, payload in coded))), out

    def test_takes_as_many_as_make_a_group_each_where_it_is_in_its_page(self, library: Native) -> None:
        contents = [bytes([i]) * (1 << 20) + os.urandom(7) for i in range(5)]
        hand, data, out = self.made(library, contents)
        end = hand.unfold(data, 8, 0)
        assert (end, list(hand.why)) == (3, [0] * 5)
        assert [place % 4096 for place in hand.places[:3]] == [5000 % 4096] * 3
        for place, content in zip(hand.places[:3], contents, strict=False):
            assert out[place : place + len(content)] == content
        assert hand.unfold(data, 8, end) == 5

    def test_says_of_each_chunk_what_is_wrong(self, library: Native) -> None:
        contents = [os.urandom(1000), b"text " * 5000, os.urandom(1000), bytes(3000)]
        hand, data, _out = self.made(library, contents)
        data[0] ^= 1
        data[1010] ^= 255
        assert hand.unfold(data, 8, 0) == 4
        assert [why != native.GOOD for why in hand.why] == [True, True, False, False]
        assert hand.unfold(data[:1500], 8, 0) == 4
        assert [why != native.GOOD for why in hand.why] == [True, True, True, True]

    def test_reads_nothing_from_before_its_range(self, library: Native) -> None:
        hand, data, _out = self.made(library, [os.urandom(100)])
        assert hand.unfold(data, 9, 0) == 1
        assert hand.why[0] == native.DAMAGED
