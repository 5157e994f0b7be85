"""How to get into an instance: one name and one host key for its whole life, and the address of where it is now."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from dumont.basics.errors import Conflict
from dumont.fleet.instances import access
from dumont.fleet.store import showing as store
from dumont.fleet.tables import FleetInstance, FleetRental
from dumont.platform.work import Work

INSTEAD = {
    "hibernated": "Wake it.",
    "hibernating": "Wake it: what is under way is called off.",
    "paused": "Resume it.",
    "failed": "Wake it to try again.",
}


class NoWayIn(Conflict):
    code = "no_way_in"
    hint = "Wait until it runs."


@dataclass(frozen=True, slots=True)
class Way:
    name: str
    host: str
    port: int
    user: str
    direct: bool
    host_key: str
    host_key_alias: str
    has_ssh_keys: bool

    @property
    def known_hosts(self) -> str:
        return f"{self.host_key_alias} {self.host_key}"

    @property
    def command(self) -> str:
        """As it is for somebody without `ssh_config`, with the host key checked all the same."""
        return f"ssh -o HostKeyAlias={self.host_key_alias} -p {self.port} {self.user}@{self.host}"

    @property
    def ssh_config(self) -> str:
        lines = (
            f"Host {self.name}",
            f"  HostName {self.host}",
            f"  Port {self.port}",
            f"  User {self.user}",
            f"  HostKeyAlias {self.host_key_alias}",
            "  StrictHostKeyChecking yes",
        )
        return "\n".join(lines) + "\n"


async def connection(work: Work, instance_id: UUID) -> Way:
    instance = await access.instance(work, instance_id)
    found = way_into(instance, await store.live_rentals(work.tx, [instance.id]))
    if found is None:
        hint = INSTEAD.get(instance.state)
        raise NoWayIn(f"{instance.name} is {instance.state.replace('_', ' ')}: there is no way in.", hint=hint)
    return found


def way_into(instance: FleetInstance, live: Sequence[FleetRental]) -> Way | None:
    """To the machine on which its owner's work is; one that has no addresses yet is not to be reached."""
    serving = _serving(instance, live)
    if serving is None or not serving.addresses:
        return None
    best = serving.addresses[0]
    return Way(
        name=instance.name,
        host=str(best["host"]),
        port=int(best["port"]),
        user=str(best.get("user") or "root"),
        direct=bool(best.get("direct", True)),
        host_key=instance.host_key_public,
        host_key_alias=f"dumont-{instance.id}",
        has_ssh_keys=bool(instance.wanted.get("ssh_keys")),
    )


def _serving(instance: FleetInstance, live: Sequence[FleetRental]) -> FleetRental | None:
    if instance.state not in ("running", "on_standby", "recovering", "hibernating"):
        return None
    first = instance.primary_rental_id if instance.state in ("running", "hibernating") else instance.standby_rental_id
    found = {rental.id: rental for rental in live if rental.wanted == "held"}
    return found.get(first) if first else None
