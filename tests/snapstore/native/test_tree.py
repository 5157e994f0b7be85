"""Files are written, read and looked at in one call, without following a symbolic link, and each error is told."""

import errno
import os
import random
import stat
from array import array
from pathlib import Path

import pytest

from dumont.snapstore.native import Native
from dumont.snapstore.native.tree import Files
from tests.snapstore.native.handles import open_below


@pytest.fixture
def library(built: Native) -> Native:
    if not built.has_files:
        pytest.skip("the library knows no files here")
    return built


def files(**contents: bytes) -> tuple[Files, bytes]:
    """Files by name; two underscores are a slash."""
    count, data = len(contents), b"".join(contents.values())
    sizes = [len(content) for content in contents.values()]
    made = Files(
        [name.replace("__", "/").encode() for name in contents],
        array("Q", sizes),
        array("I", [0o640] * count),
        array("I", [os.getuid()] * count),
        array("I", [os.getgid()] * count),
        array("q", [1_700_000_000_123_456_789] * count),
    )
    return made, data


class TestSettleFolders:
    def test_sets_what_belongs_to_them_and_makes_those_that_lack(
        self, library: Native, folder: int, tmp_path: Path
    ) -> None:
        (tmp_path / "a" / "b").mkdir(parents=True)
        (tmp_path / "file").write_text("no folder")
        (tmp_path / "link").symlink_to("a")
        wanted, _data = files(a__new=b"", a__b=b"", a=b"", root=b"", file=b"", link=b"")
        wanted = wanted._replace(paths=[b"a/new", b"a/b", b"a", b"", b"file", b"link"])
        wanted.modes[:3] = array("I", [0o2750, 0o500, 0o755])
        wanted.modes[3] = 0o700
        before = open_below(tmp_path)
        assert library.settle_folders(folder, wanted, owners=True) == 4
        assert library.settle_folders(folder, wanted, first=5, owners=True) == 5
        assert library.settle_folders(folder, wanted, first=6) == 6
        assert open_below(tmp_path) == before
        seen = [(tmp_path / name).lstat() for name in ("a/new", "a/b", "a", "")]
        assert [stat.S_IMODE(its.st_mode) for its in seen] == [0o2750, 0o500, 0o755, 0o700]
        assert {its.st_mtime_ns for its in seen} == {1_700_000_000_123_456_789}
        assert (tmp_path / "file").is_file()


class TestReadFiles:
    def test_reads_them_end_to_end(self, library: Native, folder: int, tmp_path: Path) -> None:
        (tmp_path / "a").write_bytes(b"one")
        (tmp_path / "d").mkdir()
        (tmp_path / "d" / "b").write_bytes(b"twoo")
        (tmp_path / "link").symlink_to("a")
        os.mkfifo(tmp_path / "pipe")
        out = memoryview(bytearray(8))
        read = library.read_files(folder, [b"a", b"gone", b"link", b"d", b"pipe", b"d/b", b"a"], out)
        assert list(read.sizes) == [
            3, -errno.ENOENT, -errno.ELOOP, -errno.EINVAL, -errno.EINVAL, 4, -errno.EFBIG
        ]  # fmt: skip
        assert bytes(out) == b"onetwoo\0"
        assert read.mtimes[0] == (tmp_path / "a").stat().st_mtime_ns
        assert read.ctimes[5] == (tmp_path / "d" / "b").stat().st_ctime_ns

    def test_tells_which_have_no_attributes(self, library: Native, folder: int, tmp_path: Path) -> None:
        for name in ("with", "without"):
            (tmp_path / name).write_bytes(b"1")
        try:
            os.setxattr(tmp_path / "with", "user.note", b"1")
            none = not os.listxattr(tmp_path / "without")
        except OSError:
            pytest.skip("this disk keeps no attributes")
        read = library.read_files(folder, [b"with", b"without", b"gone"], memoryview(bytearray(8)))
        assert list(read.bare) == [0, none, 0]


