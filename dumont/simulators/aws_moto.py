"""The part of the simulated EC2 that moto plays: its server in this process, one account of its own for each world.

moto answers at once and for ever: an instance runs from the first moment, and time does nothing. So the world tells it,
before each request, in which state each instance really is.
"""

import asyncio
from collections.abc import Mapping
from functools import cache
from itertools import count
from threading import Lock
from typing import Any

from dumont.simulators.rentals import Rental
from dumont.simulators.world import World

FORGOTTEN_SECONDS = 3600
"""So long EC2 still shows a terminated instance."""
SHUTTING_DOWN_SECONDS = 15
CODES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80}
STATES = {
    "pending": "pending",
    "booting": "pending",
    "running": "running",
    "stopping": "stopping",
    "stopped": "stopped",
    "failed": "terminated",
}

_accounts = count(100_000_000_001)
_one_at_a_time = Lock()


class MotoMissing(Exception):
    def __init__(self) -> None:
        super().__init__("The simulated AWS needs moto, which is not installed: `pip install dumont[demo]`.")


async def ask(world: World, region: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
    """What moto says to this request of the world's account."""
    return await asyncio.to_thread(_ask, account(world), region, headers, body)


def account(world: World) -> str:
    """A new one after each reset: so nothing is left over in moto."""
    if "account" not in world.extra:
        world.extra["account"] = str(next(_accounts))
    return str(world.extra["account"])


def keep_in_step(world: World) -> None:
    for rental in world.rentals.values():
        if instance := _instance(world, rental):
            _tell(world, rental, instance)


def _ask(number: str, region: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
    kept = {name: value for name, value in headers.items() if name in ("authorization", "content-type", "x-amz-date")}
    kept |= {"x-moto-account-id": number, "host": f"ec2.{region}.amazonaws.com"}
    with _one_at_a_time:
        answer = _server().post("/", data=body, headers=kept)
    return answer.status_code, answer.data


@cache
def _server() -> Any:
    try:
        import moto.settings
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
        from werkzeug.test import Client
    except ImportError:
        raise MotoMissing from None
    setattr(moto.settings, "ec2_load_default_amis", lambda: False)  # noqa: B010 - hundreds of images, for each region
    return Client(DomainDispatcherApplication(create_backend_app))


def _instance(world: World, rental: Rental) -> Any:
    from moto.ec2.models import ec2_backends

    if "region" not in rental.extra:
        return None
    reservations = ec2_backends[account(world)][rental.extra["region"]].reservations
    held = (instance for reservation in reservations.values() for instance in reservation.instances)
    return next((instance for instance in held if instance.id == rental.id), None)


def _tell(world: World, rental: Rental, instance: Any) -> None:
    from moto.ec2.models.instances import InstanceState, StateReason

    since = (world.now() - rental.since).total_seconds()
    if rental.state == "gone" and since >= FORGOTTEN_SECONDS:
        _forget(world, rental)
        return
    leaving = "shutting-down" if since < SHUTTING_DOWN_SECONDS else "terminated"
    state = leaving if rental.state == "gone" else STATES[rental.state]
    code, _, message = (rental.why or "").partition(": ")
    instance._state = InstanceState(state, CODES[state])  # noqa: SLF001 - moto has no door for it
    instance.state_reason = StateReason(message or code, code)
    instance.launch_time = rental.created_at


def _forget(world: World, rental: Rental) -> None:
    from moto.ec2.models import ec2_backends

    reservations = ec2_backends[account(world)][rental.extra["region"]].reservations
    for key in [key for key, held in reservations.items() if any(i.id == rental.id for i in held.instances)]:
        del reservations[key]
