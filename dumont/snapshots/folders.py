"""Finds one folder of a snapshot and what is directly in it, without walking through the rest."""

import base64
import binascii
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from dumont.basics.errors import Conflict, Invalid, NotFound
from dumont.basics.page import Page
from dumont.snapstore import paths
from dumont.snapstore.model import Kind, Manifest


class NoFolder(Conflict):
    code = "not_a_folder"


class NoContent(Conflict):
    code = "no_content"


class NoSuchFile(NotFound):
    code = "no_such_file"
    hint = "Names are as the list of files writes them."


@dataclass(frozen=True, slots=True)
class Entry:
    """By its number in the manifest; of a folder, what lies below it ends before `end`."""

    number: int
    path: bytes
    end: int

    @property
    def name(self) -> bytes:
        return self.path.rpartition(b"/")[2]


def entry_at(manifest: Manifest, text: str) -> Entry:
    try:
        path = paths.read(text)
    except ValueError as error:
        raise Invalid.field("path", str(error)) from None
    number = _at(manifest, _key(path))
    if number == len(manifest) or manifest.paths[number] != path:
        raise NoSuchFile("There is no such file in this snapshot.")
    return _entry(manifest, number)


def listed(manifest: Manifest, folder: Entry, cursor: str | None, limit: int) -> Page[Entry]:
    if manifest.kind[folder.number] != Kind.FOLDER:
        raise NoFolder("This is a file, not a folder.", hint="Download it.")
    begin = _behind(manifest, folder, _read_cursor(cursor)) if cursor else folder.number + 1
    found: list[Entry] = []
    for entry in _children(manifest, begin, folder.end):
        if len(found) == limit:
            return Page(found, _write_cursor(found[-1].name))
        found.append(entry)
    return Page(found)


def _children(manifest: Manifest, begin: int, end: int) -> Iterator[Entry]:
    while begin < end:
        entry = _entry(manifest, begin)
        yield entry
        begin = entry.end


def _entry(manifest: Manifest, number: int) -> Entry:
    path = manifest.paths[number]
    if manifest.kind[number] != Kind.FOLDER:
        return Entry(number, path, number + 1)
    return Entry(number, path, _at(manifest, _key(path) + b"\x01") if path else len(manifest))


def _behind(manifest: Manifest, folder: Entry, name: bytes) -> int:
    path = folder.path + b"/" + name if folder.path else name
    return min(folder.end, max(folder.number + 1, _at(manifest, _key(path) + b"\x01")))


def _at(manifest: Manifest, key: bytes) -> int:
    return bisect_left(manifest.paths, key, key=_key)


def _key(path: bytes) -> bytes:
    """Manifests are in the order of the paths' parts; no name holds a zero byte, so it sorts before all."""
    return path.replace(b"/", b"\0")


def _write_cursor(name: bytes) -> str:
    return base64.urlsafe_b64encode(name).decode()


def _read_cursor(cursor: str) -> bytes:
    try:
        return base64.b64decode(cursor, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Invalid.field("cursor", "is not one that this list gave") from None
