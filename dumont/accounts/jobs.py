"""What accounts do beside requests: letters, and forgetting what is over."""

from datetime import timedelta

from dumont.accounts import letters
from dumont.accounts.audit import AUDIT
from dumont.accounts.events import AddressTaken, MemberInvited, ResetAsked
from dumont.accounts.store import sessions, teams
from dumont.platform.jobs.port import Job, Listener, NoArgs, Run
from dumont.platform.mail import Letter, Mail

SESSIONS_KEPT_FOR = timedelta(days=30)


async def _prune(run: Run, _args: NoArgs) -> dict[str, int]:
    async with run.work() as work:
        pruned = await sessions.prune(work.tx, work.now, SESSIONS_KEPT_FOR)
        invitations = await teams.prune_invitations(work.tx, work.now)
    return {"sessions": pruned, "invitations": invitations}


async def _tell_owner(run: Run, event: AddressTaken) -> None:
    async with run.work() as work:
        letter = await letters.address_taken(work, event.user_id)
    await _send(run, letter)


async def _send_reset(run: Run, event: ResetAsked) -> None:
    """A second try makes a second link: the text of a link is kept nowhere, so the first can't be sent again."""
    if not run.part(Mail).configured:
        return
    async with run.work() as work:
        letter = await letters.reset(work, event.email)
    await _send(run, letter)


async def _send_invitation(run: Run, event: MemberInvited) -> None:
    async with run.work() as work:
        letter = await letters.invitation(work, event.invitation_id)
    await _send(run, letter)


async def _send(run: Run, letter: Letter | None) -> None:
    if letter is not None:
        await run.part(Mail).send(letter)


JOBS = (Job("accounts.prune", _prune, cron="41 3 * * *", key=lambda _args: "prune", sample=NoArgs()),)
LISTENERS = (
    Listener("accounts.tell_owner_of_address", AddressTaken, _tell_owner),
    Listener("accounts.send_reset_link", ResetAsked, _send_reset),
    Listener("accounts.send_invitation", MemberInvited, _send_invitation),
)
PARTITIONED = (AUDIT,)
