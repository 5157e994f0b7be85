"""What a person sees and changes of the own account."""

from dumont.accounts import audit
from dumont.accounts.store import users
from dumont.accounts.tables import User
from dumont.basics.errors import NotSignedIn
from dumont.platform.work import Work


async def me(work: Work) -> User:
    user = await users.by_id(work.tx, work.caller.me)
    if user is None:
        raise NotSignedIn("This account is gone.")
    return user


async def rename(work: Work, name: str) -> User:
    user = await me(work)
    details = {"before": user.name, "after": name}
    await users.rename(work.tx, user.id, name)
    await audit.record(work, "account.renamed", ("user", user.id), "Changed the name", details=details)
    return await me(work)
