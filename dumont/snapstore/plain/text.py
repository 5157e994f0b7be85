"""Sizes, rates, times and progress as people read them."""

from __future__ import annotations

from dumont.snapstore.track import Progress

NOTICED_SECONDS = 1.0
"""One lost connection among many is no news."""
UNITS = ("B", "kB", "MB", "GB", "TB", "PB")


def size(count: float) -> str:
    """In steps of a thousand, with three digits: 4.35 GB."""
    step = 0
    while abs(count) >= 999.5 and step < len(UNITS) - 1:
        count /= 1000
        step += 1
    if step == 0:
        return f"{count:.0f} B"
    digits = 2 if abs(count) < 9.995 else 1 if abs(count) < 99.95 else 0
    return f"{count:.{digits}f} {UNITS[step]}"


def rate(bytes_second: float) -> str:
    return f"{size(bytes_second)}/s"


def duration(seconds: float) -> str:
    """12.3 s, 4 min 05 s, 2 h 07 min."""
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def moment(said: str) -> str:
    """In UTC, as it was written down."""
    return said[:19].replace("T", " ")


def number(count: int) -> str:
    return f"{count:,}"


def times(ratio: float) -> str:
    return f"{ratio:.2f}×"


def percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def path(raw: bytes) -> str:
    """A path as a terminal may show it: without the bytes that would steer it."""
    return words(raw.decode("utf-8", "backslashreplace"))


def words(said: str) -> str:
    """What a stranger may have written, such as a label: one line, and nothing that steers a terminal."""
    if said.isprintable():
        return said
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in said)


def progress_line(progress: Progress) -> str:
    """Stage, bytes, files; then rate and how long it will take, or who is waited for."""
    parts = [progress.stage]
    if progress.bytes_total:
        parts.append(f"{percent(progress.share)}  {size(progress.bytes)} of {size(progress.bytes_total)}")
    elif progress.bytes:
        parts.append(size(progress.bytes))
    if progress.away and progress.away.seconds >= NOTICED_SECONDS:
        said = f"waiting for the server for {duration(progress.away.seconds)}: {progress.away.why}"
        return "  ".join([*parts, words(said)])
    if progress.files_total or progress.files:
        total = f" of {number(progress.files_total)}" if progress.files_total else ""
        parts.append(f"{number(progress.files)}{total} files")
    if progress.bytes:
        parts.append(rate(progress.rate))
    left = progress.seconds_left
    if left is not None and progress.bytes < progress.bytes_total:
        parts.append(f"{duration(left)} left")
    return "  ".join(parts)
