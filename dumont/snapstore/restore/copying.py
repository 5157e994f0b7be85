"""Copies files without their bytes passing through us, and without copying where the file system can share."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os

FICLONE = 0x40049409
AT_ONCE = 64 << 20


def copied(source: int, target: int, size: int) -> None:
    """Shares the blocks where the file system can, and else lets the kernel copy."""
    if not shared_blocks(source, target):
        copy_range(source, 0, target, 0, size)


def shared_blocks(source: int, target: int) -> bool:
    with contextlib.suppress(OSError):
        fcntl.ioctl(target, FICLONE, source)
        return True
    return False


def copy_range(source: int, begin: int, target: int, at: int, length: int) -> None:
    done = 0
    while done < length:
        done += _some(source, begin + done, target, at + done, min(AT_ONCE, length - done))


def _some(source: int, begin: int, target: int, at: int, length: int) -> int:
    count = _by_kernel(source, begin, target, at, length)
    if count < 0:
        count = os.pwrite(target, os.pread(source, min(length, 1 << 20), begin), at)
    if not count:
        raise OSError(errno.EIO, "the file that was copied from became shorter")
    return count


def _by_kernel(source: int, begin: int, target: int, at: int, length: int) -> int:
    """-1 where it can't."""
    if not hasattr(os, "copy_file_range"):
        return -1
    try:
        return os.copy_file_range(source, target, length, begin, at)
    except OSError as error:
        if error.errno not in (errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP):
            raise
        return -1
