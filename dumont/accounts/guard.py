"""Who stands at the door: turns a request's token into a caller, and refuses what the caller may not do.

A route says who may use it by the type of its `work`: `guard.Anyone`, `guard.Visitor`, `guard.Passer`, `guard.User`,
or one made with `guard.needs`:

    JobsRead = Annotated[Work, guard.needs("jobs:read")]
    async def list_jobs(work: JobsRead) -> ...

One indexed query tells whether session, key and account are still good, so taking them away works at once.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import OAuth2PasswordBearer

from dumont.accounts.rules import roles, tokens
from dumont.accounts.rules.roles import Permission
from dumont.accounts.signer import Signer, TokenExpired
from dumont.accounts.store import api_keys, sessions
from dumont.basics.clock import Clock
from dumont.basics.errors import NotAllowed, NotSignedIn, Unavailable
from dumont.platform.db import Db
from dumont.platform.db.glance import Glance
from dumont.platform.http import limits
from dumont.platform.http.doors import parts_of, work_of
from dumont.platform.parts import Parts
from dumont.platform.work import Caller, Work

ANYONE, SIGNED_IN = "anyone", "signed in"
RECOGNISED_WITHIN_SECONDS = 2.0
bearer = OAuth2PasswordBearer(
    "/api/v1/auth/login",
    scheme_name="bearer",
    description="An access token from `/auth/login`, or an API key (`dmt_...`).",
    auto_error=False,
)
Bearer = Annotated[str | None, Depends(bearer)]
WorkFor = Callable[..., Awaitable[Work]]


class SessionRevoked(NotSignedIn):
    code = "session_revoked"
    hint = "Sign in again."


def needs(permission: Permission) -> Any:
    """For `Annotated[Work, guard.needs("...")]`: the work of a caller who has this permission."""

    async def work_with_permission(request: Request, token: Bearer) -> Work:
        caller = await _caller(request, token)
        if not caller.may(permission):
            raise NotAllowed("You may not do this.", hint=f"It needs the permission {permission}.")
        return await work_of(request, caller)

    return Depends(_marked(work_with_permission, permission))


async def identify(token: str, parts: Parts) -> Caller:
    """The caller behind an access token or an API key, for every way in: HTTP, and the live socket."""
    key = tokens.read_api_key(token)
    return await _by_key(key, parts) if key else await _by_session(token, parts)


def ip_of(request: Request) -> str:
    """Of the other end, as uvicorn tells it: forwarded addresses are believed from `trusted_proxies` only."""
    return request.client.host if request.client else ""


def permission_of(dependency: Callable[..., Any] | None) -> str | None:
    """What a guard asks for; None for anything that is no guard."""
    return getattr(dependency, "permission", None)


async def _anyone(request: Request) -> Work:
    stranger = _stranger(request)
    await limits.admit(request, stranger)
    return await work_of(request, stranger)


async def _visitor(request: Request, token: Bearer) -> Work:
    """A token that is sent must be good: who sends one means to be known."""
    return await (_signed_in(request, token) if token else _anyone(request))


async def _passer(request: Request, token: Bearer) -> Work:
    try:
        async with asyncio.timeout(RECOGNISED_WITHIN_SECONDS):
            return await _visitor(request, token)
    except (Unavailable, TimeoutError):
        return await _anyone(request)


async def _signed_in(request: Request, token: Bearer) -> Work:
    return await work_of(request, await _caller(request, token))


async def _caller(request: Request, token: str | None) -> Caller:
    """Counts the request for the account; one that leads to no account, for the machine that sent it."""
    stranger = _stranger(request)
    try:
        found = await _known(request, token)
    except NotSignedIn:
        await limits.admit(request, stranger)
        raise
    caller = replace(found, ip=stranger.ip, request_id=stranger.request_id)
    await limits.admit(request, caller)
    return caller


async def _known(request: Request, token: str | None) -> Caller:
    if not token:
        raise NotSignedIn("This needs an account.")
    return await identify(token, parts_of(request))


def _stranger(request: Request) -> Caller:
    return Caller("anonymous", ip=ip_of(request), request_id=str(getattr(request.state, "request_id", "")))


async def _by_key(given: tokens.ApiKeyText, parts: Parts) -> Caller:
    now = parts.get(Clock).now()
    key = await api_keys.standing(parts.get(Glance), given.prefix)
    if key is None or not tokens.same(key.hash, tokens.digest(given.secret)):
        raise NotSignedIn("This API key is not one of ours, or was removed.")
    if key.expires_at is not None and key.expires_at <= now:
        raise TokenExpired("This API key has expired.", hint="Make a new one.")
    if key.disabled_at is not None:
        raise SessionRevoked("This account is disabled.", hint="Ask an administrator.")
    if api_keys.is_due(key, now):
        async with parts.get(Db).begin() as tx:
            await api_keys.touch(tx, key, now)
    return Caller(key.role, key.user_id, roles.allowed(key.role, key.scopes), api_key_id=key.id)


async def _by_session(token: str, parts: Parts) -> Caller:
    now = parts.get(Clock).now()
    claims = parts.get(Signer).read(token, now)
    session = await sessions.standing(parts.get(Glance), claims.session_id, claims.user_id, now)
    if session is None or not session.alive:
        raise SessionRevoked("This session is over.")
    if session.version != claims.session_version:
        raise TokenExpired("The access token is from before your password was changed.")
    return Caller(session.role, claims.user_id, roles.allowed(session.role), session_id=claims.session_id)


def _marked(dependency: WorkFor, permission: str) -> WorkFor:
    """The mark by which a test finds routes without a guard."""
    dependency.permission = permission  # type: ignore[attr-defined]
    return dependency


Anyone = Annotated[Work, Depends(_marked(_anyone, ANYONE))]
Visitor = Annotated[Work, Depends(_marked(_visitor, ANYONE))]
"""Anyone, and known if signed in: for a route that shows more to some."""
Passer = Annotated[Work, Depends(_marked(_passer, ANYONE))]
"""A visitor who is let in as a stranger while the database can't tell who he is: for what goes on without it."""
User = Annotated[Work, Depends(_marked(_signed_in, SIGNED_IN))]
