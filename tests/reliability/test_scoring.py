"""Scores as they are calculated ahead, over real PostgreSQL."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from dumont.basics.machine_key import MachineKey
from dumont.platform.work import Work
from dumont.reliability import days, scoring
from dumont.reliability.rules.day import Day
from tests.fakes.clock import START

KEY, OTHER = MachineKey("vast", "1"), MachineKey("vast", "2")
HOUR = 3600.0


async def lived(work: Work, key: MachineKey, *, up: float = 1.0, lost: int = 0, span: range = range(10)) -> None:
    seen = [Day(key, (START - timedelta(days=age)).date(), START, HOUR, HOUR * up, 2, lost) for age in span]
    await days.add(work, seen)


async def row_of(work: Work, key: MachineKey) -> Any:
    query = "SELECT * FROM reliability_machines WHERE provider = :provider AND machine_id = :machine"
    return (await work.tx.execute(text(query), {"provider": key.provider, "machine": key.machine_id})).mappings().one()


class TestScore:
    async def test_is_made_of_the_days_in_the_window(self, work: Work) -> None:
        await lived(work, KEY, up=0.9, lost=1, span=range(30))
        await lived(work, KEY, up=0.0, lost=2, span=range(30, 40))
        await scoring.score(work, [KEY])
        row = await row_of(work, KEY)
        assert (row["uptime_percentage"], row["interruption_rate"]) == (pytest.approx(90), pytest.approx(50))
        assert row["score"] == pytest.approx(70)
        assert row["score_low"] < 70 < row["score_high"]
        assert (row["days"], row["data_until"], row["calculated_at"]) == (30, START, work.now)

    @pytest.mark.parametrize(("span", "scored"), [(6, False), (7, True)])
    async def test_waits_for_seven_days(self, work: Work, span: int, scored: bool) -> None:
        await lived(work, KEY, span=range(span))
        await scoring.score(work, [KEY])
        row = await row_of(work, KEY)
        known = [row[name] is not None for name in ("score", "score_low", "score_high")]
        assert (known, row["days"]) == ([scored] * 3, span)

    async def test_is_surer_of_a_machine_that_failed_before_the_window(self, work: Work) -> None:
        for key, lost in ((KEY, 0), (OTHER, 2)):
            await lived(work, key)
            await lived(work, key, lost=lost, span=range(30, 50))
        await days.forget(work, 1000)
        await scoring.score(work, [KEY, OTHER])
        clean, failed = await row_of(work, KEY), await row_of(work, OTHER)
        assert clean["score"] == failed["score"] == 100
        assert clean["score_low"] > failed["score_low"] + 10

    async def test_says_nothing_of_a_machine_that_nobody_saw(self, work: Work) -> None:
        await lived(work, KEY, span=range(40, 41))
        await scoring.score(work, [KEY, MachineKey("vast", "never")])
        row = await row_of(work, KEY)
        assert (row["score"], row["days"], row["interruption_rate_hour"]) == (None, 0, None)

    async def test_tells_followers_of_the_market(self, work: Work) -> None:
        await lived(work, KEY)
        await work.tx.execute(text("ALTER TABLE reliability_machines DISABLE TRIGGER reliability_touch"))
        await work.tx.execute(text("UPDATE reliability_machines SET changed_xid = 0"))
        await work.tx.execute(text("ALTER TABLE reliability_machines ENABLE TRIGGER reliability_touch"))
        await scoring.score(work, [KEY])
        assert (await row_of(work, KEY))["changed_xid"] > 0


class TestPriors:
    async def test_pull_a_young_machine_to_what_its_provider_is(self, work: Work) -> None:
        bad = MachineKey("runpod", "1")
        for number in range(20):
            await lived(work, MachineKey("runpod", f"old{number}"), up=0.5, lost=2, span=range(30))
            await lived(work, MachineKey("vast", f"old{number}"), span=range(30))
        await lived(work, KEY, span=range(7))
        await lived(work, bad, span=range(7))
        await scoring.refresh_priors(work)
        await scoring.score(work, [KEY, bad])
        good, poor = await row_of(work, KEY), await row_of(work, bad)
        assert good["score"] == poor["score"] == 100
        assert good["score_low"] > poor["score_low"] + 10
        assert good["interruption_rate_hour"] < poor["interruption_rate_hour"]


class TestBatch:
    async def test_goes_through_all_machines(self, work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(scoring, "BATCH", 2)
        keys = [MachineKey("vast", f"m{number}") for number in range(5)]
        for key in keys:
            await lived(work, key)
        later = replace(work, now=START + timedelta(hours=1))
        after, rounds = None, 0
        while rounds == 0 or after is not None:
            after, rounds = await scoring.score_batch(later, after), rounds + 1
        assert rounds == 3
        assert all([(await row_of(work, key))["calculated_at"] == later.now for key in keys])
