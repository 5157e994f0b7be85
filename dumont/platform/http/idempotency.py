"""Answers kept for repeated requests: the row is written in the transaction whose effect it describes.

Two equal requests at once: the second waits at the unique key until the first commits, then gets its answer. If the
first fails, its row goes with it and the second does the work. Answers are encrypted, for some show a secret once.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import orjson
from fastapi import Request, Response
from sqlalchemy import LargeBinary, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from dumont.basics.errors import Conflict, Invalid
from dumont.platform.db.tables import Base
from dumont.platform.secrets import Vault
from dumont.platform.work import Work

KEPT_FOR = timedelta(hours=24)
KEPT_HEADERS = ("content-type", "location", "cache-control")


class IdempotentAnswer(Base):
    __tablename__ = "idempotent_answers"

    owner_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    answer: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = mapped_column(index=True)


class KeyReused(Conflict):
    code = "idempotency_key_reused"
    hint = "Use a new Idempotency-Key for a new request."


class Replay(Exception):
    """Not an error: the answer exists already."""

    def __init__(self, response: Response) -> None:
        super().__init__("already answered")
        self.response = response


@dataclass(frozen=True, slots=True)
class Claim:
    owner_id: UUID
    key: str
    vault: Vault

    @property
    def place(self) -> str:
        """Where the sealed answer belongs; sealed with it, so that it opens nowhere else."""
        return f"idempotent_answers:{self.owner_id}:{self.key}"


async def claim(request: Request, work: Work) -> Claim:
    key = request.headers["idempotency-key"]
    if not 1 <= len(key) <= 200 or not key.isprintable():
        raise Invalid.field("Idempotency-Key", "must be 1 to 200 printable characters")
    claimed = Claim(work.caller.me, key, request.app.state.parts.get(Vault))
    digest = await _hash(request)
    row = {"owner_id": claimed.owner_id, "key": key, "request_hash": digest, "answer": "", "at": work.now}
    claiming = insert(IdempotentAnswer).values(row)
    instead_of_an_old_one = claiming.on_conflict_do_update(
        index_elements=["owner_id", "key"],
        set_={name: claiming.excluded[name] for name in ("request_hash", "answer", "at")},
        where=IdempotentAnswer.at < work.now - KEPT_FOR,
    )
    mine = await work.tx.execute(instead_of_an_old_one.returning(IdempotentAnswer.key))
    if mine.scalar_one_or_none() is None:
        await _replay(claimed, digest, work.tx)
    return claimed


async def remember(claimed: Claim, tx: AsyncSession, response: Response) -> None:
    headers = {name: value for name, value in response.headers.items() if name in KEPT_HEADERS}
    answer = orjson.dumps([response.status_code, headers, bytes(response.body).decode()]).decode()
    await tx.execute(
        update(IdempotentAnswer)
        .where(IdempotentAnswer.owner_id == claimed.owner_id, IdempotentAnswer.key == claimed.key)
        .values(answer=claimed.vault.seal(answer, claimed.place))
    )


async def release(claimed: Claim, tx: AsyncSession) -> None:
    """For work that failed but is kept: the same request may be tried again."""
    await tx.execute(
        delete(IdempotentAnswer).where(
            IdempotentAnswer.owner_id == claimed.owner_id, IdempotentAnswer.key == claimed.key
        )
    )


async def forget_old(tx: AsyncSession, now: datetime) -> int:
    gone = await tx.execute(
        delete(IdempotentAnswer).where(IdempotentAnswer.at < now - KEPT_FOR).returning(IdempotentAnswer.key)
    )
    return len(gone.scalars().all())


async def reseal(tx: AsyncSession, vault: Vault) -> int:
    """Seals with the newest key what an older one sealed; how many there were."""
    found = (await tx.execute(select(IdempotentAnswer).with_for_update())).scalars()
    old = [row for row in found if row.answer and not vault.is_newest(row.answer)]
    for row in old:
        place = Claim(row.owner_id, row.key, vault).place
        row.answer = vault.seal(vault.open(row.answer, place), place)
    return len(old)


async def _replay(claimed: Claim, digest: bytes, tx: AsyncSession) -> None:
    row = await tx.execute(
        select(IdempotentAnswer.request_hash, IdempotentAnswer.answer).where(
            IdempotentAnswer.owner_id == claimed.owner_id, IdempotentAnswer.key == claimed.key
        )
    )
    request_hash, answer = row.one()
    if request_hash != digest:
        raise KeyReused("This Idempotency-Key was used for a different request.")
    status, headers, body = orjson.loads(claimed.vault.open(answer, claimed.place))
    raise Replay(Response(body, status, {**headers, "idempotent-replayed": "true"}))


async def _hash(request: Request) -> bytes:
    """What makes two requests the same: method, path with query, and body; not who asks, for that is in the key."""
    digest = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
    digest.update(await request.body())
    return digest.digest()