class TestScan:
    def test_tells_all_in_the_order_of_a_manifest(self, library: Native, folder: int, tmp_path: Path) -> None:
        (tmp_path / "b").mkdir()
        (tmp_path / "b" / "x").write_bytes(b"12345")
        (tmp_path / "b.txt").write_bytes(b"1")
        (tmp_path / "a").symlink_to("b/x")
        os.link(tmp_path / "b.txt", tmp_path / "c")
        os.mkfifo(tmp_path / "p")
        (tmp_path / "skip").mkdir()
        (tmp_path / "skip" / "y").write_bytes(b"")
        found = library.scan(folder, skipped=[b"skip"])
        assert found.paths == [b"", b"a", b"b", b"b/x", b"b.txt", b"c", b"p", b"skip"]
        assert list(found.kinds) == [1, 2, 1, 0, 0, 0, 255, 1]
        assert found.targets == [b"b/x"]
        assert found.inodes[4] == found.inodes[5] == (tmp_path / "c").stat().st_ino
        assert list(found.links)[3:6] == [1, 2, 2]
        assert list(found.sizes) == [0, 0, 0, 5, 1, 1, 0, 0]
        for row, path in enumerate(found.paths):
            seen = os.lstat(tmp_path / os.fsdecode(path))
            assert (found.modes[row], found.uids[row], found.gids[row]) == (
                stat.S_IMODE(seen.st_mode),
                seen.st_uid,
                seen.st_gid,
            )
            assert (found.mtimes[row], found.ctimes[row]) == (seen.st_mtime_ns, seen.st_ctime_ns)
            assert (found.devices[row], found.blocks[row], found.errors[row]) == (seen.st_dev, seen.st_blocks, 0)

    def test_tells_who_has_attributes(self, library: Native, folder: int, tmp_path: Path) -> None:
        (tmp_path / "plain").write_bytes(b"")
        (tmp_path / "with").write_bytes(b"")
        try:
            os.setxattr(tmp_path / "with", "user.note", b"1")
        except OSError:
            pytest.skip("this file system keeps no attributes")
        found = library.scan(folder)
        assert dict(zip(found.paths, found.xattrs, strict=True))[b"with"] == 1
        assert library.scan(folder, xattrs=False).xattrs == b"\x00\x02\x02"  # the folder was open anyway

    def test_says_what_it_could_not_look_into(self, library: Native, folder: int, tmp_path: Path) -> None:
        (tmp_path / "gone").mkdir()
        file = os.open(__file__, os.O_RDONLY)
        try:
            assert list(library.scan(file).errors) == [errno.ENOTDIR]
        finally:
            os.close(file)
        for threads in (1, 4):
            with pytest.raises(OSError, match=os.strerror(errno.EBADF)):
                library.scan(999_999, threads=threads)

    @pytest.mark.parametrize("threads", [1, 4])
    def test_closes_what_it_opened(self, library: Native, folder: int, tmp_path: Path, threads: int) -> None:
        for name in range(100):
            (tmp_path / f"d{name}" / "e").mkdir(parents=True)
        before = open_below(tmp_path)
        assert len(library.scan(folder, threads=threads).paths) == 201
        assert open_below(tmp_path) == before

    @pytest.mark.parametrize("seed", range(4))
    def test_tells_the_same_with_more_threads(self, library: Native, folder: int, tmp_path: Path, seed: int) -> None:
        drawn, places = random.Random(seed), [tmp_path]
        for number in range(1500):
            place = drawn.choice(places[-40:])
            if drawn.random() < 0.2:
                places.append(place / f"d{number}")
                places[-1].mkdir()
            elif drawn.random() < 0.2:
                (place / f"l{number}").symlink_to(f"x{number}")
            else:
                (place / f"f{number}").write_bytes(bytes(drawn.randrange(9)))
        alone = library.scan(folder)
        assert len(alone.paths) == 1501
        for turn in range(60):
            assert library.scan(folder, threads=2 + turn % 7) == alone

    @pytest.mark.skipif(os.geteuid() != 0, reason="somebody else must be let in, and kept out")
    @pytest.mark.parametrize("threads", [1, 4])
    def test_says_where_names_are_all_that_can_be_read(
        self, library: Native, folder: int, tmp_path: Path, threads: int
    ) -> None:
        (tmp_path / "names").mkdir()
        for number in range(2000):
            (tmp_path / "names" / str(number)).touch()
        (tmp_path / "names").chmod(0o744)
        tmp_path.chmod(0o755)
        os.seteuid(65534)
        try:
            found = library.scan(folder, threads=threads)
        finally:
            os.seteuid(0)
        assert found.paths == [b"", b"names"]
        assert list(found.errors) == [0, errno.EACCES]


