"""The tables of accounts: people, their sessions and keys, teams, and the log of every change."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from dumont.accounts.rules.roles import AccountRole
from dumont.accounts.rules.teams import TeamRole
from dumont.platform.db import Base


def _of_user() -> Mapped[UUID]:
    return mapped_column(ForeignKey("users.id", ondelete="CASCADE"))


class User(Base):
    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("email"),
        CheckConstraint("email = lower(email) AND email LIKE '_%@_%' AND length(email) <= 254", name="email"),
        CheckConstraint("length(name) BETWEEN 1 AND 100", name="name"),
        CheckConstraint("role IN ('user', 'operator', 'admin')", name="role"),
        Index(None, "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str]
    name: Mapped[str]
    role: Mapped[AccountRole] = mapped_column(Text)
    password_hash: Mapped[str]
    session_version: Mapped[int] = mapped_column(default=1)
    """A session of another version is over: raising it ends them all, also one that is just being opened."""
    created_at: Mapped[datetime]
    last_login_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]


class LoginSession(Base):
    __tablename__ = "sessions"
    __table_args__ = (Index(None, "user_id"), Index(None, "expires_at"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = _of_user()
    version: Mapped[int]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ip: Mapped[str]
    user_agent: Mapped[str]


class RefreshToken(Base):
    """All tokens a session ever had, so that an old one is known when a thief brings it."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (
        CheckConstraint("length(hash) = 32", name="hash"),
        Index("uq_refresh_tokens_live", "session_id", unique=True, postgresql_where="spent_at IS NULL"),
        Index(None, "session_id"),
    )

    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    made_at: Mapped[datetime]
    spent_at: Mapped[datetime | None]


class PasswordReset(Base):
    __tablename__ = "password_resets"
    __table_args__ = (CheckConstraint("length(hash) = 32", name="hash"), Index(None, "user_id"))

    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    user_id: Mapped[UUID] = _of_user()
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class ApiKey(Base):
    __tablename__ = "api_keys"
    __table_args__ = (
        UniqueConstraint("prefix"),
        CheckConstraint("prefix ~ '^[0-9a-f]{12}$'", name="prefix"),
        CheckConstraint("length(hash) = 32", name="hash"),
        CheckConstraint("length(name) BETWEEN 1 AND 100", name="name"),
        CheckConstraint("cardinality(scopes) > 0", name="scopes"),
        Index(None, "user_id", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = _of_user()
    name: Mapped[str]
    prefix: Mapped[str]
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]


class Team(Base):
    __tablename__ = "teams"
    __table_args__ = (CheckConstraint("length(name) BETWEEN 1 AND 100", name="name"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    created_at: Mapped[datetime]


class TeamMember(Base):
    __tablename__ = "team_members"
    __table_args__ = (CheckConstraint("role IN ('owner', 'admin', 'member')", name="role"), Index(None, "user_id"))

    team_id: Mapped[UUID] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[TeamRole] = mapped_column(Text)
    joined_at: Mapped[datetime]


class TeamInvitation(Base):
    """To an address, whether or not there is an account for it yet."""

    __tablename__ = "team_invitations"
    __table_args__ = (
        UniqueConstraint("team_id", "email"),
        CheckConstraint("email = lower(email)", name="email"),
        CheckConstraint("role IN ('owner', 'admin', 'member')", name="role"),
        Index(None, "email"),
        Index(None, "invited_by"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    team_id: Mapped[UUID] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"))
    email: Mapped[str]
    role: Mapped[TeamRole] = mapped_column(Text)
    invited_by: Mapped[UUID] = _of_user()
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class ProviderKey(Base):
    """One secret field of one provider's credentials, sealed to this row."""

    __tablename__ = "provider_keys"
    __table_args__ = (
        CheckConstraint("provider ~ '^[a-z][a-z0-9_-]{1,31}$'", name="provider"),
        CheckConstraint("field ~ '^[A-Za-z][A-Za-z0-9_]{0,63}$'", name="field"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    provider: Mapped[str] = mapped_column(primary_key=True)
    field: Mapped[str] = mapped_column(primary_key=True)
    sealed: Mapped[str]
    ending: Mapped[str]
    """The last four characters, or nothing if the secret is short: enough to tell two keys apart."""
    updated_at: Mapped[datetime]


class AuditEntry(Base):
    """By month on `at`; the database refuses to change or delete a row, only whole old months are dropped."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index(None, "at", "id"),
        Index(None, "actor_id", "at"),
        Index(None, "object_type", "object_id", "at"),
        {"postgresql_partition_by": "RANGE (at)"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    actor_id: Mapped[UUID | None]
    """No foreign key: the log outlives what it tells of."""
    api_key_id: Mapped[UUID | None]
    action: Mapped[str]
    object_type: Mapped[str]
    object_id: Mapped[str]
    summary: Mapped[str]
    ip: Mapped[str]
    request_id: Mapped[str]
    details: Mapped[dict[str, Any]]
