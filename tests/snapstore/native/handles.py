"""Which files of a test's own folder are open in this process."""

from pathlib import Path


def open_below(folder: Path) -> set[str]:
    """Other handles of this process may be closed at any time, as what holds them is thrown away."""
    return {entry.name for entry in Path("/proc/self/fd").iterdir() if _target(entry).startswith(str(folder))}


def _target(handle: Path) -> str:
    try:
        return str(handle.readlink())
    except FileNotFoundError:  # that of the look itself
        return ""
