"""The one way to write an attempt: what it counts, when it blocks, and that nothing is lost however many write."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncEngine

from dumont.basics.errors import Invalid
from dumont.basics.machine_key import MachineKey
from dumont.platform.db import Db, Tx
from dumont.platform.db.engine import make_db, make_engine
from dumont.platform.settings import Settings
from dumont.platform.work import Work
from dumont.reliability import attempts
from dumont.reliability.attempts import Attempt, Failed, Succeeded
from dumont.reliability.events import AttemptRecorded, Blacklisted
from dumont.reliability.rules.limits import Limits
from dumont.reliability.rules.outcomes import REASONS, Reason
from dumont.reliability.tables import ReliabilityAttempt, ReliabilityBlacklist, ReliabilityMachine
from dumont.reliability.thresholds import limits_of
from tests.build.reliability import VAST, attempt, tried
from tests.fakes.clock import START, FakeClock
from tests.fakes.publisher import FakePublisher
from tests.reliability.conftest import WorkFor
from tests.reliability.model import Machine

CRITICAL = ("hardware_error", "boot_timeout")


async def machine(tx: Tx, key: MachineKey = VAST) -> ReliabilityMachine:
    query = select(ReliabilityMachine).where(
        ReliabilityMachine.provider == key.provider, ReliabilityMachine.machine_id == key.machine_id
    )
    return (await tx.execute(query.execution_options(populate_existing=True))).scalar_one()


async def entries(tx: Tx) -> Sequence[ReliabilityBlacklist]:
    query = select(ReliabilityBlacklist).order_by(ReliabilityBlacklist.created_at, ReliabilityBlacklist.id)
    return (await tx.execute(query.execution_options(populate_existing=True))).scalars().all()


async def blocks(work: Work, *words: str) -> str | None:
    """The kind of entry that the last of these attempts leads to."""
    recorded = await tried(work, words)
    return recorded.entry.kind if recorded.entry else None


class TestRecord:
    async def test_counts_and_dates_what_happened(self, work: Work, work_for: WorkFor, clock: FakeClock) -> None:
        await tried(work, ["ok"])
        clock.advance(minutes=1)
        await tried(work_for(work.tx), ["ssh_failed"])
        clock.advance(minutes=1)
        await tried(work_for(work.tx), ["ok", "ok"])
        row = await machine(work.tx)
        assert (row.total, row.succeeded, row.failed, row.consecutive_failures) == (4, 3, 1, 0)
        assert (row.success_rate, row.reasons) == (0.75, {"ssh_failed": 1})
        assert (row.first_attempt_at, row.last_failure_at) == (START, START + timedelta(minutes=1))
        assert row.last_attempt_at == row.last_success_at == row.noted_at == START + timedelta(minutes=2)
        assert (row.boot_count, row.boot_seconds_sum, sum(row.boot_histogram)) == (3, 120.0, 3)

    async def test_keeps_each_attempt_whole(self, work: Work) -> None:
        mine, instance = UUID(int=7), UUID(int=8)
        outcome = Failed("ssh_failed", "no \x00route\ud800 " + "x" * 3000, seconds=12.5)
        await attempts.record(work, Attempt(VAST, "failover", outcome, instance_id=instance, user_id=mine))
        row = (await work.tx.execute(select(ReliabilityAttempt))).scalar_one()
        assert (row.provider, row.machine_id, row.type, row.success) == ("vast", "12345", "failover", False)
        assert (row.reason, row.seconds, row.boot_seconds) == ("ssh_failed", 12.5, None)
        assert (row.instance_id, row.user_id, row.at) == (instance, mine, START)
        assert row.message is not None
        assert row.message.startswith("no route? xxx")
        assert len(row.message) == attempts.MESSAGE_MAX

    async def test_tells_who_listens(self, work: Work, published: FakePublisher) -> None:
        await tried(work, ["unknown", "unknown", "unknown"])
        assert [told.reason for told in published.of(AttemptRecorded)] == ["unknown"] * 3
        (blocked,) = published.of(Blacklisted)
        assert (blocked.entry_kind, blocked.expires_at) == ("automatic", START + timedelta(days=7))
        assert blocked.topics() == ("machines",)

    async def test_does_no_harm_a_second_time(self, work: Work, published: FakePublisher) -> None:
        once = Attempt(VAST, "wake", Failed("network"), id=UUID(int=5))
        first = await attempts.record(work, once)
        again = await attempts.record(work, once)
        assert (first.recorded, again.recorded) == (True, False)
        assert (again.total, again.consecutive_failures, again.entry) == (1, 1, None)
        assert len(published.events) == 1

    async def test_takes_what_happened_before_and_nothing_from_the_future(self, work: Work) -> None:
        past, future = START - timedelta(hours=2), START + timedelta(hours=2)
        await attempts.record(work, Attempt(VAST, "deploy", Succeeded(9), at=past))
        await attempts.record(work, Attempt(VAST, "deploy", Succeeded(9), at=future))
        row = await machine(work.tx)
        assert (row.first_attempt_at, row.last_attempt_at) == (past, START)

    async def test_of_many_answers_in_their_order(self, work: Work) -> None:
        other = MachineKey("aws", "eu-west-1a:p5")
        given = [attempt("ok"), attempt("network", other), attempt("network"), attempt("ok", other)]
        told = [(each.total, each.succeeded) for each in await attempts.record_all(work, given)]
        assert told == [(1, 1), (1, 0), (2, 1), (2, 1)]

    async def test_is_one_round_trip(self, work: Work, engine: AsyncEngine) -> None:
        await tried(work, ["ok"])
        statements: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
            statements.append(statement)

        event.listen(engine.sync_engine, "before_cursor_execute", note)
        try:
            await tried(work, ["boot_timeout"])
        finally:
            event.remove(engine.sync_engine, "before_cursor_execute", note)
        assert len(statements) == 1


class TestAttempt:
    """What makes no sense can't be written."""

    @pytest.mark.parametrize(
        ("field", "wrong"),
        [
            ("provider", lambda: Attempt(MachineKey("clowd", "1"), "deploy", Succeeded(1))),
            ("type", lambda: Attempt(VAST, "guess", Succeeded(1))),  # type: ignore[arg-type]
            ("reason", lambda: Attempt(VAST, "deploy", Failed("bad luck"))),  # type: ignore[arg-type]
            ("boot_seconds", lambda: Attempt(VAST, "deploy", Succeeded())),
            ("boot_seconds", lambda: Attempt(VAST, "health_check", Succeeded(3))),
            ("boot_seconds", lambda: Attempt(VAST, "deploy", Succeeded(float("nan")))),
            ("seconds", lambda: Attempt(VAST, "deploy", Failed("network", seconds=-1))),
            ("at", lambda: Attempt(VAST, "deploy", Succeeded(1), at=datetime(2026, 1, 1))),  # noqa: DTZ001
        ],
    )
    def test_is_refused(self, field: str, wrong: Any) -> None:
        with pytest.raises(Invalid) as caught:
            wrong()
        assert caught.value.faults[0].field == field

    def test_of_health_boots_nothing(self) -> None:
        assert Attempt(VAST, "health_check", Succeeded(seconds=0.2)).outcome == Succeeded(None, 0.2)


