"""Rules of keeping, and which of them holds for what."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID


class Rules(NamedTuple):
    """How many of the last ones, and of the newest of each hour, day, week and month; all 0 keeps everything."""

    keep_last: int = 0
    keep_hourly: int = 0
    keep_daily: int = 0
    keep_weekly: int = 0
    keep_monthly: int = 0


COPIES = frozenset({"sync", "rhythm", "standby"})
"""Tags of what the fleet makes all the time: for a standby, for work with a deadline, of an instance that lives on its
standby."""
RULES_OF_COPIES = Rules(keep_last=3, keep_hourly=24, keep_daily=7)
"""Where nobody has said what is kept: one each minute would cost more than what is in them."""


class Target(NamedTuple):
    """What a rule was put for: without label, all that have none of their own. One for an instance is not another
    one's that gets its name, and follows it to its next name."""

    label: str | None
    instance_id: UUID | None = None

    def replaces(self, other: "Target") -> bool:
        """One that was put for the name alone is the instance's, too."""
        same_instance = self.instance_id is not None and self.instance_id == other.instance_id
        return same_instance or (self.label == other.label and other.instance_id is None)


class Known:
    def __init__(self, rules: Iterable[tuple[Target, Rules]]) -> None:
        self._of_instances: dict[UUID, Rules] = {}
        self._of_labels: dict[str | None, Rules] = {}
        self._of_names: dict[str | None, Rules] = {}
        """Under which rules of instances were put: they hold as well for what bears the label, and is no instance's."""
        for target, rule in rules:
            if target.instance_id is None:
                self._of_labels[target.label] = rule
            else:
                self._of_instances[target.instance_id] = self._of_names[target.label] = rule

    def of(self, instance_id: UUID | None, labels: Sequence[str]) -> Rules | None:
        """`labels` are those of its snapshots, the newest first. None where nobody has said anything."""
        named: Mapping[str | None, Rules] = self._of_labels
        if instance_id is None:
            named = {**self._of_names, **self._of_labels}
        elif instance_id in self._of_instances:
            return self._of_instances[instance_id]
        own = next((named[label] for label in labels if label in named), None)
        return own if own is not None else named.get(None)
