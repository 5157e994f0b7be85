"""Where a benchmark restores to: a file system with a journal, made for it alone where the machine allows that."""

from __future__ import annotations

import ctypes
import mmap
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

NEW_MOUNTS = 0x00020000
PRIVATE = 1 << 18 | 1 << 14
"""MS_PRIVATE and MS_REC."""
BLOCK = 4 << 20


class Ground(NamedTuple):
    folder: Path
    said: str
    forgets: bool
    """Whether deleting costs the next step nothing; without a journal, each file that is made is slow for a minute."""


class _Refused(Exception):
    """This machine makes no file systems for us; says why."""


@contextmanager
def ground(folder: Path, size: int) -> Iterator[Ground]:
    """An ext4 with a journal on a loop device past the page cache; else the folder itself, and why.

    Only this process and its children see it, and its file has no name: killed in whatever way, nothing of it stays."""
    place, image = folder / "ground", folder / "ground.ext4"
    place.mkdir()
    try:
        _make(image, size)
        _mount(image, place)
    except _Refused as refused:
        yield Ground(place, f"restored into a folder of the machine's own file system, as {refused}", False)
        return
    finally:
        image.unlink(missing_ok=True)
    try:
        yield Ground(place, "restored to ext4 with a journal, on a loop device with direct I/O", True)
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=False, capture_output=True)


def _make(image: Path, size: int) -> None:
    """Written once from end to end, so that the first to restore does not pay for finding its blocks."""
    if os.geteuid():
        raise _Refused("only root can make another")
    _filled(image, size)
    # What is put off would be done while we measure.
    options = ["-q", "-F", "-O", "has_journal", "-E", "lazy_itable_init=0,lazy_journal_init=0,nodiscard"]
    _run("mkfs.ext4", *options, str(image))


def _filled(image: Path, size: int) -> None:
    zeros = mmap.mmap(-1, BLOCK)
    direct = getattr(os, "O_DIRECT", 0)
    try:
        file = os.open(image, os.O_WRONLY | os.O_CREAT | direct, 0o600)
        try:
            for _ in range(-(-size // BLOCK)):
                os.write(file, zeros)
        finally:
            os.close(file)
    except OSError as error:
        raise _Refused(f"its file can't be written ({error.strerror})") from error


def _mount(image: Path, place: Path) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(NEW_MOUNTS) or libc.mount(b"none", b"/", None, PRIVATE, None):
        raise _Refused(f"mounts can't be kept apart here ({os.strerror(ctypes.get_errno())})")
    device = _run("losetup", "--find", "--show", "--direct-io=on", str(image)).strip()
    try:
        _run("mount", "-t", "ext4", "-o", "relatime", device, str(place))
    finally:
        # Taken back as soon as nothing is mounted from it any more.
        with suppress(_Refused):
            _run("losetup", "--detach", device)


def _run(*command: str) -> str:
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout
    except OSError as error:
        raise _Refused(f"{command[0]} is missing") from error
    except subprocess.CalledProcessError as error:
        raise _Refused(f"{command[0]} said: {error.stderr.strip()[:200]}") from error