class TestOfferGone:
    async def test_counts_for_nothing(self, work: Work) -> None:
        await tried(work, ["network", "network"])
        recorded = await tried(work, ["offer_gone"] * 5)
        row = await machine(work.tx)
        assert (recorded.total, row.failed, row.consecutive_failures, recorded.entry) == (2, 2, 2, None)
        assert (row.reasons, row.last_failure_at, row.last_attempt_at) == ({"network": 2}, START, START)

    async def test_neither_breaks_nor_makes_a_row_of_failures(self, work: Work) -> None:
        assert await blocks(work, "network", "network", "offer_gone") is None
        assert await blocks(work, "network") == "automatic"

    async def test_is_kept_among_the_attempts(self, work: Work) -> None:
        await tried(work, ["offer_gone"])
        assert (await work.tx.execute(select(ReliabilityAttempt.reason))).scalars().all() == ["offer_gone"]


class TestFailuresInRow:
    @pytest.mark.parametrize(("count", "kind"), [(2, None), (3, "automatic"), (4, "automatic")])
    async def test_block_from_the_third(self, work: Work, count: int, kind: str | None) -> None:
        good = ["ok"] * 20  # so that the rate is no reason
        assert await blocks(work, *good, *["network"] * count) == kind

    async def test_begin_anew_after_a_success(self, work: Work) -> None:
        good = ["ok"] * 20
        assert await blocks(work, *good, "network", "network", "ok", "network", "network") is None

    @pytest.mark.parametrize(("limit", "kind"), [(1, "automatic"), (2, "automatic"), (3, None)])
    async def test_are_counted_by_a_setting(self, tx: Tx, work_for: WorkFor, limit: int, kind: str | None) -> None:
        work = work_for(tx, blacklist_failures_in_row=limit)
        assert await blocks(work, *["ok"] * 20, "network", "network") == kind


