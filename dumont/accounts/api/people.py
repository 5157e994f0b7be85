"""Doors to the accounts of others and to the audit log."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from dumont.accounts import audit, people
from dumont.accounts.api.parts import AccountRead, AuditRead, UsersManage
from dumont.accounts.rules.roles import AccountRole
from dumont.accounts.schemas.people import AuditEntry, ResetLink, User, UserChange
from dumont.platform.http.doors import Door, old_is_fine
from dumont.platform.http.fields import Line, Moment
from dumont.platform.http.paging import Paged, Paginated
from dumont.platform.http.problems import problems

router = APIRouter(route_class=Door)

Exactly = Annotated[Line | None, Query()]


async def _wanted(
    actor: UUID | None = None,
    action: Exactly = None,
    object_type: Exactly = None,
    object_id: Exactly = None,
    *,
    since: Annotated[Moment | None, Query(description="From this moment on.")] = None,
    until: Annotated[Moment | None, Query(description="Until just before this moment.")] = None,
) -> audit.Filter:
    return audit.Filter(
        actor=actor, action=action, object_type=object_type, object_id=object_id, since=since, until=until
    )


@router.get("/audit", tags=["audit"], summary="List what I changed", responses=problems())
@old_is_fine
async def list_own_audit(work: AccountRead, paging: Paginated, action: Exactly = None) -> Paged[AuditEntry]:
    wanted = audit.Filter(actor=work.caller.me, action=action)
    return paging.answer(await audit.read(work, wanted, paging.cursor, paging.limit), AuditEntry.model_validate)


@router.get("/admin/audit", tags=["audit"], summary="List what anyone changed", responses=problems())
@old_is_fine
async def list_audit(
    work: AuditRead, paging: Paginated, wanted: Annotated[audit.Filter, Depends(_wanted)]
) -> Paged[AuditEntry]:
    """Newest first. Each filter must fit exactly."""
    return paging.answer(await audit.read(work, wanted, paging.cursor, paging.limit), AuditEntry.model_validate)


@router.get("/admin/users", tags=["people"], summary="List accounts", responses=problems())
async def list_users(
    work: UsersManage,
    paging: Paginated,
    q: Annotated[Line | None, Query(description="Part of the name or the address.")] = None,
    role: AccountRole | None = None,
    state: Literal["active", "disabled"] | None = None,
) -> Paged[User]:
    search = people.Search(q, role, state)
    return paging.answer(await people.find(work, search, paging.cursor, paging.limit), User.model_validate)


@router.get("/admin/users/{user_id}", tags=["people"], summary="Show an account", responses=problems(404))
async def get_user(user_id: UUID, work: UsersManage) -> User:
    return User.model_validate(await people.one(work, user_id))


@router.patch("/admin/users/{user_id}", tags=["people"], summary="Change an account", responses=problems(404, 409))
async def update_user(user_id: UUID, body: UserChange, work: UsersManage) -> User:
    """Works at once: whoever is disabled is out, and a new role counts from the next request."""
    return User.model_validate(await people.change(work, user_id, role=body.role, disabled=body.disabled))


@router.post("/admin/users/{user_id}/reset-link", tags=["people"], summary="Make a reset link", responses=problems(404))
async def create_reset_link(user_id: UUID, work: UsersManage, response: Response) -> ResetLink:
    """For where there is no mail. The link is good once, for an hour."""
    response.headers["cache-control"] = "no-store"
    return ResetLink.model_validate(await people.make_reset_link(work, user_id))


@router.post(
    "/admin/users/{user_id}/sign-out", tags=["people"], status_code=204, summary="Sign out", responses=problems(404)
)
async def sign_out_user(user_id: UUID, work: UsersManage) -> None:
    """Ends all sessions of this account at once."""
    await people.sign_out(work, user_id)
