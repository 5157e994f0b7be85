"""Token buckets in PostgreSQL: how often something may be tried, exactly, over all processes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from dumont.basics.errors import TooMany
from dumont.platform.db.engine import Db
from dumont.platform.db.tables import Base

KEPT_FOR = timedelta(days=1)


class AttemptBucket(Base):
    __tablename__ = "attempt_buckets"

    key: Mapped[str] = mapped_column(primary_key=True)
    tokens: Mapped[float]
    at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True, slots=True)
class Bucket:
    """`burst` at once, and then one more every `refill_seconds`. A bucket must be full again within a day."""

    key: str
    burst: int
    refill_seconds: float


# One statement, so that two callers can't both take the last token. Clocks of processes differ a little: never back.
FILLED = "LEAST(:burst, b.tokens + GREATEST(0, extract(epoch FROM CAST(:now AS timestamptz) - b.at)) / :refill_seconds)"
TAKE = text(f"""
INSERT INTO attempt_buckets AS b (key, tokens, at) VALUES (:key, :burst - 1, :now)
ON CONFLICT (key) DO UPDATE SET tokens = {FILLED} - 1, at = GREATEST(b.at, :now) WHERE {FILLED} >= 1
RETURNING tokens
""")  # noqa: S608 - the constant above


class Buckets:
    """Counts in a transaction of its own: a failed attempt counts, and slow work holds no lock on a shared bucket.

    To be asked before the first statement of the request, else one request holds two connections.
    """

    def __init__(self, db: Db) -> None:
        self._db = db

    async def take(self, buckets: Sequence[Bucket], now: datetime, *, refusal: type[TooMany] = TooMany) -> None:
        """One token of each, or none at all and `refusal`: a refused attempt doesn't empty the other buckets."""
        async with self._db.begin() as tx:
            await take_within(tx, buckets, now, refusal=refusal)


async def take_within(
    tx: AsyncSession, buckets: Sequence[Bucket], now: datetime, *, refusal: type[TooMany] = TooMany
) -> None:
    """In the caller's transaction, which must be kept when the attempt fails (`keeps_work`)."""
    for bucket in buckets:
        if not await _take(tx, bucket, now):
            wait = await _wait_seconds(tx, bucket, now)
            raise refusal(f"Too many attempts. Try again in {wait} s.", retry_seconds=wait)


async def give_back_within(tx: AsyncSession, buckets: Sequence[Bucket]) -> None:
    """For tries that turned out well and are not to count; late in the transaction, for it locks the buckets."""
    for bucket in buckets:
        filled = func.least(float(bucket.burst), AttemptBucket.tokens + 1)
        await tx.execute(update(AttemptBucket).where(AttemptBucket.key == bucket.key).values(tokens=filled))


async def forget_full(tx: AsyncSession, now: datetime) -> int:
    gone = await tx.execute(delete(AttemptBucket).where(AttemptBucket.at < now - KEPT_FOR).returning(AttemptBucket.key))
    return len(gone.scalars().all())


async def _take(tx: AsyncSession, bucket: Bucket, now: datetime) -> bool:
    values = {
        "key": bucket.key,
        "burst": float(bucket.burst),
        "refill_seconds": float(bucket.refill_seconds),
        "now": now,
    }
    return (await tx.execute(TAKE, values)).scalar_one_or_none() is not None


async def _wait_seconds(tx: AsyncSession, bucket: Bucket, now: datetime) -> int:
    row = await tx.execute(select(AttemptBucket.tokens, AttemptBucket.at).where(AttemptBucket.key == bucket.key))
    tokens, at = row.one()
    return max(1, math.ceil((1 - tokens) * bucket.refill_seconds - (now - at).total_seconds()))