class TestLook:
    def test_tells_what_stands_in_each_place(self, library: Native, folder: int, tmp_path: Path) -> None:
        (tmp_path / "a" / "b").mkdir(parents=True)
        (tmp_path / "a" / "x").write_bytes(b"12345")
        (tmp_path / "a" / "x").chmod(0o640)
        (tmp_path / "link").symlink_to("a")
        os.mkfifo(tmp_path / "pipe")
        before = open_below(tmp_path)
        seen = library.look(folder, [b"a", b"a/b", b"a/b/none/x", b"a/x", b"link", b"link/x", b"none", b"pipe"])
        assert list(seen.kinds) == [1, 1, 254, 0, 2, 254, 254, 255]
        known = (tmp_path / "a" / "x").stat()
        row = (seen.modes[3], seen.uids[3], seen.gids[3], seen.mtimes[3], seen.inodes[3], seen.links[3], seen.sizes[3])
        assert row == (0o640, known.st_uid, known.st_gid, known.st_mtime_ns, known.st_ino, 1, 5)
        assert seen.blocks[3] == known.st_blocks
        assert open_below(tmp_path) == before

    def test_says_what_it_can_not_tell(self, library: Native, folder: int) -> None:
        with pytest.raises(OSError, match="Invalid"):
            library.look(folder, [b"a", b"../x"])


class TestBorrowFiles:
    def test_takes_what_is_equal_and_nothing_else(self, library: Native, folder: int, tmp_path: Path) -> None:
        image, target = tmp_path / "image", tmp_path / "target"
        for place in (image, target):
            (place / "a").mkdir(parents=True)
        wanted, data = files(a__x=b"first", a__y=b"second", a__z=b"third", w=b"fourth", v=b"fifth", u=b"sixth")
        source, goal = (os.open(place, os.O_RDONLY) for place in (image, target))
        try:
            self.make(image, wanted, data)
            (image / "a" / "y").write_bytes(b"second")  # another time
            (image / "w").unlink()
            (image / "w").symlink_to("v")
            (image / "u").unlink()
            (target / "v").write_bytes(b"mine")
            wrong = library.borrow_files(source, goal, wanted, owners=True)
            assert list(wrong) == [0, errno.ENOENT, 0, errno.ELOOP, errno.EEXIST, errno.ENOENT]
            assert sorted(path.name for path in (target / "a").iterdir()) == ["x", "z"]
            assert (target / "v").read_bytes() == b"mine"
            seen = (target / "a" / "x").stat()
            assert (target / "a" / "x").read_bytes() == b"first"
            assert (seen.st_mode & 0o7777, seen.st_mtime_ns, seen.st_nlink) == (0o640, wanted.mtimes[0], 1)
            (target / "a" / "x").unlink()
            assert library.borrow_files(source, goal, wanted, owners=True, links=True)[0] == 0
            assert (target / "a" / "x").stat().st_ino == (image / "a" / "x").stat().st_ino
        finally:
            os.close(source)
            os.close(goal)

    def test_takes_files_that_are_longer_than_its_room(self, library: Native, folder: int, tmp_path: Path) -> None:
        image, target = tmp_path / "image", tmp_path / "target"
        image.mkdir()
        target.mkdir()
        wanted, data = files(ragged=random.Random(1).randbytes((1 << 20) + 5001), small=b"x", empty=b"")
        self.make(image, wanted, data)
        source, goal = (os.open(place, os.O_RDONLY) for place in (image, target))
        try:
            assert list(library.borrow_files(source, goal, wanted)) == [0, 0, 0]
        finally:
            os.close(source)
            os.close(goal)
        for path in wanted.paths:
            assert (target / os.fsdecode(path)).read_bytes() == (image / os.fsdecode(path)).read_bytes()

    @staticmethod
    def make(root: Path, wanted: Files, data: bytes) -> None:
        at = 0
        for path, size, mode, mtime in zip(wanted.paths, wanted.sizes, wanted.modes, wanted.mtimes, strict=True):
            place = root / os.fsdecode(path)
            place.write_bytes(data[at : at + size])
            place.chmod(mode)
            os.utime(place, ns=(mtime, mtime))
            at += size
