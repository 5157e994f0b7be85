"""Doors to sign up, sign in, stay signed in and leave."""

from uuid import UUID

from fastapi import APIRouter

from dumont.accounts import guard, login, profile, refresh, sessions, signup
from dumont.accounts.api.credentials import Credentials
from dumont.accounts.api.handout import HandedOut
from dumont.accounts.api.parts import AccountRead, AccountWrite, Hasher, Throttle
from dumont.accounts.schemas.auth import LOGIN_BODY, Grant, Me, MeChange, Message, Refresh, SessionItem, SignUp
from dumont.accounts.tables import LoginSession, User
from dumont.basics.errors import NotSignedIn
from dumont.platform.http.doors import Door
from dumont.platform.http.paging import Paged, Paginated
from dumont.platform.http.problems import problems
from dumont.platform.work import Work

router = APIRouter(prefix="/auth", tags=["auth"], route_class=Door)


@router.post("/signup", status_code=202, summary="Open an account", responses=problems())
async def sign_up(body: SignUp, work: guard.Anyone, hasher: Hasher, buckets: Throttle) -> Message:
    """The answer is the same whether or not the address has an account already. The first account becomes admin."""
    await signup.open_account(
        work, hasher, buckets, email=body.email, name=body.name, password=body.password.get_secret_value()
    )
    return Message(message="Thank you. You can sign in now.")


@router.post("/login", summary="Sign in", responses=problems(), openapi_extra=LOGIN_BODY)
async def log_in(work: guard.Anyone, body: Credentials, handout: HandedOut, hasher: Hasher, buckets: Throttle) -> Grant:
    """Takes JSON, or the form of OAuth2 clients (`username`, `password`)."""
    signed_in = await login.sign_in(
        work,
        hasher,
        buckets,
        email=body.email,
        password=body.password.get_secret_value(),
        user_agent=handout.user_agent,
    )
    return handout.answer(work, signed_in, body.remember)


@router.post("/refresh", summary="Renew the access token", responses=problems())
async def refresh_session(work: guard.Anyone, handout: HandedOut, body: Refresh | None = None) -> Grant:
    """Each refresh token is good once: the answer holds the next. If the answer is lost, ask again within ten seconds.

    A token that comes back later ends its session.
    """
    given = body.refresh_token.get_secret_value() if body and body.refresh_token else None
    token = given or handout.cookie(work)
    if token is None:
        raise NotSignedIn("There is no refresh token, neither in the body nor in the cookie.")
    signed_in = await refresh.refresh(work, handout.signer, token)
    return handout.answer(work, signed_in, "token" if given else "cookie")


@router.post("/logout", status_code=204, summary="Sign out", responses=problems(409))
async def log_out(work: guard.User, handout: HandedOut) -> None:
    await sessions.sign_out(work)
    handout.forget(work)


@router.post("/logout-everywhere", status_code=204, summary="Sign out everywhere", responses=problems())
async def log_out_everywhere(work: AccountWrite, handout: HandedOut) -> None:
    """Ends every session of this account at once, also this one. API keys stay."""
    await sessions.sign_out_everywhere(work)
    handout.forget(work)


@router.get("/me", summary="Show my account", responses=problems())
async def get_me(work: guard.User) -> Me:
    return _me(work, await profile.me(work))


@router.patch("/me", summary="Change my account", responses=problems())
async def update_me(body: MeChange, work: AccountWrite) -> Me:
    return _me(work, await profile.rename(work, body.name) if body.name else await profile.me(work))


@router.get("/sessions", summary="List my sessions", responses=problems())
async def list_sessions(work: AccountRead, paging: Paginated) -> Paged[SessionItem]:
    def shown(session: LoginSession) -> SessionItem:
        item = SessionItem.model_validate(session)
        return item.model_copy(update={"current": item.id == work.caller.session_id})

    return paging.answer(await sessions.mine(work, paging.cursor, paging.limit), shown)


@router.delete("/sessions/{session_id}", status_code=204, summary="End one of my sessions", responses=problems(404))
async def end_session(session_id: UUID, work: AccountWrite) -> None:
    await sessions.end_one(work, session_id)


def _me(work: Work, user: User) -> Me:
    return Me(
        id=user.id,
        email=user.email,
        name=user.name,
        role=user.role,
        permissions=sorted(work.caller.permissions),
        created_at=user.created_at,
        last_login_at=user.last_login_at,
    )
