"""Gives the demo's first account some snapshots: small trees of invented work, taken by the real engine."""

import asyncio
import os
import struct
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from uuid import UUID

from dumont.accounts import signup
from dumont.main.demo_machines import quiet_work
from dumont.platform.db import Db
from dumont.platform.jobs import Jobs
from dumont.platform.jobs.duties import Duty
from dumont.platform.parts import Parts
from dumont.snapshots import past
from dumont.snapshots.past import Taken
from dumont.snapshots.stores import Stores
from dumont.snapshots.verifying import look
from dumont.snapstore import repository as repositories
from dumont.snapstore.backup import BackupOptions, backup
from dumont.snapstore.blobs import Blobs
from dumont.snapstore.errors import Exists
from dumont.snapstore.repository import Repository
from dumont.snapstore.track import Track

SEED = 1
LOOK_AGAIN_SECONDS, DONE_SECONDS = 2.0, 3600.0
WEIGHTS = 120_000
WORDS = ("loss", "batch", "token", "learning", "rate", "epoch", "cache", "shard", "layer", "head", "mask", "prompt")


@dataclass(frozen=True, slots=True)
class Day:
    """One evening of somebody's work on one thing."""

    label: str
    root: str
    days_ago: float
    tags: tuple[str, ...] = ()
    restored_to: str | None = None


DAYS = (
    Day("llama-finetune", "/workspace/llama-finetune", 9, ("before-sweep",)),
    Day("llama-finetune", "/workspace/llama-finetune", 6),
    Day("notebooks", "/home/user/notebooks", 5),
    Day("llama-finetune", "/workspace/llama-finetune", 2, ("best",), "/workspace/llama-finetune"),
    Day("notebooks", "/home/user/notebooks", 1.2),
    Day("llama-finetune", "/workspace/llama-finetune", 0.3),
)


def duty() -> Duty:
    """Once, when there is somebody whose they can be."""

    async def fill(parts: Parts) -> float:
        async with parts.get(Db).begin() as tx:
            owner = await signup.first_account(tx)
            if owner is None:
                return LOOK_AGAIN_SECONDS
            if await past.has_any(tx, owner):
                return DONE_SECONDS
        taken = await asyncio.to_thread(take_all, parts.get(Stores).blobs(owner))
        await _record(parts, owner, taken)
        return DONE_SECONDS

    return Duty("demo.fill_snapshots", fill)


def take_all(blobs: Blobs, days: Sequence[Day] = DAYS) -> list[Taken]:
    """Blocking, for about a second. Taken twice, the second time sends next to nothing."""
    repository, random = _opened(blobs), Random(SEED)  # noqa: S311 - repeatable on purpose
    with tempfile.TemporaryDirectory(prefix="dumont-demo-") as folder:
        return [_take(repository, _worked(Path(folder), day, random), day) for day in days]


async def _record(parts: Parts, owner: UUID, taken: Sequence[Taken]) -> None:
    async with parts.get(Db).begin() as tx:
        if not await past.has_any(tx, owner):
            await past.record(quiet_work(parts, tx), parts.get(Jobs), owner, taken)


def _opened(blobs: Blobs) -> Repository:
    try:
        return repositories.create(blobs)
    except Exists:
        return repositories.open_repository(blobs)


def _take(repository: Repository, folder: Path, day: Day) -> Taken:
    track = Track()
    options = BackupOptions(label=day.label, tags=day.tags, host="demo")
    report = backup(repository, os.fsencode(folder), options, track)
    return Taken(
        manifest=report.name,
        label=day.label,
        root=day.root,
        ago=timedelta(days=day.days_ago),
        seen=look(repository.blobs, report.name, None),
        new_bytes=report.sent,
        stages={name: round(seconds, 3) for name, seconds in track.now().stages.items()},
        tags=day.tags,
        restored_to=day.restored_to,
    )


def _worked(folder: Path, day: Day, random: Random) -> Path:
    """What is there is changed a little; what is not is made."""
    place = folder / day.label
    for path, data in _files(day.label, random):
        target = place / path
        if not target.exists() or path.startswith(("runs/", "src/train", "week")):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
    run = place / "runs" / f"{abs(int(day.days_ago * 10)):03}"
    run.mkdir(parents=True)
    (run / "log.jsonl").write_bytes(_log(random, 400))
    return place


def _files(label: str, random: Random) -> Iterator[tuple[str, bytes]]:
    if label == "notebooks":
        yield from ((f"week-{number:02}.ipynb", _log(random, 120)) for number in range(1, 9))
        yield from ((f"figures/{number:02}.png", random.randbytes(24_000)) for number in range(12))
        return
    yield "README.md", b"# Fine-tuning\n\nNotes of what was tried, and what came of it.\n"
    yield "src/train.py", b"\n".join(b"step_%d = %d" % (line, random.randrange(10**6)) for line in range(200))
    yield from ((f"src/model/layer_{number:02}.py", _log(random, 20)) for number in range(24))
    yield from ((f"data/shard-{number:03}.jsonl", _log(random, 2_000)) for number in range(6))
    yield "models/adapter.safetensors", _weights(random)


def _log(random: Random, lines: int) -> bytes:
    said = (f'{{"step": {line}, "{random.choice(WORDS)}": {random.random():.4f}}}' for line in range(lines))
    return "\n".join(said).encode()


def _weights(random: Random) -> bytes:
    """In the layout of safetensors: a length, a header, numbers that are spread as weights are."""
    header = b'{"adapter":{"dtype":"F32","shape":[%d],"data_offsets":[0,%d]}}' % (WEIGHTS, 4 * WEIGHTS)
    numbers = struct.pack(f"<{WEIGHTS}f", *(random.gauss(0, 0.02) for _ in range(WEIGHTS)))
    return struct.pack("<Q", len(header)) + header + numbers
