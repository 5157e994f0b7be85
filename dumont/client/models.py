"""The shapes of the API, made by scripts/generate_client.py from web/openapi.json: do not edit."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict


class Message(TypedDict):
    message: str


class Area(TypedDict):
    key: str
    title: str
    ready: bool


class SystemState(TypedDict):
    version: str
    has_accounts: bool
    sign_up_open: bool
    mail_configured: bool
    demo: bool
    areas: list[Area]


class SignUp(TypedDict):
    email: str
    name: str
    password: str


class Grant(TypedDict):
    access_token: str
    token_type: str
    expires_in: int
    refresh_token: NotRequired[str | None]


class LogIn(TypedDict):
    email: str
    password: str
    remember: NotRequired[Literal['token', 'cookie']]


class Refresh(TypedDict):
    refresh_token: NotRequired[str | None]


class Me(TypedDict):
    id: str
    email: str
    name: str
    role: str
    permissions: list[str]
    created_at: str
    last_login_at: NotRequired[str | None]


class MeChange(TypedDict):
    name: NotRequired[str]


class PasswordChange(TypedDict):
    current_password: str
    new_password: str


class Forgot(TypedDict):
    email: str


class Reset(TypedDict):
    token: str
    new_password: str


class Strength(TypedDict):
    score: int
    acceptable: bool
    warning: NotRequired[str | None]
    suggestions: list[str]


class StrengthQuestion(TypedDict):
    password: str
    email: NotRequired[str | None]


class SessionItem(TypedDict):
    id: str
    created_at: str
    last_used_at: NotRequired[str | None]
    ip: str
    user_agent: str
    current: bool


class SessionPage(TypedDict):
    items: list[SessionItem]
    next_cursor: NotRequired[str | None]


class ApiKey(TypedDict):
    id: str
    name: str
    prefix: str
    scopes: list[str]
    created_at: str
    last_used_at: NotRequired[str | None]
    expires_at: NotRequired[str | None]


class ApiKeyPage(TypedDict):
    items: list[ApiKey]
    next_cursor: NotRequired[str | None]


class NewApiKey(TypedDict):
    key: str
    id: str
    name: str
    prefix: str
    scopes: list[str]
    created_at: str
    last_used_at: NotRequired[str | None]
    expires_at: NotRequired[str | None]


class ApiKeyWish(TypedDict):
    name: str
    scopes: list[str]
    expires_at: NotRequired[str | None]


class Team(TypedDict):
    id: str
    name: str
    my_role: Literal['owner', 'admin', 'member']
    member_count: int
    created_at: str


class TeamMember(TypedDict):
    user_id: str
    email: str
    name: str
    role: Literal['owner', 'admin', 'member']
    joined_at: str


class TeamInvitation(TypedDict):
    id: str
    email: str
    role: Literal['owner', 'admin', 'member']
    created_at: str
    expires_at: str


class TeamDetail(TypedDict):
    members: list[TeamMember]
    invitations: list[TeamInvitation]
    id: str
    name: str
    my_role: Literal['owner', 'admin', 'member']
    member_count: int
    created_at: str


class TeamPage(TypedDict):
    items: list[Team]
    next_cursor: NotRequired[str | None]


class TeamWish(TypedDict):
    name: str


class TeamChange(TypedDict):
    name: str


class InvitationWish(TypedDict):
    email: str
    role: Literal['owner', 'admin', 'member']


class MemberChange(TypedDict):
    role: Literal['owner', 'admin', 'member']


class Invitation(TypedDict):
    id: str
    team_id: str
    team_name: str
    role: str
    invited_by: str
    created_at: str
    expires_at: str


class InvitationPage(TypedDict):
    items: list[Invitation]
    next_cursor: NotRequired[str | None]


class ProviderKey(TypedDict):
    provider: str
    fields: dict[str, str]
    updated_at: str


class ProviderKeyPage(TypedDict):
    items: list[ProviderKey]
    next_cursor: NotRequired[str | None]


class ProviderKeySecrets(TypedDict):
    fields: dict[str, str]


class AuditEntry(TypedDict):
    id: str
    at: str
    actor_id: NotRequired[str | None]
    actor_email: NotRequired[str | None]
    action: str
    object_type: NotRequired[str | None]
    object_id: NotRequired[str | None]
    summary: str
    ip: NotRequired[str | None]
    request_id: NotRequired[str | None]
    details: dict[str, Any]


class AuditPage(TypedDict):
    items: list[AuditEntry]
    next_cursor: NotRequired[str | None]


class User(TypedDict):
    id: str
    email: str
    name: str
    role: str
    disabled: bool
    created_at: str
    last_login_at: NotRequired[str | None]
    sessions: int


class UserPage(TypedDict):
    items: list[User]
    next_cursor: NotRequired[str | None]


class UserChange(TypedDict):
    role: NotRequired[str]
    disabled: NotRequired[bool]


class ResetLink(TypedDict):
    url: str
    expires_at: str


class Setting(TypedDict):
    name: str
    env: str
    toml: NotRequired[str | None]
    value: NotRequired[Any]
    default: NotRequired[Any]
    source: Literal['default', 'toml', 'environment']
    secret: bool
    description: str


class SettingList(TypedDict):
    items: list[Setting]


class JobProgress(TypedDict):
    percent: NotRequired[float | None]
    done: NotRequired[float | None]
    total: NotRequired[float | None]
    unit: NotRequired[str | None]
    stage: NotRequired[str | None]
    eta: NotRequired[str | None]


class JobError(TypedDict):
    code: str
    message: str
    hint: NotRequired[str | None]


class Job(TypedDict):
    id: str
    name: str
    key: NotRequired[str | None]
    state: Literal['queued', 'waiting', 'running', 'succeeded', 'failed', 'cancelled']
    priority: int
    attempt: int
    attempts_max: int
    progress: NotRequired[JobProgress | None]
    args: dict[str, Any]
    result: NotRequired[Any]
    error: NotRequired[JobError | None]
    created_at: str
    run_at: str
    started_at: NotRequired[str | None]
    finished_at: NotRequired[str | None]
    deadline_at: NotRequired[str | None]
    worker: NotRequired[str | None]
    created_by: NotRequired[str | None]


class JobPage(TypedDict):
    items: list[Job]
    next_cursor: NotRequired[str | None]


class Schedule(TypedDict):
    name: str
    cron: str
    next_at: str
    last_job_id: NotRequired[str | None]
    last_state: NotRequired[str | None]


class ScheduleList(TypedDict):
    items: list[Schedule]


class Worker(TypedDict):
    id: str
    host: str
    pid: int
    started_at: str
    seen_at: str
    running: int


class WorkerList(TypedDict):
    items: list[Worker]
