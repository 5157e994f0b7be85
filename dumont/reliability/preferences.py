"""What an account wants of searches: from which score on, whether to leave out the rest, what to sort by."""

from dumont.platform.work import Work
from dumont.reliability.events import PreferencesChanged
from dumont.reliability.store import preferences as store
from dumont.reliability.store.preferences import Preferences


async def mine(work: Work) -> Preferences:
    """The defaults, until something else is wanted."""
    return await store.of(work.tx, work.caller.me)


async def change(work: Work, wanted: Preferences) -> Preferences:
    await store.keep(work.tx, work.caller.me, wanted, work.now)
    await work.publish(PreferencesChanged(user_id=work.caller.me))
    return wanted
