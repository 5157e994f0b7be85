"""What the verbs tell, as plain values for JSON; one place for every command line, so that programs can rely on it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from dumont.snapstore.backup import BackupReport
from dumont.snapstore.check import CheckReport
from dumont.snapstore.diff import Difference
from dumont.snapstore.engine import engine
from dumont.snapstore.errors import SnapError
from dumont.snapstore.model import Kind, Manifest
from dumont.snapstore.plain import rows, text
from dumont.snapstore.repository import Listed
from dumont.snapstore.restore import RestoreReport
from dumont.snapstore.stats import Stats
from dumont.snapstore.track import Progress


def of_progress(progress: Progress) -> dict[str, Any]:
    return {**plain(progress), "share": progress.share, "rate": progress.rate, "seconds_left": progress.seconds_left}


def of_error(error: SnapError) -> dict[str, Any]:
    return {"error": {"code": error.code, "message": error.message, "hint": error.hint}}


def of_listed(listed: Listed) -> dict[str, Any]:
    told: dict[str, Any] = {"name": listed.name, "manifest_bytes": listed.size, "state": rows.state_of(listed)}
    if listed.header:
        told.update(plain(listed.header))
    if listed.error:
        told.update(of_error(listed.error))
    return told


def of_manifest(manifest: Manifest) -> dict[str, Any]:
    kinds = {kind.name.lower() + "s": manifest.kind.count(kind) for kind in Kind}
    stored = sum(manifest.chunk_stored)
    raw = sum(manifest.chunk_raw)
    return {
        "name": manifest.name,
        **plain(manifest.header),
        "entries": kinds,
        "bytes": manifest.tree_bytes(),
        "unique_bytes": raw,
        "stored_bytes": stored,
        "chunks": manifest.chunks(),
        "packs": len(manifest.pack_names),
        "compression_ratio": raw / stored if stored else 1.0,
    }


def of_entry(manifest: Manifest, entry: int, sizes: Sequence[int]) -> dict[str, Any]:
    """`sizes` are of folders with all that is below them."""
    kind = Kind(manifest.kind[entry])
    told: dict[str, Any] = {
        "path": text.path(manifest.paths[entry]),
        "kind": kind.name.lower(),
        "mode": f"{manifest.mode[entry]:04o}",
        "uid": manifest.uid[entry],
        "gid": manifest.gid[entry],
        "size": sizes[entry],
        "mtime_ns": manifest.mtime[entry],
    }
    if kind is Kind.SYMLINK:
        told["link"] = text.path(manifest.links[entry])
    return told


def of_difference(found: Difference) -> dict[str, Any]:
    return {**found._asdict(), "path": text.path(found.path), "kind": Kind(found.kind).name.lower()}


def of_backup(report: BackupReport) -> dict[str, Any]:
    return {**plain(report), "progress": of_progress(report.progress), "engine": engine().words}


def of_restore(report: RestoreReport) -> dict[str, Any]:
    return {**plain(report), "complete": report.complete, "engine": engine().words}


def of_check(report: CheckReport) -> dict[str, Any]:
    return {**plain(report), "sound": report.sound}


def of_stats(found: Stats) -> dict[str, Any]:
    ratios = {"dedup_ratio": found.dedup_ratio, "compression_ratio": found.compression_ratio}
    return {**found._asdict(), **ratios}


def plain(value: Any) -> Any:
    """Only what JSON has; bytes are paths."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return plain(value._asdict())
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, (bytes, bytearray)):
        return text.path(bytes(value))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(inner) for inner in value]
    return value
