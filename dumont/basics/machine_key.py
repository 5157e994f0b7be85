"""The name of a machine that history sticks to: `vast:12345`, a provider and the provider's own id."""

import re
from dataclasses import dataclass

from dumont.basics.errors import Invalid

PROVIDER = re.compile(r"[a-z][a-z0-9_-]{1,31}")
MACHINE_ID = re.compile(r"[^\x00-\x20\x7f-\x9f/](?:[^\x00-\x1f\x7f-\x9f/]{0,198}[^\x00-\x20\x7f-\x9f/])?")
"""Anything that can be a part of an address; ids of some clouds have colons and blanks inside."""


class NotAMachine(Invalid):
    code = "not_a_machine"
    hint = "Write it as `provider:machine`, like vast:12345."


@dataclass(frozen=True, slots=True, order=True)
class MachineKey:
    provider: str
    machine_id: str

    def __post_init__(self) -> None:
        printable = self.machine_id.isprintable() and MACHINE_ID.fullmatch(self.machine_id)
        if not PROVIDER.fullmatch(self.provider) or not printable:
            raise NotAMachine(f"{str(self)!r} is no name of a machine.")

    @classmethod
    def parse(cls, text: str) -> "MachineKey":
        """The first colon parts the two."""
        provider, colon, machine_id = text.strip(" ").partition(":")
        if not colon:
            raise NotAMachine(f"{text!r} does not say at which provider.")
        return cls(provider, machine_id)

    def __str__(self) -> str:
        return f"{self.provider}:{self.machine_id}"
