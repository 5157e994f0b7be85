"""Tells the history of machines what a rental has shown: once for each, by whoever is first to know.

A machine that lost because another one won has shown nothing: nobody tells of it.
"""

from dumont.basics.errors import Invalid
from dumont.basics.machine_key import MachineKey
from dumont.fleet.store import rentals as store
from dumont.fleet.tables import FleetRental
from dumont.platform.work import Work
from dumont.providers.errors import MachineGone, NoCapacity, OfferGone, ProviderError
from dumont.reliability import attempts
from dumont.reliability.attempts import Attempt, Failed, Succeeded
from dumont.reliability.rules.outcomes import Reason

WORDS: tuple[tuple[Reason, tuple[str, ...]], ...] = (
    ("driver_mismatch", ("driver/library version", "cuda version", "nvidia-container-cli: requirement error")),
    ("gpu_not_ready", ("nvidia-container", "nvml", "nvidia-smi", "no gpu", "cuda_error")),
    ("image_pull_failed", ("pull", "manifest", "image not found", "no such image", "registry")),
    ("out_of_disk", ("no space left", "disk quota", "out of disk")),
    ("network", ("network", "dns", "connection refused", "timed out")),
    ("hardware_error", ("oci runtime", "hardware", "xid", "ecc")),
)
"""By what a cloud says of a machine that does not come up; the first that fits."""


async def succeeded(work: Work, rental: FleetRental) -> None:
    """From the create call until the machine was of use."""
    if rental.ready_at is None or rental.attempted_at is None:
        raise Invalid("A rental that was never ready has not succeeded.")
    seconds = max(0.0, (rental.ready_at - rental.attempted_at).total_seconds())
    await _tell(work, rental, Succeeded(boot_seconds=seconds))


async def failed(work: Work, rental: FleetRental, reason: Reason, message: str = "") -> None:
    began = rental.attempted_at
    seconds = None if began is None else max(0.0, (work.now - began).total_seconds())
    await _tell(work, rental, Failed(reason, message, seconds))


def reason_of(error: ProviderError) -> Reason | None:
    """Of a refused create call; None where that says nothing of the machine."""
    return "offer_gone" if isinstance(error, OfferGone | NoCapacity | MachineGone) else None


def reason_in(words: str | None, otherwise: Reason = "unknown") -> Reason:
    """Of what a cloud said about a machine that failed."""
    text = (words or "").lower()
    return next((reason for reason, parts in WORDS if any(part in text for part in parts)), otherwise)


async def _tell(work: Work, rental: FleetRental, outcome: Succeeded | Failed) -> None:
    kind = await store.take_attempt(work.tx, rental.id)
    if kind is not None:
        rental.attempt_type = None
        machine = MachineKey(rental.provider, rental.machine_id)
        await attempts.record(work, Attempt(machine, kind, outcome, rental.instance_id, rental.owner_id, id=rental.id))