class TestRate:
    @pytest.mark.parametrize(
        ("words", "kind"),
        [
            (("network", "network"), None),  # nothing of two is too little to tell
            (("network", "ok", "network"), None),  # 33%
            (("ok", "network", "network", "ok", "network", "network", "ok", "network", "network", "network"), "row"),
            (("ok", "network", "network", "ok", "network", "network", "ok", "network", "network"), None),  # 33%
            (("ok", *("network", "network", "ok") * 2, "network", "network"), None),
            (("network", "network", "ok", "network", "network"), "rate"),  # 20%
        ],
    )
    async def test_below_the_threshold_blocks(self, work: Work, words: Sequence[str], kind: str | None) -> None:
        recorded = await tried(work, words)
        reason = recorded.entry.reason if recorded.entry else None
        assert (reason is None) == (kind is None)
        assert reason is None or {"row": "in a row", "rate": "succeeded in"}[str(kind)] in reason

    @pytest.mark.parametrize(("succeeded", "blocked"), [(29, True), (30, False), (31, False)])
    async def test_is_looked_at_to_the_hundredth(
        self, tx: Tx, work_for: WorkFor, succeeded: int, blocked: bool
    ) -> None:
        """Of a hundred attempts, the last of which failed; so many in a row are let pass."""
        work = work_for(tx, blacklist_failures_in_row=1000, machine_attempts_min=100)
        given = [attempt("ok")] * succeeded + [attempt("network")] * (100 - succeeded)
        last = (await attempts.record_all(work, given))[-1]
        assert (last.total, last.succeeded) == (100, succeeded)
        assert (last.entry is not None) == blocked

    @pytest.mark.parametrize(("attempts_min", "blocked"), [(2, True), (3, False)])
    async def test_wants_so_many_attempts(self, tx: Tx, work_for: WorkFor, attempts_min: int, blocked: bool) -> None:
        work = work_for(tx, machine_attempts_min=attempts_min)
        assert (await blocks(work, "network", "network") is not None) == blocked

    async def test_is_no_reason_to_block_after_a_success(self, tx: Tx, work_for: WorkFor) -> None:
        work = work_for(tx, blacklist_failures_in_row=1000, machine_poor_rate=0.9, machine_attempts_min=2)
        assert await blocks(work, "network", "ok") is None


class TestCritical:
    @pytest.mark.parametrize("reason", REASONS)
    async def test_is_one_failure_of_the_hardware_or_at_boot(self, work: Work, reason: Reason) -> None:
        recorded = await tried(work, [reason])
        assert (recorded.entry and recorded.entry.kind) == ("temporary" if reason in CRITICAL else None)
        if recorded.entry is not None:
            assert recorded.entry.expires_at == START + timedelta(hours=24)

    async def test_is_what_settings_say(self, tx: Tx, work_for: WorkFor) -> None:
        work = work_for(tx, blacklist_critical_reasons=("network",), blacklist_temporary_hours=1.5)
        recorded = await tried(work, ["network"])
        assert recorded.entry is not None
        assert recorded.entry.expires_at == START + timedelta(hours=1.5)
        assert await blocks(work, "ok", "boot_timeout") is None

    async def test_lasts_from_the_newest(self, work: Work, work_for: WorkFor, clock: FakeClock) -> None:
        await tried(work, ["ok", "hardware_error", "ok"])
        clock.advance(hours=5)
        recorded = await tried(work_for(work.tx), ["hardware_error"])
        assert recorded.entry is not None
        assert (recorded.entry.outcome, recorded.entry.expires_at) == ("renewed", START + timedelta(hours=29))

    async def test_gives_way_to_too_many(self, work: Work) -> None:
        recorded = await tried(work, ["boot_timeout"] * 3)
        assert recorded.entry is not None
        assert (recorded.entry.outcome, recorded.entry.kind) == ("replaced", "automatic")
        told = {each.kind: each.ended_why for each in await entries(work.tx)}
        assert told == {"temporary": "replaced", "automatic": None}


