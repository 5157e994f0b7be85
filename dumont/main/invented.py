"""What a simulated machine has done before the demo began: a past that follows from how good the machine really is.

Nobody is told that quality. It shows in what was tried with the machine, in its days and its stars, as it would in
life; some machines are worse than their cloud claims, some have hardly been tried, and of some nothing is known.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID, uuid5

from dumont.basics.machine_key import MachineKey
from dumont.reliability.attempts import Attempt, Failed, Succeeded
from dumont.reliability.rules import boot
from dumont.reliability.rules.day import Day
from dumont.reliability.rules.outcomes import AttemptType, Reason

HOUSE = UUID("5b0a4f0e-3c55-4d3c-9a40-6d6f6e742d64")
PAST_DAYS = 30
UNKNOWN_SHARE, LIARS_SHARE, RARE_SHARE, SILENT_SHARE = 0.1, 0.06, 0.2, 0.04
CLAIM, CLAIM_LEAST = 0.985, 0.86
"""Of a cloud that claims nothing; and what the worst of a marketplace still claim of themselves."""
NAMES = ("Mara Lindqvist", "Tomas Ferreira", "Aiko Tanaka", "Noor Haddad", "Jonas Weber", "Priya Raman")
PEOPLE = tuple(uuid5(HOUSE, name) for name in NAMES)
FAULTS: tuple[tuple[Reason, float, str], ...] = (
    ("boot_timeout", 22, "No SSH after 300 s."),
    ("ssh_failed", 18, "Connection refused on port 22."),
    ("gpu_not_ready", 12, "nvidia-smi: no devices were found."),
    ("driver_mismatch", 12, "CUDA 12.4 needs driver 550, found 535."),
    ("image_pull_failed", 10, "The registry closed the connection at 71 %."),
    ("network", 9, "12 Mbit/s, where 800 were promised."),
    ("out_of_disk", 7, "No space left on device."),
    ("hardware_error", 6, "Xid 79: GPU has fallen off the bus."),
    ("unknown", 4, "The container ended with status 137."),
)
GONE_SHARE = 0.04
COMMENTS = {
    5: "Boots fast, never let me down.",
    4: "Good.",
    3: "Works, mostly.",
    2: "Slow disk.",
    1: "Lost my run twice.",
}


@dataclass(frozen=True, slots=True)
class Rating:
    person: UUID
    stars: int
    comment: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Past:
    attempts: Sequence[Attempt] = ()
    days: Sequence[Day] = ()
    ratings: Sequence[Rating] = ()


def past_of(seed: int, machine: MachineKey, claim: float | None, now: datetime) -> Past:
    """The same for the same machine, whoever else is asked about."""
    random = Random(f"{seed} {machine}")  # noqa: S311 - repeatable on purpose
    if random.random() < UNKNOWN_SHARE:
        return Past()
    quality = _quality(random, CLAIM if claim is None else claim)
    attempts = list(_attempts(random, machine, quality, now))
    return Past(attempts, list(_days(random, machine, quality, now)), list(_ratings(random, attempts, quality)))


def _quality(random: Random, claim: float) -> float:
    """0 to 1. Claims are half of the truth."""
    claimed = min(1.0, max(0.0, (claim - CLAIM_LEAST) / (1 - CLAIM_LEAST)))
    quality = 0.7 * claimed + 0.3 * random.betavariate(5, 1.5)
    return quality * random.uniform(0, 0.35) if random.random() < LIARS_SHARE else quality


def _attempts(random: Random, machine: MachineKey, quality: float, now: datetime) -> Iterator[Attempt]:
    count = random.randint(1, 3) if random.random() < RARE_SHARE else 3 + int(random.expovariate(1 / 7))
    moments = sorted(random.uniform(0.01, PAST_DAYS) for _ in range(min(count, 40)))
    weakness = random.choices(FAULTS, [weight for _, weight, _ in FAULTS])[0]
    for number, days_ago in enumerate(reversed(moments)):
        kinds: tuple[AttemptType, ...] = ("deploy", "wake", "failover")
        yield Attempt(
            machine,
            random.choices(kinds, (70, 24, 6))[0],
            _outcome(random, quality, weakness),
            user_id=random.choice(PEOPLE),
            id=uuid5(HOUSE, f"{machine} {number}"),
            at=now - timedelta(days=days_ago),
        )


def _outcome(random: Random, quality: float, weakness: tuple[Reason, float, str]) -> Succeeded | Failed:
    if random.random() < GONE_SHARE:
        return Failed("offer_gone", "Somebody else was quicker.", seconds=round(random.uniform(0.4, 3), 1))
    if random.random() < 0.2 + 0.79 * quality**0.6:
        return Succeeded(boot_seconds=round((28 + 150 * (1 - quality)) * random.lognormvariate(0, 0.35), 1))
    reason, _, message = random.choice((weakness, random.choices(FAULTS, [weight for _, weight, _ in FAULTS])[0]))
    return Failed(reason, message, seconds=300 if reason == "boot_timeout" else round(random.uniform(5, 280), 1))


def _days(random: Random, machine: MachineKey, quality: float, now: datetime) -> Iterator[Day]:
    """Some machines are rented on most days, some now and then; a few have not been heard of for a while."""
    often = random.uniform(0.05, 0.25) if random.random() < RARE_SHARE else random.uniform(0.45, 1)
    silent = random.randrange(2, 9) if random.random() < SILENT_SHARE else 0
    for ago in range(PAST_DAYS - 1, silent - 1, -1):
        if ago == silent or random.random() < often:
            yield _day(random, machine, quality, _moment(now, ago))


def _day(random: Random, machine: MachineKey, quality: float, until: datetime) -> Day:
    midnight = until.replace(hour=0, minute=0, second=0, microsecond=0)
    whole = (until - midnight).total_seconds()
    seen = round(whole * random.uniform(0.3, 1))
    poor = (1 - quality) ** 2
    lost = min(0.9, poor * random.expovariate(1 / 0.16)) if random.random() < 0.35 + poor else 0.0
    rentals = random.choices((0, 1, 2, 3), (30, 45, 18, 7))[0]
    day = Day(machine, until.date(), until, observed_seconds=seen, uptime_seconds=round(seen * (1 - lost)))
    day.rentals = rentals
    day.interruptions = sum(random.random() < 0.008 + 0.55 * poor for _ in range(rentals))
    day.gpu_samples = max(1, seen // 60)
    day.gpu_temperature_mean = round(random.gauss(61 + 14 * (1 - quality), 4), 1)
    day.gpu_utilisation_mean = round(random.betavariate(5, 1.6), 3)
    if rentals:
        day.boot_histogram = [0] * boot.BUCKETS
        for _ in range(rentals):
            day.boot_histogram[boot.bucket_of((28 + 150 * (1 - quality)) * random.lognormvariate(0, 0.35))] += 1
    return day


def _moment(now: datetime, days_ago: int) -> datetime:
    """The last one of that day; of today, the present one."""
    if not days_ago:
        return now
    return now.replace(hour=23, minute=59, second=59, microsecond=0) - timedelta(days=days_ago)


def _ratings(random: Random, attempts: Sequence[Attempt], quality: float) -> Iterator[Rating]:
    """By a few of those for whom it worked."""
    worked = {attempt.user_id: attempt for attempt in attempts if isinstance(attempt.outcome, Succeeded)}
    for person, attempt in worked.items():
        if person is not None and attempt.at is not None and random.random() < 0.12:
            stars = min(5, max(1, round(random.gauss(1.2 + 3.8 * quality, 0.6))))
            comment = COMMENTS[stars] if random.random() < 0.4 else None
            at = attempt.at + timedelta(hours=random.uniform(0, 6))
            yield Rating(person, stars, comment, at)
