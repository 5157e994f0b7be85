"""The letters that accounts send; each knows whether there is still a reason to send it."""

from uuid import UUID

from dumont.accounts import reset_password
from dumont.accounts.store import teams, users
from dumont.platform.addresses import address_of
from dumont.platform.mail import Letter
from dumont.platform.work import Work


async def address_taken(work: Work, user_id: UUID) -> Letter | None:
    user = await users.by_id(work.tx, user_id)
    if user is None:
        return None
    text = (
        f"Hello {user.name},\n\nsomeone tried to open an account with this address, but you have one already.\n"
        f"If it was you, sign in at {address_of(work.settings)}, or ask there for a new password.\n"
        "If it was not you, there is nothing to do.\n"
    )
    return Letter(user.email, "You have an account already", text)


async def reset(work: Work, email: str) -> Letter | None:
    user = await users.by_email(work.tx, email)
    if user is None or user.disabled_at is not None:
        return None
    link = await reset_password.make_link(work, user)
    text = (
        f"Hello {user.name},\n\nchoose a new password here:\n\n{link.url}\n\n"
        "Everyone is signed out by it then, and your API keys are removed.\n"
        "The link is good once, for an hour. If you did not ask for it, there is nothing to do.\n"
    )
    return Letter(user.email, "Choose a new password", text)


async def invitation(work: Work, invitation_id: UUID) -> Letter | None:
    found = await teams.invitation(work.tx, invitation_id)
    if found is None or found.expires_at <= work.now:
        return None
    text = (
        f"Hello,\n\n{found.invited_by} invites you to the team {found.team_name}.\n"
        f"Sign in with this address at {address_of(work.settings)} to accept or decline.\n"
    )
    return Letter(found.email, f"An invitation to the team {found.team_name}", text)
