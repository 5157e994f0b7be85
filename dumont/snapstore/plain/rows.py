"""Tables: the same columns for every command line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dumont.snapstore.backup import BackupReport
from dumont.snapstore.check import CheckReport
from dumont.snapstore.diff import Difference
from dumont.snapstore.engine import engine
from dumont.snapstore.errors import Unreadable
from dumont.snapstore.model import Kind, Manifest
from dumont.snapstore.plain import text
from dumont.snapstore.prune import PruneReport
from dumont.snapstore.repository import Listed
from dumont.snapstore.restic import Foreign
from dumont.snapstore.restore import RestoreReport
from dumont.snapstore.stats import Stats

Row = tuple[str, ...]
SHORT = 12
LIST = ("snapshot", "state", "time", "label", "host", "root", "bytes", "tags")
DIFF = ("what", "kind", "before", "after", "path")
FILES = ("mode", "kind", "bytes", "path")
BUSY = "they are of today and a snapshot was being written within the last hour"
THIN = "of which {} are needed by nobody: the next snapshots send the rest again"
MARKS = {Kind.FILE: "file", Kind.FOLDER: "folder", Kind.SYMLINK: "symlink", Kind.HARDLINK: "hard link"}


def of_list(listed: Iterable[Listed]) -> list[Row]:
    return [_listed(one) for one in listed]


def of_foreign(listed: Iterable[Foreign]) -> list[Row]:
    """Snapshots of restic's, in the columns of ours."""
    return [
        (
            one.id[:SHORT],
            "",
            one.time[:19],
            "",
            one.host,
            ", ".join(one.paths),
            "" if one.bytes is None else text.size(one.bytes),
            " ".join(one.tags),
        )
        for one in listed
    ]


def of_diff(found: Iterable[Difference]) -> list[Row]:
    return [
        (one.what, MARKS[Kind(one.kind)], text.size(one.before), text.size(one.after), text.path(one.path))
        for one in found
    ]


def entries(manifest: Manifest, below: bytes = b"") -> list[int]:
    """What lies in a folder, itself too; or everything but the root."""
    folder = below.strip(b"/")
    return [
        entry
        for entry, path in enumerate(manifest.paths)
        if path and (not folder or path == folder or path.startswith(folder + b"/"))
    ]


def of_files(manifest: Manifest, below: bytes, sizes: Sequence[int]) -> list[Row]:
    return [
        (
            f"{manifest.mode[entry]:04o}",
            MARKS[Kind(manifest.kind[entry])],
            text.size(sizes[entry]) if manifest.kind[entry] in (Kind.FILE, Kind.FOLDER) else "",
            text.path(manifest.paths[entry]),
        )
        for entry in entries(manifest, below)
    ]


def of_backup(report: BackupReport) -> list[Row]:
    return [
        ("snapshot", report.name),
        ("tree", f"{text.size(report.bytes)} in {text.number(report.files)} files"),
        ("read", f"{text.size(report.read)}; {text.number(report.unchanged_files)} files were unchanged"),
        ("new", f"{text.size(report.new_raw)}, sent as {text.size(report.sent)} in {report.packs} packs"),
        ("time", _time(report.progress.seconds, report.bytes)),
        ("engine", engine().words),
        *(("note", f"{text.path(note.path)}: {note.what}") for note in report.notes),
    ]


def of_restore(report: RestoreReport, seconds: float) -> list[Row]:
    hot = report.seconds.get("hot")
    return [
        ("snapshot", report.snapshot),
        ("put in place", f"{text.size(report.bytes)} in {text.number(report.files)} files"),
        ("fetched", text.size(report.fetched)),
        ("time", _time(seconds, report.bytes)),
        ("engine", engine().words),
        *([("hot files", f"there after {text.duration(hot)}")] if hot is not None else []),
        *(("left alone", f"{text.number(count)}: {reason}") for reason, count in report.skipped.items()),
        *([("removed", text.number(report.removed))] if report.removed else []),
        *(("note", note) for note in report.notes),
        *(("damaged", path) for path in report.damaged),
    ]


def of_check(report: CheckReport) -> list[Row]:
    rows: list[Row] = [
        ("verdict", "sound" if report.sound else f"damaged: {text.number(len(report.problems))} problems"),
        ("snapshots", text.number(report.snapshots)),
        ("packs", f"{text.number(report.packs)} with {text.number(report.chunks)} chunks"),
        ("read", text.size(report.bytes_read)),
        ("in no index", text.number(report.orphans)),
    ]
    for problem in report.problems:
        rows.append(("problem", f"{problem.object}: {problem.what}"))
        for name, files in problem.files.items():
            rows += [("touches", f"{name[:SHORT]}  {text.path(file)}") for file in files]
    return rows


def of_prune(report: PruneReport) -> list[Row]:
    return [
        ("marked", f"{text.number(report.doomed)} packs, {text.size(report.doomed_bytes)}"),
        ("deleted", f"{text.number(report.deleted)} packs, {text.size(report.deleted_bytes)}"),
        ("waiting", f"{text.number(report.waiting)} marks"),
        *([("spared", f"{text.number(report.spared)} packs, as {BUSY}")] if report.spared else []),
        *(
            [("thin", f"{text.number(report.thinned)} packs, {THIN.format(text.size(report.thinned_bytes))}")]
            if report.thinned
            else []
        ),
        *([("mended", f"{text.number(report.mended)} damaged indexes")] if report.mended else []),
        *([("indexed", f"{text.number(report.indexed)} packs that no index told of")] if report.indexed else []),
    ]


def of_stats(found: Stats) -> list[Row]:
    return [
        ("snapshots", text.number(found.snapshots)),
        ("trees", text.size(found.tree_bytes)),
        (
            "different content",
            f"{text.size(found.unique_raw)} ({text.times(found.dedup_ratio)} by finding what is equal)",
        ),
        ("stored", f"{text.size(found.stored)} ({text.times(found.compression_ratio)} by compression)"),
        ("in the store", text.size(found.objects_bytes)),
        ("needed by nobody", text.size(found.dead_bytes)),
        *(("alone " + name[:SHORT], text.size(bytes_)) for name, bytes_ in found.alone.items()),
    ]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines with columns that stand below each other."""
    said = [tuple(text.words(cell) for cell in row) for row in rows]
    lines = [tuple(head), *said] if head else said
    if not lines:
        return []
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines]


def _listed(one: Listed) -> Row:
    state = state_of(one)
    if one.header is None:
        said = one.error.message if one.error else ""
        return (one.name[:SHORT], state, "", "", "", said, "", "")
    header = one.header
    size = header.stats.get("bytes")
    return (
        one.name[:SHORT],
        state,
        text.moment(header.time),
        header.label,
        header.host,
        header.root,
        text.size(size) if isinstance(size, int) else "",
        " ".join(header.tags),
    )


def state_of(one: Listed) -> str:
    """Of its manifest. Of an old one in a long list only the header was looked at: `check` reads all of it."""
    if one.error is not None:
        return "unreadable" if isinstance(one.error, Unreadable) else "damaged"
    return "ok" if one.whole else "header ok"


def _time(seconds: float, size: int) -> str:
    return text.duration(seconds) + (f", {text.rate(size / seconds)}" if seconds else "")
