"""The shapes of the API, made by scripts/generate_client.py from web/openapi.json: do not edit."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict


class ApiKey(TypedDict):
    id: str
    name: str
    prefix: str
    scopes: list[str]
    created_at: str
    last_used_at: str | None
    expires_at: str | None


class ApiKeyWish(TypedDict):
    name: str
    scopes: list[Literal['account:read', 'account:write', 'teams:read', 'teams:write', 'provider-keys:write', 'jobs:read', 'jobs:manage', 'workers:read', 'audit:read', 'users:manage', 'settings:read']]
    expires_at: NotRequired[str | None]


class Area(TypedDict):
    key: str
    title: str
    ready: bool


class AuditEntry(TypedDict):
    id: str
    at: str
    actor_id: str | None
    actor_email: str | None
    action: str
    object_type: str
    object_id: str
    summary: str
    ip: str
    request_id: str
    details: dict[str, Any]


class Forgot(TypedDict):
    email: str


class Grant(TypedDict):
    access_token: str
    token_type: NotRequired[Literal['bearer']]
    expires_in: int
    refresh_token: str | None


class Invitation(TypedDict):
    id: str
    team_id: str
    team_name: str
    role: Literal['owner', 'admin', 'member']
    invited_by: str
    created_at: str
    expires_at: str


class InvitationWish(TypedDict):
    email: str
    role: NotRequired[Literal['owner', 'admin', 'member']]


class JobError(TypedDict):
    code: str
    message: str
    hint: NotRequired[str | None]


class Me(TypedDict):
    id: str
    email: str
    name: str
    role: Literal['user', 'operator', 'admin']
    permissions: list[str]
    created_at: str
    last_login_at: str | None


class MeChange(TypedDict):
    name: NotRequired[str | None]


class MemberChange(TypedDict):
    role: Literal['owner', 'admin', 'member']


class Message(TypedDict):
    message: str


class NewApiKey(TypedDict):
    id: str
    name: str
    prefix: str
    scopes: list[str]
    created_at: str
    last_used_at: str | None
    expires_at: str | None
    key: str


class PagedApiKey(TypedDict):
    items: list[ApiKey]
    next_cursor: str | None


class PagedAuditEntry(TypedDict):
    items: list[AuditEntry]
    next_cursor: str | None


class PagedInvitation(TypedDict):
    items: list[Invitation]
    next_cursor: str | None


class PasswordChange(TypedDict):
    current_password: str
    new_password: str


class Progress(TypedDict):
    done: float
    total: NotRequired[float | None]
    unit: NotRequired[str]
    stage: NotRequired[str]
    percent: NotRequired[float | None]
    eta: NotRequired[str | None]


class ProviderKey(TypedDict):
    provider: str
    fields: dict[str, str]
    updated_at: str


class ProviderKeySecrets(TypedDict):
    fields: dict[str, str]


class Refresh(TypedDict):
    refresh_token: NotRequired[str | None]


class Reset(TypedDict):
    token: str
    new_password: str


class ResetLink(TypedDict):
    url: str
    expires_at: str


class ScheduleRow(TypedDict):
    name: str
    cron: str
    next_at: str
    last_job_id: str | None
    last_state: Literal['queued', 'waiting', 'running', 'succeeded', 'failed', 'cancelled'] | None


class Schedules(TypedDict):
    items: list[ScheduleRow]


class SessionItem(TypedDict):
    id: str
    created_at: str
    last_used_at: str
    ip: str
    user_agent: str
    current: NotRequired[bool]


class Setting(TypedDict):
    name: str
    env: list[str]
    toml: str
    value: str
    default: str
    source: Literal['default', 'toml', 'environment']
    secret: bool
    description: str


class Settings(TypedDict):
    items: list[Setting]


class SignUp(TypedDict):
    email: str
    name: str
    password: str


class Strength(TypedDict):
    score: int
    acceptable: bool
    warning: str | None
    suggestions: list[str]


class StrengthQuestion(TypedDict):
    password: str
    email: NotRequired[str | None]


class System(TypedDict):
    version: str
    has_accounts: bool
    sign_up_open: bool
    mail_configured: bool
    areas: list[Area]


class Team(TypedDict):
    id: str
    name: str
    my_role: Literal['owner', 'admin', 'member']
    member_count: int
    created_at: str


class TeamChange(TypedDict):
    name: str


class TeamInvitation(TypedDict):
    id: str
    email: str
    role: Literal['owner', 'admin', 'member']
    created_at: str
    expires_at: str


class TeamMember(TypedDict):
    user_id: str
    email: str
    name: str
    role: Literal['owner', 'admin', 'member']
    joined_at: str


class TeamWish(TypedDict):
    name: str


class User(TypedDict):
    id: str
    email: str
    name: str
    role: Literal['user', 'operator', 'admin']
    disabled: bool
    created_at: str
    last_login_at: str | None
    sessions: int


class UserChange(TypedDict):
    role: NotRequired[Literal['user', 'operator', 'admin'] | None]
    disabled: NotRequired[bool | None]


class WorkerRow(TypedDict):
    id: str
    host: str
    pid: int
    started_at: str
    seen_at: str
    running: int


class Workers(TypedDict):
    items: list[WorkerRow]


class FieldProblem(TypedDict):
    field: str
    message: str


class Problem(TypedDict):
    type: NotRequired[str]
    title: str
    status: int
    detail: str
    code: str
    hint: NotRequired[str | None]
    errors: NotRequired[list[FieldProblem]]
    request_id: NotRequired[str]


class JobRow(TypedDict):
    id: str
    name: str
    key: str | None
    state: Literal['queued', 'waiting', 'running', 'succeeded', 'failed', 'cancelled']
    priority: int
    attempt: int
    attempts_max: int
    progress: Progress | None
    args: dict[str, Any]
    result: dict[str, Any] | None
    error: JobError | None
    created_at: str
    run_at: str
    started_at: str | None
    finished_at: str | None
    deadline_at: str | None
    cancel_requested: bool
    worker: str | None
    created_by: str | None


class PagedJobRow(TypedDict):
    items: list[JobRow]
    next_cursor: str | None


class PagedProviderKey(TypedDict):
    items: list[ProviderKey]
    next_cursor: str | None


class PagedSessionItem(TypedDict):
    items: list[SessionItem]
    next_cursor: str | None


class PagedTeam(TypedDict):
    items: list[Team]
    next_cursor: str | None


class PagedUser(TypedDict):
    items: list[User]
    next_cursor: str | None


class TeamDetail(TypedDict):
    id: str
    name: str
    my_role: Literal['owner', 'admin', 'member']
    member_count: int
    created_at: str
    members: list[TeamMember]
    invitations: list[TeamInvitation]
