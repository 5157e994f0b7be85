"""What a team has in the contexts above, by whose word it is not deleted from under something that lives."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from dumont.platform.db import Tx


class Belongings(Protocol):
    async def of_team(self, tx: Tx, team_id: UUID) -> Sequence[str]:
        """Names of instances that are not destroyed."""
        ...
