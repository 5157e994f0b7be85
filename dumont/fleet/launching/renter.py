"""With whose keys machines are rented for an instance: of whoever launched it, while he is one of those whose it is."""

from uuid import UUID

from dumont.accounts import teams
from dumont.basics.errors import Conflict
from dumont.fleet.tables import FleetInstance
from dumont.platform.work import Work


class LauncherLeft(Conflict):
    code = "launcher_left"
    hint = "Launch another instance, and restore the newest snapshot onto it."


async def of(work: Work, instance: FleetInstance) -> UUID | None:
    """Nobody, where he has no account here any more."""
    user_id, owner_id = instance.user_id, instance.owner_id
    if user_id is not None and user_id != owner_id and owner_id not in await teams.ids_of(work.tx, user_id):
        raise LauncherLeft("Whoever launched it has left the team, and with him the keys that it is rented with.")
    return user_id
