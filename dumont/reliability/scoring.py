"""Calculates scores ahead: of all machines after each day, of one after a rating or an interruption."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dumont.basics.machine_key import MachineKey
from dumont.platform.work import Work
from dumont.reliability.rules import interval
from dumont.reliability.rules.interval import HALF_LIFE_DAYS, USUAL, Evidence, Prior
from dumont.reliability.rules.score import Totals, first_day, parts_of, score_of
from dumont.reliability.store import scores as store
from dumont.reliability.store.scores import Gathered, Window, Written

BATCH = 1_000
"""Their rows are locked for some tens of milliseconds; an attempt with one of them waits so long at most."""
INTERRUPTIONS_HOUR = 0.005
"""What is usual, where a provider is not known."""
PRIOR_HOURS, PROVIDER_HOURS = 100.0, 1_000.0
"""How much the rate of the provider is worth to a machine, and the usual one to a provider."""


@dataclass(frozen=True, slots=True)
class Believed:
    """Of a provider, before anything is known of a machine."""

    prior: Prior = USUAL
    interruptions_hour: float = INTERRUPTIONS_HOUR


async def refresh_priors(work: Work) -> None:
    for found in await store.sums_by_provider(work.tx, _window(work)):
        prior = interval.prior_of(Evidence(*[np.array([value]) for value in found[1:]]))
        rate = _rate_hour(found.interruptions, found.observed_seconds, INTERRUPTIONS_HOUR, PROVIDER_HOURS)
        await store.keep_prior(work.tx, found.provider, prior, rate, work.now)


async def score_batch(work: Work, after: MachineKey | None) -> MachineKey | None:
    """Some machines in their order, from behind this one; the last of them, or None when all are done."""
    machines = await store.batch_after(work.tx, after, BATCH)
    await _score(work, machines)
    return machines[-1] if len(machines) == BATCH else None


async def score(work: Work, machines: Sequence[MachineKey]) -> None:
    """These alone; their rows are locked first, so of two that calculate at once the later one knows more."""
    await _score(work, await store.lock(work.tx, machines))


async def _score(work: Work, machines: Sequence[MachineKey]) -> None:
    gathered = await store.gather(work.tx, machines, _window(work))
    believed = {provider: Believed(*found) for provider, found in (await store.priors(work.tx)).items()}
    for provider in sorted({found.provider for found in gathered}):
        of_provider = [found for found in gathered if found.provider == provider]
        await store.write(work.tx, scored(of_provider, believed.get(provider, Believed())), work.now)


def scored(gathered: Sequence[Gathered], believed: Believed) -> list[Written]:
    """Machines of one provider."""
    low, high = interval.interval(_evidence(gathered), believed.prior)
    ends = zip(low.tolist(), high.tolist(), strict=True)
    return [_written(found, end, believed) for found, end in zip(gathered, ends, strict=True)]


def _written(found: Gathered, ends: tuple[float, float], believed: Believed) -> Written:
    totals = Totals(
        days=found.days,
        observed_seconds=found.observed_seconds,
        uptime_seconds=found.uptime_seconds,
        rentals=found.rentals,
        interruptions=found.interruptions,
        average_rating=found.average_rating,
    )
    parts, score = parts_of(totals), score_of(totals)
    hourly = None
    if found.faded_observed > 0:
        hourly = _rate_hour(found.faded_interruptions, found.faded_observed, believed.interruptions_hour, PRIOR_HOURS)
    return Written(
        provider=found.provider,
        machine_id=found.machine_id,
        score=score,
        score_low=min(ends[0], score) if score is not None else None,
        score_high=max(ends[1], score) if score is not None else None,
        uptime_percentage=parts.uptime_percentage,
        interruption_rate=parts.interruption_rate,
        interruption_rate_hour=hourly,
        days=found.days,
        rentals=found.rentals,
        interruptions=found.interruptions,
        data_until=found.data_until,
    )


def _evidence(gathered: Sequence[Gathered]) -> Evidence:
    columns = [
        (row.faded_observed, row.faded_uptime, row.faded_rentals, row.faded_interruptions, row.ratings, _stars(row))
        for row in gathered
    ]
    return Evidence(*np.array(columns, dtype=np.float64).reshape(-1, 6).T)


def _stars(found: Gathered) -> float:
    return (found.average_rating or 0.0) * found.ratings


def _rate_hour(interruptions: float, seconds: float, usual: float, usual_hours: float) -> float:
    """Of a Gamma posterior: the usual rate, as if it had been seen for so many hours, and what was seen."""
    return (interruptions + usual * usual_hours) / (seconds / 3600 + usual_hours)


def _window(work: Work) -> Window:
    return Window(first_day(work.now), work.now.date(), HALF_LIFE_DAYS)
