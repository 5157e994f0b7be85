"""The chunks of a snapshot in the making: numbered, each with its place, whether it was there or is being sent."""

from __future__ import annotations

from threading import Lock

from dumont.snapstore.index import Known, Place
from dumont.snapstore.model import ID, Manifest
from dumont.snapstore.pack import PackTable


class Book:
    """Safe for many threads."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._lock = Lock()
        self._numbers: dict[bytes, int] = {}
        self._places: list[Place | None] = []
        self.new: list[PackTable] = []
        self.new_raw = 0

    def claim(self, chunk: bytes) -> tuple[int, bool]:
        """The number of a chunk, and whether it is for the caller to send it."""
        with self._lock:
            number = self._numbers.get(chunk)
            if number is not None:
                return number, False
            number = self._numbers[chunk] = len(self._places)
            place = self._known.place(chunk)
            self._places.append(place)
            return number, place is None

    def sent(self, pack: PackTable) -> None:
        """It is in the store, whole."""
        with self._lock:
            self.new.append(pack)
            for frame, offset in zip(pack.frames, pack.offsets()):
                number = self._numbers.get(frame.id)
                if number is not None:  # else it is there for the pack's name only
                    self._places[number] = Place(pack.name, offset, frame.stored, frame.raw, frame.codec)
                    self.new_raw += frame.raw

    def pack_sizes(self) -> dict[str, int]:
        """Of all packs that the chunks lie in."""
        new = {pack.name: pack.size for pack in self.new}
        known = self._known.packs
        names = dict.fromkeys(place.pack for place in self._places if place)
        return {name: new[name] if name in new else known[name].size for name in names}

    def fill(self, manifest: Manifest) -> None:
        """Writes the columns of chunks and packs."""
        sizes = self.pack_sizes()
        packs = {name: number for number, name in enumerate(sizes)}
        manifest.pack_names = [bytes.fromhex(name) for name in sizes]
        manifest.pack_sizes.extend(sizes.values())
        ids = bytearray(ID * len(self._places))
        for chunk, number in self._numbers.items():
            ids[ID * number : ID * number + ID] = chunk
        manifest.chunk_ids = ids
        for place in self._places:
            if place is None:
                raise AssertionError("a chunk was claimed and never sent")
            manifest.chunk_pack.append(packs[place.pack])
            manifest.chunk_offset.append(place.offset)
            manifest.chunk_stored.append(place.stored)
            manifest.chunk_raw.append(place.raw)
            manifest.chunk_codec.append(place.codec)
