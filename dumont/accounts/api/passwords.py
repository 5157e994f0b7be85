"""Doors to change a password, or to get a new one when it is forgotten."""

from fastapi import APIRouter

from dumont.accounts import change_password as change
from dumont.accounts import guard
from dumont.accounts import reset_password as reset
from dumont.accounts.api.parts import AccountWrite, Hasher, Throttle
from dumont.accounts.rules import passwords as rules
from dumont.accounts.schemas.auth import Forgot, Message, PasswordChange, Reset, Strength, StrengthQuestion
from dumont.platform.http.doors import Door
from dumont.platform.http.problems import problems

router = APIRouter(prefix="/auth/password", tags=["auth"], route_class=Door)


@router.post("", status_code=204, summary="Change my password", responses=problems())
async def change_password(body: PasswordChange, work: AccountWrite, hasher: Hasher) -> None:
    """All other sessions end. In this one the access token must be refreshed."""
    await change.change_password(
        work,
        hasher,
        current=body.current_password.get_secret_value(),
        new=body.new_password.get_secret_value(),
    )


@router.post("/forgot", status_code=202, summary="Ask for a link to a new password", responses=problems())
async def forgot_password(body: Forgot, work: guard.Anyone, buckets: Throttle) -> Message:
    """The answer is the same whether or not the address has an account."""
    await reset.ask(work, buckets, body.email)
    return Message(message="If there is an account with this address, a link is on its way to it.")


@router.post("/reset", status_code=204, summary="Set a new password by link", responses=problems())
async def reset_password(body: Reset, work: guard.Anyone, hasher: Hasher, buckets: Throttle) -> None:
    """The token from the link is good once, for an hour. All sessions of the account end, and its API keys go."""
    await reset.reset(
        work, hasher, buckets, token=body.token.get_secret_value(), new=body.new_password.get_secret_value()
    )


@router.post("/strength", summary="Judge a password", responses=problems())
async def password_strength(body: StrengthQuestion, _work: guard.Anyone) -> Strength:
    """The same judgement that a new password has to pass. Nothing is kept."""
    found = rules.judge(body.password.get_secret_value(), [body.email] if body.email else [])
    return Strength.model_validate(found)
