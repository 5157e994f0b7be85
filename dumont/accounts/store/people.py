"""SQL of the list of all people, as administrators see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Select, func, or_, select

from dumont.accounts.rules.roles import AccountRole
from dumont.accounts.tables import LoginSession, User
from dumont.basics.page import Key
from dumont.platform.db import Tx
from dumont.platform.db.keyset import newest_first


@dataclass(frozen=True, slots=True)
class Search:
    text: str | None = None
    role: AccountRole | None = None
    state: Literal["active", "disabled"] | None = None


@dataclass(frozen=True, slots=True)
class Person:
    id: UUID
    email: str
    name: str
    role: AccountRole
    disabled: bool
    created_at: datetime
    last_login_at: datetime | None
    sessions: int


async def page(tx: Tx, search: Search, *, after: Key | None, limit: int, now: datetime) -> Sequence[Person]:
    query = newest_first(_filtered(_people(now), search), User.created_at, User.id, after, limit)
    return [Person(*row) for row in await tx.execute(query)]


async def one(tx: Tx, user_id: UUID, now: datetime) -> Person | None:
    row = (await tx.execute(_people(now).where(User.id == user_id))).one_or_none()
    return Person(*row) if row else None


def _people(now: datetime) -> Select[Any]:
    sessions = (
        select(func.count())
        .where(
            LoginSession.user_id == User.id,
            LoginSession.ended_at.is_(None),
            LoginSession.expires_at > now,
            LoginSession.version == User.session_version,
        )
        .correlate(User)
        .scalar_subquery()
    )
    disabled = User.disabled_at.is_not(None)
    return select(User.id, User.email, User.name, User.role, disabled, User.created_at, User.last_login_at, sessions)


def _filtered(query: Select[Any], search: Search) -> Select[Any]:
    if search.text:
        query = query.where(
            or_(User.email.icontains(search.text, autoescape=True), User.name.icontains(search.text, autoescape=True))
        )
    if search.role is not None:
        query = query.where(User.role == search.role)
    if search.state is not None:
        query = query.where(User.disabled_at.is_not(None) == (search.state == "disabled"))
    return query
