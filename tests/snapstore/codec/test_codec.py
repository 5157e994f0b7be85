"""What is stored comes back, by every way there is to read it; what is damaged is refused."""

import json
import struct
import zlib
from array import array
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dumont.snapstore import codec, hashing, native
from dumont.snapstore.codec import planes, zstd
from dumont.snapstore.errors import Damaged

RANDOM = Random(3)
NOISE = RANDOM.randbytes(50_000)
TEXT = b"".join(b"line %d of %d\n" % (n, RANDOM.randrange(99)) for n in range(5000))
FLOATS = b"".join(struct.pack("<f", RANDOM.gauss(0, 0.02))[2:] for _ in range(20_000))


@pytest.fixture(params=["native", "python"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """With the compiled library, and without."""
    if request.param == "python":
        monkeypatch.setattr(native, "load", lambda: None)
    elif native.load() is None:
        pytest.skip("the library is not built here")
    return str(request.param)


@pytest.mark.usefixtures("way")
class TestEncode:
    def test_brings_back_what_went_in(self) -> None:
        for data in (b"", b"a", b"ab", bytes(100_000), NOISE, TEXT, FLOATS, memoryview(TEXT)[5:]):
            number, payload = codec.encode(data)
            assert codec.decode(number, bytes(payload), len(data)) == data

    def test_stores_what_is_all_alike_as_one_byte(self) -> None:
        assert codec.encode(b"\x07" * 99) == (codec.FILL, b"\x07")

    def test_leaves_noise_as_it_is(self) -> None:
        number, payload = codec.encode(NOISE)
        assert number == codec.RAW
        assert payload is NOISE

    def test_compresses_text(self) -> None:
        number, payload = codec.encode(TEXT)
        assert number == codec.ZSTD
        assert len(payload) < len(TEXT) / 3

    def test_deflates_where_nothing_writes_zstandard(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(native, "load", lambda: None)
        monkeypatch.setattr(zstd, "can_write", lambda: False)
        number, payload = codec.encode(TEXT)
        assert number == codec.DEFLATE
        assert codec.decode(number, payload, len(TEXT)) == TEXT
        assert codec.encode(NOISE)[0] == codec.RAW


@pytest.mark.usefixtures("way")
class TestDecode:
    def test_writes_into_the_room_it_is_given(self) -> None:
        room = memoryview(bytearray(len(TEXT) + 10))
        number, payload = codec.encode(TEXT)
        assert codec.decode(number, payload, len(TEXT), room).obj is room.obj
        assert room[: len(TEXT)] == TEXT
        assert room[len(TEXT) :] == bytes(10)

    @pytest.mark.parametrize("length", [0, 1, len(TEXT) - 1, len(TEXT) + 1, codec.LONGEST + 1, -1])
    def test_refuses_another_length(self, length: int) -> None:
        for number in range(6):
            payload = codec.encode(TEXT)[1] if number == codec.ZSTD else TEXT
            with pytest.raises(Damaged):
                codec.decode(number, payload, length)

    def test_refuses_noise_in_every_codec(self) -> None:
        for number in (*range(1, 7), 255):
            for size in (0, 1, 5, 400, 5000):
                with pytest.raises(Damaged):
                    codec.decode(number, NOISE[:size] if (number, size) != (4, 1) else b"", 6000)

    def test_makes_no_more_of_a_bomb_than_it_must(self) -> None:
        bomb = zstd.compress(bytes(64 << 20), 3)
        with pytest.raises(Damaged):
            codec.decode(codec.ZSTD, bomb, 1000)


class Bundle:
    """Frames of every codec, end to end."""

    def __init__(self) -> None:
        chunks = [TEXT, NOISE[:9000], bytes(5000), FLOATS[:8001], TEXT[:100], b"x"]
        coded = [codec.encode(chunk) for chunk in chunks[:3]]
        coded += [(codec.PLANES, planes.encode(chunks[3], 4)), (codec.DEFLATE, zlib.compress(chunks[4], wbits=-15))]
        coded += [(codec.RAW, b"x")]
        self.chunks = chunks
        self.buffer = bytearray(b"".join(payload for _, payload in coded))
        stored, raw = [len(payload) for _, payload in coded], [len(chunk) for chunk in chunks]
        self.out = memoryview(bytearray(sum(raw)))
        self.frames = codec.Frames(
            array("Q", [sum(stored[:i]) for i in range(6)]),
            array("I", stored),
            array("I", raw),
            bytes(number for number, _ in coded),
            array("Q", [sum(raw[:i]) for i in range(6)]),
            b"".join(hashing.digest(chunk) for chunk in chunks),
        )


@pytest.mark.usefixtures("way")
class TestDecodeFrames:
    def test_decodes_each_to_its_place(self) -> None:
        bundle = Bundle()
        assert codec.decode_frames(bundle.buffer, bundle.frames, bundle.out) == -1
        assert bundle.out == b"".join(bundle.chunks)

    @pytest.mark.parametrize("bad", range(6))
    def test_tells_the_first_that_is_damaged_and_goes_on_behind_it(self, bad: int) -> None:
        bundle = Bundle()
        bundle.buffer[bundle.frames.at[bad] + bundle.frames.stored[bad] // 2] ^= 0x55
        assert codec.decode_frames(bundle.buffer, bundle.frames, bundle.out) == bad
        assert codec.decode_frames(bundle.buffer, bundle.frames, bundle.out, first=bad + 1) == -1
        assert bundle.out[sum(map(len, bundle.chunks[: bad + 1])) :] == b"".join(bundle.chunks[bad + 1 :])

    def test_holds_names_against_the_key(self) -> None:
        bundle, key = Bundle(), bytes(range(32))
        assert codec.decode_frames(bundle.buffer, bundle.frames, bundle.out, key) == 0
        names = b"".join(hashing.keyed(key, chunk) for chunk in bundle.chunks)
        assert codec.decode_frames(bundle.buffer, bundle.frames._replace(names=names), bundle.out, key) == -1

    @pytest.mark.parametrize("value", [2**31 - 1, 2**32 - 1])
    @pytest.mark.parametrize("column", ["at", "stored", "raw", "places"])
    def test_refuses_what_is_out_of_bounds(self, column: str, value: int) -> None:
        bundle = Bundle()
        changed = array("I" if column in {"stored", "raw"} else "Q", getattr(bundle.frames, column))
        changed[1] = value
        assert codec.decode_frames(bundle.buffer, bundle.frames._replace(**{column: changed}), bundle.out) == 1


class TestThreads:
    def test_do_not_disturb_each_other(self) -> None:
        def round_trips(number: int) -> bool:
            chunks = [data[number:] for data in (TEXT, FLOATS, NOISE[:20_000])] * 10
            coded = [codec.encode(chunk) for chunk in chunks]
            return all(
                codec.decode(kind, payload, len(chunk)) == chunk
                for (kind, payload), chunk in zip(coded, chunks, strict=True)
            )

        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(round_trips, range(16)))


class TestZstd:
    @pytest.fixture(params=["system", "package", "python", "pure"], autouse=True)
    def _way(self, request: pytest.FixtureRequest) -> Iterator[None]:
        try:
            zstd.use(request.param)
            if request.param == "pure":
                from dumont.snapstore.codec import pure_zstd  # noqa: F401
        except (LookupError, ImportError):
            pytest.skip(f"{request.param} is not here")
        yield
        zstd.use()

    @pytest.fixture
    def frame(self) -> bytes:
        import zstandard

        return zstandard.ZstdCompressor(level=3).compress(TEXT)

    def test_reads_what_others_wrote(self, frame: bytes) -> None:
        room = memoryview(bytearray(len(TEXT)))
        zstd.decompress_into(memoryview(frame), room)
        assert room == TEXT

    def test_reads_frames_that_do_not_tell_their_size(self) -> None:
        import zstandard

        frame = zstandard.ZstdCompressor(write_content_size=False).compress(TEXT)
        room = memoryview(bytearray(len(TEXT)))
        zstd.decompress_into(frame, room)
        assert room == TEXT

    def test_refuses_what_is_cut_off_or_of_another_length(self, frame: bytes) -> None:
        for payload, length in ((frame[:-3], len(TEXT)), (frame, len(TEXT) - 1), (frame, len(TEXT) + 1), (b"", 5)):
            with pytest.raises(Damaged):
                zstd.decompress_into(payload, memoryview(bytearray(length)))

    def test_writes_what_it_reads(self) -> None:
        if not zstd.can_write():
            pytest.skip("reads only")
        room = memoryview(bytearray(len(TEXT)))
        zstd.decompress_into(zstd.compress(memoryview(TEXT), 1), room)
        assert room == TEXT


class TestPlanes:
    @pytest.mark.parametrize("stride", planes.STRIDES)
    def test_brings_back_what_went_in(self, stride: int) -> None:
        for data in (b"", b"abc", FLOATS[:10_001], NOISE[:5000], bytes(3000), b"\x00\x01" * 2000):
            room = memoryview(bytearray(len(data)))
            planes.decode(planes.encode(data, stride), room)
            assert room == data

    def test_comes_near_the_entropy(self) -> None:
        assert len(planes.encode(FLOATS, 2)) < len(FLOATS) / 1.45

    def test_reads_the_frame_of_the_format_description(self) -> None:
        # One plane of four states' worth, written by hand: symbol 0 at 2048, symbol 9 at 2048.
        plane = bytes([1, 2]) + bytes(30) + struct.pack("<2H", 2048, 2048)
        states = [(1 << 16) // 2048 << 12 | (2048 if i % 2 else 0) for i in range(32)]
        plane += struct.pack("<32I", *states)
        payload = b"\x02" + struct.pack("<BI", 2, len(plane)) + plane + struct.pack("<BI", 1, 1) + b"z" + b"!"
        room = memoryview(bytearray(65))
        planes.decode(payload, room)
        assert room == b"\x00z\x09z" * 16 + b"!"

    @given(st.data())
    @settings(max_examples=150, deadline=None)
    def test_refuses_or_reads_what_was_changed_on_the_way(self, data: st.DataObject) -> None:
        payload = bytearray(CODED)
        for _ in range(data.draw(st.integers(1, 3))):
            payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
        del payload[data.draw(st.integers(len(payload) // 2, len(payload))) :]
        room = memoryview(bytearray(4001))
        try:
            planes.decode(bytes(payload), room)
        except Damaged:
            return


CODED = planes.encode(FLOATS[:4001], 4)


class TestHint:
    def test_reads_the_kind_of_most_tensors(self) -> None:
        tensors = {
            "a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]},
            "b": {"dtype": "BF16", "shape": [50], "data_offsets": [4, 104]},
        }
        header = json.dumps({"__metadata__": {"format": "pt"}, **tensors}).encode()
        head = len(header).to_bytes(8, "little") + header
        assert codec.float_hint(b"m/x.safetensors", head) == 2
        assert codec.float_hint(b"m/x.safetensors", head[:90]) == 4
        assert codec.float_hint(b"m/x.txt", head) == 0

    def test_reads_the_width_of_an_array(self) -> None:
        assert codec.float_hint(b"x.npy", b"\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_order': False}") == 8
        assert codec.float_hint(b"x.npy", b"\x93NUMPY\x01\x00v\x00{'descr': '|S7'}") == 0

    @pytest.mark.parametrize("head", [b"", b"\xff" * 64, b"\x02\0\0\0\0\0\0\0[]", b"\x02\0\0\0\0\0\0\0{}"])
    def test_says_nothing_of_what_it_can_not_read(self, head: bytes) -> None:
        assert codec.float_hint(b"a.safetensors", head) == 0
