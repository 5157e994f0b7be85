"""Names of instances: those that are given are told apart, and one that is not given is invented."""

from collections.abc import Sequence
from random import Random
from uuid import UUID

from dumont.basics.errors import Conflict
from dumont.fleet.store import owned
from dumont.fleet.tables import FleetInstance
from dumont.platform.work import Work

QUALITIES: Sequence[str] = (
    *("amber", "brisk", "calm", "clear", "eager", "early", "fair", "fleet", "gentle", "glad", "grand", "keen"),
    *("kind", "light", "lucid", "merry", "mild", "neat", "noble", "plain", "proud", "quick", "quiet", "ready"),
    *("sharp", "silver", "steady", "still", "sunny", "swift", "tidy", "vivid", "warm", "wide", "wise", "young"),
)
THINGS: Sequence[str] = (
    *("aspen", "badger", "beacon", "birch", "brook", "cedar", "comet", "coral", "crane", "delta", "dune", "ember"),
    *("falcon", "fern", "finch", "fjord", "gale", "harbor", "hazel", "heron", "island", "juniper", "lark", "maple"),
    *("meadow", "otter", "pine", "prairie", "raven", "reef", "ridge", "river", "spruce", "summit", "tide", "willow"),
)
TRIES = 20


class NameTaken(Conflict):
    code = "name_taken"
    hint = "Choose another name, or leave it out."


async def free(work: Work, owner_id: UUID, name: str | None) -> str:
    """This one, if nobody's else; or a new one."""
    if name is not None:
        await refuse_taken(work, owner_id, name)
        return name
    for number in range(TRIES):
        invented = _invented(work.random, number)
        if await owned.named(work.tx, owner_id, invented) is None:
            return invented
    raise NameTaken("No free name was found.", hint="Choose one.")


async def refuse_taken(work: Work, owner_id: UUID, name: str, but: UUID | None = None) -> None:
    taken = await owned.named(work.tx, owner_id, name)
    if taken is not None and taken != but:
        raise NameTaken(f"There is an instance {name} already.")


async def write(work: Work, instance: FleetInstance) -> FleetInstance:
    """At once, so that two who choose one name at one time are told of it here."""
    name = instance.name
    if not await owned.written(work.tx, instance):
        raise NameTaken(f"There is an instance {name} already.")
    return instance


def _invented(random: Random, number: int) -> str:
    plain = f"{random.choice(QUALITIES)}-{random.choice(THINGS)}"
    return plain if number < TRIES // 2 else f"{plain}-{random.randrange(10, 1000)}"
