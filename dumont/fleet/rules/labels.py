"""The label by which a machine is known for ours: `dumont/<installation>/<rental>`."""

from random import Random
from uuid import UUID

from dumont.basics import ids

HOUSE = "dumont"


def new_installation(random: Random) -> str:
    """Short, since some clouds cut a label at 64 characters."""
    return f"{random.getrandbits(32):08x}"


def label_of(installation: str, rental_id: UUID) -> str:
    return f"{HOUSE}/{installation}/{rental_id}"


def rental_in(label: str | None, installation: str | None) -> UUID | None:
    """None for whatever is not ours to the letter: another label, another installation's, one that was cut."""
    house, _, rest = (label or "").partition("/")
    where, _, rental = rest.partition("/")
    if house != HOUSE or not installation or where != installation:
        return None
    found = ids.read(rental)
    return found if str(found) == rental else None
