"""Workers killed while they check and prune repositories: another ends the job, and no snapshot lacks a byte.

With DUMONT_EVERY_POINT=1 they are killed before every act of a prune that writes, else before every fifth.
"""

import os
import shutil
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

import pytest

from dumont.main.contexts import contexts
from dumont.platform.jobs.port import NoArgs
from dumont.platform.settings import Settings
from dumont.snapshots import checking, pruning
from dumont.snapstore.backup import BackupOptions, backup
from dumont.snapstore.blobs.local import LocalBlobs
from dumont.snapstore.check import check
from dumont.snapstore.prune import doom
from dumont.snapstore.repository import Repository, create, open_repository
from dumont.snapstore.track import Track
from tests.faults import storing
from tests.faults.judge import Judge, judging
from tests.faults.workers import Workers

pytestmark = pytest.mark.slow

EVERY = 1 if os.environ.get("DUMONT_EVERY_POINT") else 5
ACTS = 14
"""Writes and deletions of one prune of such a repository, at least."""
SPARE = 4
"""Repositories more than deaths: a worker may end what another began before it comes to its own."""
ATTEMPTS = pruning.PRUNE.retry.attempts_max
DAY = 86_400
USER = """
    INSERT INTO users (id, email, name, role, password_hash, session_version, created_at)
    VALUES ($1, $2, 'One', 'user', '', 1, $3)
"""
LOST = """
    SELECT id, args ->> 'repository_id' AS repository FROM jobs
    WHERE name = 'snapshots.prune' AND state = 'failed' AND error ->> 'code' = 'worker_lost'
"""
REPOSITORY = "INSERT INTO snapshot_repositories (id, user_id, created_at) VALUES ($1, $1, $2)"
SNAPSHOT = """
    INSERT INTO snapshots (id, repository_id, label, state, manifest, created_at, heard_at, completed_at, deleted_at,
        deleted_by, purge_at)
    VALUES ($1, $2, 'box', $3, $4, $5, $5, $5, $6, 'person', $6)
"""


@dataclass(frozen=True)
class Model:
    """A repository with all that a prune has to do in it, a few days old."""

    folder: Path
    kept: str
    deleted: str

    def at(self, store: Path, owner: UUID) -> None:
        shutil.copytree(self.folder, store / str(owner))
        age(store / str(owner), 3 * DAY)


def age(folder: Path, seconds: float) -> None:
    moment = time.time() - seconds
    for path in folder.rglob("*"):
        os.utime(path, (moment, moment))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """One snapshot that stays, one that was deleted in the book, one that is doomed already, one of a dead writer; of
    the indexes one is damaged."""
    folder, tree = tmp_path_factory.mktemp("model") / "repository", tmp_path_factory.mktemp("tree")
    repository = create(LocalBlobs(str(folder)))
    names = []
    for number, label in enumerate(("doomed", "kept", "deleted", "dead")):
        (tree / "own").write_bytes(Random(number).randbytes(300_000))
        (tree / label).write_text(label)
        names.append(backup(repository, os.fsencode(tree), BackupOptions(label=label), Track()).name)
        if label == "doomed":
            repository.forget(names)
            doom(repository, Track())
            (tree / "doomed").unlink()
    repository.forget(names[3:])
    index = next((folder / "index").iterdir())
    index.write_bytes(index.read_bytes()[:-1])
    return Model(folder, names[1], names[2])


@pytest.fixture
async def judge(fresh_database_url: str, settings: Settings) -> AsyncIterator[Judge]:
    async with judging(fresh_database_url, settings, contexts()) as judge:
        yield judge


@pytest.fixture
def workers(fresh_database_url: str, tmp_path: Path) -> Workers:
    store = {"DUMONT_SNAPSHOTS_STORE": (tmp_path / "store").as_uri(), "DUMONT_WORKER_CONCURRENCY": "1"}
    return Workers(fresh_database_url, "tests.faults.storing:contexts", tmp_path / "home", store)


