"""Whoever makes his key at a cloud anew, as one does after a leak, still gets rid of the machines that run there."""

from dataclasses import replace
from uuid import UUID, uuid4

from dumont.accounts import provider_keys
from dumont.accounts.tables import User
from dumont.platform.work import Caller
from dumont.simulators.server import credentials_of
from tests.fleet.cloud_lab import CloudLab


async def joins(lab: CloudLab) -> UUID:
    identity = uuid4()
    email, at = f"{identity}@example.com", lab.clock.now()
    async with lab.means.db.begin() as tx:
        tx.add(User(id=identity, email=email, name="Ada", password_hash="x", role="user", created_at=at))
    return identity


async def gives_key(lab: CloudLab, user_id: UUID) -> None:
    """The one that the cloud knows now."""
    async with lab.means.db.begin() as tx:
        work = lab.means.work(tx, Caller(role="user", user_id=user_id))
        await provider_keys.put(work, lab.means.vault, "vast", credentials_of("vast", lab.world, lab.url))


def makes_key_anew(lab: CloudLab) -> None:
    lab.world.setup = replace(lab.world.setup, key="brand-new-key-0123456789")
    for rental in lab.world.rentals.values():
        rental.account = lab.world.setup.key


async def test_of_machines_that_run_with_a_key_that_is_refused_by_now(lab: CloudLab) -> None:
    user_id = await joins(lab)
    await gives_key(lab, user_id)
    held = await lab.ready(await lab.rents(await lab.account(user_id)))
    makes_key_anew(lab)
    await lab.want(held, "gone")
    await lab.passes(1200, step=20)
    assert (await lab.see(held)).error_code == "bad_credentials"
    await gives_key(lab, user_id)
    await lab.passes(2400, step=20)
    assert (await lab.see(held)).stage == "ended"
    assert lab.alive() == []
