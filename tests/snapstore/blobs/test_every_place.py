"""What every kind of place must do: the port's law, on a folder and on a bucket."""

import threading
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from dumont.snapstore.errors import BadRequest, Damaged, Missing
from tests.snapstore.places import Place

NAME = "packs/aa/" + "a" * 64
DATA = Random(1).randbytes(300_000)


class TestGet:
    def test_gives_all_or_a_range(self, place: Place) -> None:
        blobs = place.open()
        blobs.put(NAME, [DATA[:100], memoryview(DATA)[100:200_000], b"", bytearray(DATA[200_000:])])
        assert blobs.get(NAME) == DATA
        assert blobs.get(NAME, 299_990) == DATA[299_990:]
        assert blobs.get(NAME, 100, 150_000) == DATA[100:150_100]
        assert blobs.get(NAME, len(DATA)) == b""
        assert blobs.get(NAME, 5, 0) == b""

    def test_fills_a_buffer(self, place: Place) -> None:
        blobs = place.open()
        blobs.put(NAME, [DATA])
        buffer = bytearray(DATA)
        blobs.read_into(NAME, 7, memoryview(buffer)[1000:200_000])
        assert buffer == DATA[:1000] + DATA[7:199_007] + DATA[200_000:]

    def test_misses_what_is_not_there(self, place: Place) -> None:
        blobs = place.open()
        blobs.put(NAME, [DATA])
        for name in ("config", NAME + "b", "packs", NAME + "/b"):
            with pytest.raises(Missing):
                blobs.get(name)
            with pytest.raises(Missing):
                blobs.read_into(name, 0, memoryview(bytearray(3)))
            with pytest.raises(Missing):
                blobs.get(name, 3, 0)

    def test_never_gives_fewer_bytes_than_asked_for(self, place: Place) -> None:
        blobs = place.open()
        blobs.put(NAME, [DATA])
        for start, size in ((len(DATA) - 10, 11), (len(DATA), 1), (len(DATA) + 5, 1), (0, len(DATA) + 1)):
            with pytest.raises(Damaged, match="shorter"):
                blobs.get(NAME, start, size)
        place.cut(NAME, 1000)
        with pytest.raises(Damaged, match="shorter"):
            blobs.read_into(NAME, 500, memoryview(bytearray(1000)))


class TestPut:
    def test_takes_the_place_of_what_was_there(self, place: Place) -> None:
        blobs = place.open()
        blobs.put("writers/a", [DATA])
        blobs.put("writers/a", [b"shorter"])
        assert blobs.get("writers/a") == b"shorter"

    def test_keeps_nothing_and_many_parts(self, place: Place) -> None:
        blobs = place.open()
        blobs.put("none", [])
        blobs.put("many", [DATA[at : at + 100] for at in range(0, len(DATA), 100)])
        assert blobs.get("none") == b""
        assert blobs.get("many") == DATA

    def test_is_whole_for_readers_at_any_moment(self, place: Place) -> None:
        """While one writes it anew again and again, others read it."""
        blobs = place.open()
        texts = [bytes([number]) * (50_000 + number) for number in range(8)]
        blobs.put("hot/a", [texts[0]])
        over = threading.Event()

        def read() -> int:
            seen = 0
            while not over.is_set():
                assert blobs.get("hot/a") in texts
                seen += 1
            return seen

        with ThreadPoolExecutor(4) as pool:
            readers = [pool.submit(read) for _ in range(3)]
            try:
                for text in texts * 3:
                    blobs.put("hot/a", [text])
            finally:
                over.set()
            assert all(reader.result() for reader in readers)

    @pytest.mark.parametrize(
        "name", ["", "/a", "a/", "a//b", "../a", "a/../b", "a/.", ".half-1", "a/.b", "ä", "a\0", "a\n", "a" * 600]
    )
    def test_refuses_names_that_lead_elsewhere(self, place: Place, name: str) -> None:
        blobs = place.open()
        for act in (lambda: blobs.put(name, [b""]), lambda: blobs.get(name), lambda: blobs.find(name)):
            with pytest.raises(BadRequest):
                act()
        with pytest.raises(BadRequest):
            blobs.delete(name)


class TestList:
    def test_tells_names_sizes_and_times(self, place: Place) -> None:
        blobs = place.open()
        assert list(blobs.list("")) == []
        blobs.put("config", [b"{}"])
        blobs.put("index/b", [b"12345"])
        blobs.put("index/c", [b"123"])
        found = {found.name: found for found in blobs.list("index/")}
        assert {name: one.size for name, one in found.items()} == {"index/b": 5, "index/c": 3}
        assert [one.name for one in blobs.list("index/b")] == ["index/b"]
        known = blobs.find("index/b")
        assert known
        assert known.size == 5
        assert abs(known.modified - found["index/b"].modified) <= 1
        place.age("index/b", 3600)
        again = blobs.find("index/b")
        assert again
        assert 3598 <= known.modified - again.modified <= 3602

    def test_is_complete_however_long(self, place: Place) -> None:
        blobs = place.open()
        names, writer = [f"index/{number:04}" for number in range(1010)], place.direct()
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda name: writer.put(name, [b""]), names))
        assert sorted(found.name for found in blobs.list("index")) == names
        assert place.names() == names


class TestDelete:
    def test_removes_and_does_not_mind_what_is_gone(self, place: Place) -> None:
        blobs = place.open()
        blobs.put(NAME, [DATA])
        assert blobs.find(NAME)
        blobs.delete(NAME)
        blobs.delete(NAME)
        assert blobs.find(NAME) is None
        assert list(blobs.list("")) == []
        assert not place.file(NAME).exists()


class TestManyThreads:
    def test_share_one_client(self, place: Place) -> None:
        blobs = place.open()

        def one(number: int) -> bool:
            chance = Random(number)
            data = chance.randbytes(chance.randrange(1, 100_000))
            blobs.put(f"packs/{number:02}", [data])
            buffer = bytearray(len(data) - len(data) // 2)
            blobs.read_into(f"packs/{number:02}", len(data) // 2, memoryview(buffer))
            return buffer == data[len(data) // 2 :] and blobs.get(f"packs/{number:02}") == data

        with ThreadPoolExecutor(64) as pool:
            assert all(pool.map(one, range(128)))
