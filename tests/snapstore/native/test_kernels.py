"""The compiled kernels make what plain Python makes, with every kind of processor, and bear whatever they are given."""

import struct
from array import array
from random import Random

import pytest
from blake3 import blake3
from hypothesis import given, settings
from hypothesis import strategies as st

from dumont.snapstore import chunker, native
from dumont.snapstore.chunker import Params
from dumont.snapstore.codec import planes
from dumont.snapstore.errors import Damaged
from dumont.snapstore.native import Native

RANDOM = Random(11)
NOISE = RANDOM.randbytes(300_000)
FLOATS = b"".join(struct.pack("<f", RANDOM.gauss(0, 0.02)) for _ in range(30_000))
HALVES = b"".join(FLOATS[i + 2 : i + 4] for i in range(0, len(FLOATS), 4))
TEXT = b"what is said once is said again and again, and then once more. " * 900


class TestBlake3:
    def test_is_right_at_every_width(self, library: Native) -> None:
        for chunks in range(1, 35):
            for more in (-1, 0, 1):
                data = NOISE[: chunks * 1024 + more]
                assert library.blake3.digest(data) == blake3(data).digest(), len(data)

    def test_is_right_for_trees_of_many_pieces(self, library: Native) -> None:
        for size in (262_143, 262_144, 262_145, 299_999):
            assert library.blake3.digest(memoryview(NOISE)[:size]) == blake3(NOISE[:size]).digest()
        long = NOISE * 4
        assert library.blake3.keyed(NOISE[:32], long) == blake3(long, key=NOISE[:32]).digest()

    def test_names_ranges_of_one_buffer(self, library: Native) -> None:
        begins, sizes = array("Q", [0, 70, 5000]), array("Q", [70, 4000, 0])
        wanted = b"".join(blake3(NOISE[b : b + s]).digest() for b, s in zip(begins, sizes, strict=True))
        assert library.names(NOISE, begins, sizes) == wanted
        with pytest.raises(ValueError, match="behind"):
            library.names(NOISE, array("Q", [299_999]), array("Q", [2]))


class TestCrc32c:
    def test_is_the_one_of_the_standard(self, library: Native) -> None:
        assert library.crc32c(b"123456789") == 0xE3069283
        assert library.crc32c(b"") == 0

    def test_goes_on_from_the_one_before(self, library: Native) -> None:
        whole = library.crc32c(NOISE[:100_001])
        assert library.crc32c(NOISE[777:100_001], library.crc32c(NOISE[:777])) == whole
        c = 0xFFFFFFFF
        for byte in NOISE[:3000]:
            c ^= byte
            for _ in range(8):
                c = c >> 1 ^ (0x82F63B78 if c & 1 else 0)
        assert library.crc32c(NOISE[:3000]) == c ^ 0xFFFFFFFF


class TestCuts:
    def test_are_those_of_plain_python(self, library: Native, monkeypatch: pytest.MonkeyPatch) -> None:
        # Zeros between: a hash of few bits falls below the limits often enough to be seen.
        data = b"".join(RANDOM.randbytes(1500) + bytes(RANDOM.randrange(200)) for _ in range(120))
        gear = [0] + [value | 1 << 40 for value in range(1, 256)]
        monkeypatch.setattr(chunker, "_gear", gear)
        for params in (Params(64, 64, 64), Params(100, 300, 700), Params(256, 1024, 4096), Params(9999, 9999, 200_000)):
            found = library.cuts(data, gear, params)
            assert found == chunker._plain(memoryview(data), params)
            assert library.cuts(data, gear, params, first=True) == found[:1]
            assert chunker._plain(memoryview(data), params, first=True) == found[:1]
            assert found or params.max > len(data) / 2


