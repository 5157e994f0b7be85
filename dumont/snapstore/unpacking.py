"""Takes the compiled library out of the single file, into a folder that nobody else can write to."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import tempfile
import zipimport
from pathlib import Path

from dumont.snapstore import surroundings
from dumont.snapstore.native import library

FOLDER = "dumont-snapshots"


def lend_library(inside: str | None, cache: Path | None = None) -> Path | None:
    """Lets the engine use it; where it is for another platform, or can't be put anywhere, the engine does without."""
    place = None
    if inside is not None and inside.startswith(f"native/{sys.platform}-{os.uname().machine}-"):
        try:
            place = unpacked(inside, cache or _cache())
        except OSError:
            place = None
    library.elsewhere[:] = [place]
    return place


def unpacked(inside: str, folder: Path) -> Path:
    """Raises `OSError` where the folder is not ours alone: what lies in it will be run."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _refuse_strangers(folder)
    wanted = inside.rpartition("-")[2][:-3]
    target = folder / f"{wanted}.so"
    if not _holds(target, wanted):
        content = _content(inside)
        if hashlib.sha256(content).hexdigest() != wanted:
            raise OSError("the library in the file is not what its name says")
        _put(content, target)
    return target


def _cache() -> Path:
    """The person's own cache, or a new folder for this run where there is no home."""
    env = surroundings.environment()
    root = env.get("XDG_CACHE_HOME") or (os.path.join(env["HOME"], ".cache") if env.get("HOME") else "")
    if root and os.path.isabs(root):
        try:
            Path(root, FOLDER).mkdir(mode=0o700, parents=True, exist_ok=True)
            if os.access(Path(root, FOLDER), os.W_OK):
                return Path(root, FOLDER)
        except OSError:
            pass
    return Path(tempfile.gettempdir(), f"{FOLDER}-{os.getuid()}")


def _refuse_strangers(folder: Path) -> None:
    seen = folder.lstat()
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != os.getuid() or stat.S_IMODE(seen.st_mode) & 0o022:
        raise OSError("somebody else can write into the cache's folder")


def _holds(target: Path, wanted: str) -> bool:
    """Only a plain file of ours, with the very bytes."""
    try:
        handle = os.open(target, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return False
    with open(handle, "rb") as file:
        seen = os.fstat(handle)
        ours = stat.S_ISREG(seen.st_mode) and seen.st_uid == os.getuid() and not seen.st_mode & 0o022
        return ours and hashlib.sha256(file.read()).hexdigest() == wanted


def _put(content: bytes, target: Path) -> None:
    """Whole or not at all: another run may be doing the same."""
    handle, name = tempfile.mkstemp(dir=target.parent)
    try:
        with open(handle, "wb") as file:
            file.write(content)
        os.chmod(name, 0o500)
        os.replace(name, target)
    except OSError:
        os.unlink(name)
        raise


def _content(inside: str) -> bytes:
    import dumont

    loader = dumont.__spec__.loader
    if not isinstance(loader, zipimport.zipimporter):
        raise OSError("this is not the single file")
    return loader.get_data(inside)