REASON = st.sampled_from([None, None, None, *REASONS])
STEP = st.tuples(REASON, st.sampled_from([0, 60, 3600 * 23, 3600 * 24, 86400 * 7 - 1, 86400 * 7]), st.floats(0, 9000))
LIMITS = st.fixed_dictionaries(
    {
        "machine_attempts_min": st.integers(1, 5),
        "machine_poor_rate": st.sampled_from([0.0, 0.3, 0.5, 1.0]),
        "blacklist_failures_in_row": st.integers(1, 5),
        "blacklist_temporary_hours": st.sampled_from([1, 24, 300]),
    }
)


class TestLaw:
    """The database decides as the rules say, over any past."""

    @given(steps=st.lists(STEP, min_size=1, max_size=25), other=LIMITS)
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    async def test_is_the_same_in_both_places(
        self, steps: list[tuple[Reason | None, int, float]], other: dict[str, Any], db: Db, work_for: WorkFor
    ) -> None:
        at, key = START - timedelta(days=400), MachineKey("vast", f"m{Random(repr(steps)).getrandbits(64)}")
        async with db.begin() as tx:
            work = work_for(tx, **other)
            model = Machine(limits_of(work.settings))
            given = []
            for reason, seconds, boot in steps:
                at += timedelta(seconds=seconds)
                outcome = Failed(reason) if reason else Succeeded(boot)
                given.append(Attempt(key, "deploy", outcome, at=at))
                model.tried(at, reason, None if reason else boot)
            await attempts.record_all(work, given)
            row = await machine(tx, key)
            found = Counter((each.kind, each.expires_at, each.ended_why) for each in await entries(tx))
            assert (row.succeeded, row.failed, row.consecutive_failures) == (
                model.succeeded,
                model.failed,
                model.in_row,
            )
            assert (row.reasons, row.boot_histogram) == (model.reasons, model.histogram)
            assert row.last_attempt_at == model.last_attempt_at
            assert found == Counter((each.kind, each.until, each.why) for each in model.entries)
            await tx.rollback()


class TestManyAtOnce:
    async def test_lose_nothing_and_make_one_entry(
        self, fresh_database_url: str, settings: Settings, work_for: WorkFor
    ) -> None:
        engine = make_engine(fresh_database_url, settings.model_copy(update={"database_pool_size": 40}), name="crowd")
        db, others = make_db(engine), [MachineKey("vast", f"m{number}") for number in range(3)]

        async def one(number: int) -> None:
            words = ["boot_timeout", "ok", "network", "hardware_error"]
            given = [attempt(words[(number + place) % 4], key) for place, key in enumerate((VAST, *others))]
            async with db.begin() as tx:
                await attempts.record_all(work_for(tx), given if number % 2 else given[::-1])

        await asyncio.gather(*[one(number) for number in range(64)])
        async with db.begin() as tx:
            rows = [await machine(tx, key) for key in (VAST, *others)]
            standing = [each for each in await entries(tx) if each.ended_at is None]
        await engine.dispose()
        for row in rows:
            assert (row.total, row.succeeded, row.failed, row.boot_count) == (64, 16, 48, 16)
            assert row.reasons == {"boot_timeout": 16, "network": 16, "hardware_error": 16}
        assert len(standing) == len({each.machine_id for each in standing}) == 4


def test_thresholds_are_those_of_the_settings(settings: Settings) -> None:
    assert limits_of(settings) == Limits()