class TestPlanes:
    @pytest.mark.parametrize("stride", planes.STRIDES)
    def test_read_what_they_wrote(self, library: Native, stride: int) -> None:
        for data in (
            b"",
            b"a",
            FLOATS,
            HALVES[:50_001],
            NOISE[:70_000],
            TEXT,
            bytes(5000),
            b"\0\1" * 3000,
            b"aaab" * 9000,
        ):
            out = memoryview(bytearray(len(data)))
            assert library.planes_decode(library.planes_encode(data, stride), out)
            assert out == data

    def test_agree_with_plain_python(self, library: Native) -> None:
        for data, stride in ((HALVES[:9001], 2), (FLOATS[:20_000], 4), (TEXT[:9000], 8)):
            out = memoryview(bytearray(len(data)))
            planes.decode(library.planes_encode(data, stride), out)
            assert out == data
            out[:] = bytes(len(data))
            assert library.planes_decode(planes.encode(data, stride), out)
            assert out == data

    def test_come_to_the_bound_of_the_entropy(self, library: Native) -> None:
        coded = library.planes_encode(HALVES, 2)
        assert len(coded) < len(planes.encode(HALVES, 2)) * 1.002
        assert len(coded) < len(HALVES) / 1.45

    @given(st.data())
    @settings(max_examples=150, deadline=None)
    def test_judge_damage_as_plain_python_does(self, data: st.DataObject) -> None:
        library = native.load()
        if library is None:
            pytest.skip("the library is not built here")
        library.level(data.draw(st.sampled_from([0, 1, 2])))
        payload = bytearray(DAMAGED_OFTEN)
        for _ in range(data.draw(st.integers(0, 3))):
            payload[data.draw(st.integers(0, min(len(payload) - 1, data.draw(st.sampled_from([10, 300, 9999])))))] = (
                data.draw(st.integers(0, 255))
            )
        del payload[data.draw(st.one_of(st.just(len(payload)), st.integers(0, len(payload)))) :]
        size = data.draw(st.sampled_from([801, 800, 802, 0, 1, 1600]))
        ours, theirs = memoryview(bytearray(size)), memoryview(bytearray(size))
        sound = library.planes_decode(bytes(payload), ours)
        library.level()
        try:
            planes.decode(bytes(payload), theirs)
        except Damaged:
            assert not sound
        else:
            assert sound
            assert ours == theirs

    @given(st.binary(max_size=3000), st.integers(0, 20_000))
    @settings(max_examples=100, deadline=None)
    def test_bear_noise(self, payload: bytes, size: int) -> None:
        library = native.load()
        if library is None:
            pytest.skip("the library is not built here")
        library.planes_decode(b"\x02" + payload, memoryview(bytearray(size)))


DAMAGED_OFTEN = planes.encode(HALVES[:801], 2)


class TestProbe:
    def test_sees_what_is_all_alike(self, library: Native) -> None:
        assert library.probe(bytes(10_000)).fill
        assert library.probe(b"x").fill
        assert not library.probe(bytes(10_000) + b"x").fill
        assert not library.probe(b"x" + bytes(10_000)).fill

    def test_measures_planes(self, library: Native) -> None:
        one, two, four, eight = library.probe(HALVES).bits
        assert one > 6
        assert 5 < two < 5.6
        assert abs(two - four) + abs(two - eight) < 0.3
        assert library.probe(NOISE).bits[0] > 7.9
        assert library.probe(b"").bits == (0, 0, 0, 0)


class TestEncodeFrames:
    def test_refuses_what_would_not_fit(self, library: Native) -> None:
        begins, sizes, out = array("Q", [0]), array("Q", [len(TEXT)]), memoryview(bytearray(1000))
        with pytest.raises(ValueError, match="behind"):
            library.encode_frames(TEXT, begins, sizes, out, array("Q", [0, 1001]))
        with pytest.raises(ValueError, match="behind"):
            library.encode_frames(TEXT, begins, array("Q", [len(TEXT) + 1]), out, array("Q", [0, 1000]))
        with pytest.raises(ValueError, match="lengths"):
            library.encode_frames(TEXT, begins, sizes, out, array("Q", [0]))
        with pytest.raises(ValueError, match="wanted"):
            library.encode_frames(TEXT, begins, array("I", [5]), out, array("Q", [0, 1000]))

    def test_leaves_as_it_is_what_has_no_room(self, library: Native) -> None:
        places = array("Q", [0, 50])
        for data in (TEXT, HALVES, NOISE):
            stored, codecs = library.encode_frames(
                data, array("Q", [0]), array("Q", [len(data)]), memoryview(bytearray(50)), places
            )
            assert (stored[0], codecs[0]) in {(len(data), 0), (0, native.NO_CODEC)}
