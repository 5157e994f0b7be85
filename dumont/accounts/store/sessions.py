"""SQL of sessions and their refresh tokens, and the one query behind every request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, delete, select, text, update

from dumont.accounts.rules.roles import AccountRole
from dumont.accounts.tables import LoginSession, PasswordReset, RefreshToken, User
from dumont.basics.page import Key
from dumont.platform.db import Tx
from dumont.platform.db.glance import Glance
from dumont.platform.db.keyset import newest_first

# A session lives until it is ended or unused for long, its owner raises the version, or its owner is disabled.
ALIVE = "s.ended_at IS NULL AND s.expires_at > :now AND s.version = u.session_version AND u.disabled_at IS NULL"

# ruff: noqa: S608 - the only thing put into these statements is the constant above
STANDING = f"""
SELECT u.role, s.version, {ALIVE.replace(":now", "$1")} AS alive FROM sessions s JOIN users u ON u.id = s.user_id
WHERE s.id = $2 AND s.user_id = $3
"""
ROTATE = text(f"""
WITH spent AS (
    UPDATE refresh_tokens t SET spent_at = :now FROM sessions s JOIN users u ON u.id = s.user_id
    WHERE t.hash = :old AND t.spent_at IS NULL AND s.id = t.session_id AND {ALIVE}
    RETURNING t.session_id
), fresh AS (
    INSERT INTO refresh_tokens (hash, session_id, made_at) SELECT :new, session_id, :now FROM spent
)
UPDATE sessions s SET last_used_at = :now, expires_at = :expires_at, ip = :ip FROM spent
WHERE s.id = spent.session_id RETURNING s.id, s.user_id, s.version
""")
SEEN = text(f"""
SELECT s.id, s.user_id, s.version, t.spent_at, {ALIVE} AS alive, EXISTS (
    SELECT 1 FROM refresh_tokens f WHERE f.hash = :following AND f.session_id = s.id AND f.spent_at IS NULL
) AS following_is_live
FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id JOIN users u ON u.id = s.user_id WHERE t.hash = :hash
""")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a session stands at this moment."""

    role: AccountRole
    version: int
    alive: bool


@dataclass(frozen=True, slots=True)
class Rotated:
    id: UUID
    user_id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class Seen:
    """A refresh token that could not be rotated, and its session."""

    id: UUID
    user_id: UUID
    version: int
    spent_at: datetime | None
    alive: bool
    following_is_live: bool
    """Nobody has used the token after it yet."""


async def standing(glance: Glance, session_id: UUID, user_id: UUID, now: datetime) -> Standing | None:
    row = await glance.row(STANDING, now, session_id, user_id)
    return Standing(*row) if row else None


async def add(tx: Tx, session: LoginSession, token_hash: bytes) -> None:
    tx.add(session)
    await tx.flush()
    tx.add(RefreshToken(hash=token_hash, session_id=session.id, made_at=session.created_at))
    await tx.flush()


async def rotate(tx: Tx, old: bytes, new: bytes, *, now: datetime, expires_at: datetime, ip: str) -> Rotated | None:
    """One statement, so that of many callers with the same token exactly one gets the next."""
    values = {"old": old, "new": new, "now": now, "expires_at": expires_at, "ip": ip}
    row = (await tx.execute(ROTATE, values)).one_or_none()
    return Rotated(*row) if row else None


async def seen(tx: Tx, token_hash: bytes, following: bytes, now: datetime) -> Seen | None:
    row = (await tx.execute(SEEN, {"hash": token_hash, "following": following, "now": now})).one_or_none()
    return Seen(*row) if row else None


async def page(tx: Tx, user_id: UUID, now: datetime, after: Key | None, limit: int) -> Sequence[LoginSession]:
    """Those that live."""
    query = (
        select(LoginSession)
        .join(User, User.id == LoginSession.user_id)
        .where(
            LoginSession.user_id == user_id,
            LoginSession.ended_at.is_(None),
            LoginSession.expires_at > now,
            LoginSession.version == User.session_version,
        )
    )
    query = newest_first(query, LoginSession.created_at, LoginSession.id, after, limit)
    return (await tx.execute(query)).scalars().all()


async def end(tx: Tx, session_id: UUID, user_id: UUID, now: datetime) -> bool:
    ended = await tx.execute(
        update(LoginSession)
        .where(LoginSession.id == session_id, LoginSession.user_id == user_id, LoginSession.ended_at.is_(None))
        .values(ended_at=now)
        .returning(LoginSession.id)
    )
    return ended.scalar_one_or_none() is not None


async def keep(tx: Tx, session_id: UUID, version: int) -> None:
    """Carries one session over when its owner ends the others."""
    await tx.execute(update(LoginSession).where(LoginSession.id == session_id).values(version=version))


async def prune(tx: Tx, now: datetime, kept_for: timedelta) -> int:
    """Forgets sessions with their tokens, spent tokens and reset links that have been over for a while."""
    long_ago = now - kept_for
    over = (LoginSession.expires_at < long_ago) | (LoginSession.ended_at < long_ago)
    pruned = cast("CursorResult[Any]", await tx.execute(delete(LoginSession).where(over)))
    await tx.execute(delete(RefreshToken).where(RefreshToken.spent_at < long_ago))
    await tx.execute(delete(PasswordReset).where(PasswordReset.expires_at < long_ago))
    return pruned.rowcount
