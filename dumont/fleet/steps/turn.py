"""What a step is given to write with."""

from dataclasses import dataclass

from dumont.fleet.looking import Rows
from dumont.fleet.means import Means
from dumont.fleet.rules.seen import Limits, Seen
from dumont.fleet.tables import FleetInstance
from dumont.market.following import View
from dumont.platform.work import Work
from dumont.snapshots.on_behalf import Owner


@dataclass(slots=True)
class Turn:
    work: Work
    means: Means
    rows: Rows
    seen: Seen
    limits: Limits
    view: View | None
    """The market; None where it could not be loaded."""

    @property
    def instance(self) -> FleetInstance:
        return self.rows.instance

    @property
    def owner(self) -> Owner:
        instance = self.instance
        return Owner(instance.owner_id, instance.team_id is not None, instance.user_id)


class NotNow(Exception):
    """Something that is needed is away: the step is put off, and nothing of it is written."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"again in {seconds:g} seconds")
        self.seconds = seconds