class TestKilledTasks:
    async def test_of_repositories_are_ended_by_others_and_lose_nothing(
        self, judge: Judge, workers: Workers, model: Model, tmp_path: Path
    ) -> None:
        store = tmp_path / "store"
        orders = [f"write:{act}" for act in range(1, ACTS + 1, EVERY)] + ["read:2", "read:5"]
        edges = ["before:3", "after:4", "before:6"]
        owners = [await self._repository(judge, model, store) for _ in range(len(orders) + len(edges) + SPARE)]
        for owner in owners:
            await judge.enqueue("snapshots.prune", pruning.Wanted(repository_id=owner))
        for edge in edges:
            with workers.start(edge) as dying:
                dying.died()
        for order in orders:
            with told(tmp_path, order), workers.start() as dying:
                dying.died()
            for owner in owners:
                assert model.kept in opened(store, owner).names()
        with workers.start():
            await judge.until_all_done()
            lost = await self._prune_the_lost_again(judge)
            assert len(lost) <= (len(orders) + len(edges)) / ATTEMPTS
            await self._assert_all_is_well(judge, model, store, owners, lost)
            for owner in owners:
                age(store / str(owner), 3 * DAY)
                await judge.enqueue("snapshots.prune", pruning.Wanted(repository_id=owner))
                await judge.enqueue("snapshots.check", checking.Wanted(repository_id=owner, read_data=True))
            await judge.until_all_done()
        assert await judge.ask("SELECT max(attempt) > 1 FROM jobs WHERE name = 'snapshots.prune'")
        assert await judge.ask("SELECT bool_and((check_result->>'ok')::bool) FROM snapshot_repositories")
        for owner in owners:
            repository = opened(store, owner)
            needed = {pack.hex() for pack in repository.load(model.kept).pack_names}
            assert {found.name[-64:] for found in repository.blobs.list("packs/")} == needed
            assert list(repository.blobs.list("doomed/")) == []

    async def test_of_checking_are_taken_up_by_others(
        self, judge: Judge, workers: Workers, model: Model, tmp_path: Path
    ) -> None:
        owners = [await self._repository(judge, model, tmp_path / "store") for _ in range(3)]
        for owner in owners:
            await judge.enqueue("snapshots.check", checking.Wanted(repository_id=owner, read_data=True))
        for order in ("read:3", "read:7"):
            with told(tmp_path, order), workers.start() as dying:
                dying.died()
        with workers.start():
            await judge.until_all_done()
        results = await judge.rows("SELECT task, check_result FROM snapshot_repositories")
        assert [(row["task"], "is damaged" in str(row["check_result"])) for row in results] == [(None, True)] * 3

    async def _repository(self, judge: Judge, model: Model, store: Path) -> UUID:
        owner = UUID(bytes=os.urandom(16))
        model.at(store, owner)
        now = datetime.now(UTC)
        gone = now - timedelta(days=1)
        await judge.rows(USER, owner, f"{owner}@example.com", now)
        await judge.rows(REPOSITORY, owner, now)
        for state, manifest, when in (("complete", model.kept, None), ("deleted", model.deleted, gone)):
            await judge.rows(SNAPSHOT, UUID(bytes=os.urandom(16)), owner, state, manifest, now, when)
        return owner

    async def _prune_the_lost_again(self, judge: Judge) -> list[UUID]:
        """As the tidying and the night do. With so many deaths one job may meet all that it has attempts for: it is
        given up, its repository is freed a while later, and what it left half done is ended by the next."""
        gone = await judge.rows(LOST)
        await judge.rows("UPDATE snapshot_repositories SET task_at = task_at - interval '1 hour'")
        await judge.enqueue("snapshots.tidy", NoArgs())
        await judge.until_all_done()
        for row in gone:
            await judge.enqueue("snapshots.prune", pruning.Wanted(repository_id=UUID(row["repository"])))
        await judge.until_all_done()
        return [row["id"] for row in gone]

    async def _assert_all_is_well(
        self, judge: Judge, model: Model, store: Path, owners: list[UUID], lost: list[UUID]
    ) -> None:
        failed = await judge.rows("SELECT name, error FROM jobs WHERE state <> 'succeeded' AND id <> ALL($1)", lost)
        assert failed == []
        assert await judge.rows("SELECT id FROM snapshot_repositories WHERE task IS NOT NULL") == []
        assert await judge.rows("SELECT id FROM snapshots WHERE state = 'deleted' AND purged_at IS NULL") == []
        assert await judge.loose_ends() == 0
        for owner in owners:
            repository = opened(store, owner)
            assert repository.names() == [model.kept]
            report = check(repository, True, Track())
            assert (report.problems, report.orphans) == ([], 0)


def opened(store: Path, owner: UUID) -> Repository:
    return open_repository(LocalBlobs(str(store / str(owner))))


@contextmanager
def told(folder: Path, order: str) -> Iterator[None]:
    """At which act the next worker dies."""
    (folder / storing.DIE_AT).write_text(order)
    yield
    (folder / storing.DIE_AT).unlink()
