"""Whoever makes his key at a cloud anew, as one does after a leak, still gets rid of the machines that run there."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from dumont.accounts import provider_keys
from dumont.accounts.tables import User
from dumont.fleet.events import KeyRefused
from dumont.fleet.tables import FleetEvent, FleetInstance, FleetRental
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


async def told(lab: CloudLab, rental: FleetRental) -> list[str]:
    """On the page of its instance, the oldest first."""
    async with lab.means.db.begin() as tx:
        mine = select(FleetEvent).where(FleetEvent.instance_id == rental.instance_id)
        found = (await tx.execute(mine.order_by(FleetEvent.at, FleetEvent.id))).scalars()
        return [each.details["code"] for each in found if each.details.get("provider") == "vast"]


@pytest.mark.parametrize("of_house", [False, True])
async def test_is_told_to_who_owns_the_machines_once_and_that_it_is_over(lab: CloudLab, of_house: bool) -> None:
    user_id = await joins(lab)
    await gives_key(lab, user_id)
    account = await lab.account(None if of_house else user_id)
    held = [await lab.ready(await lab.rents(account)) for _ in range(2)]
    old = lab.world.setup
    makes_key_anew(lab)
    await lab.passes(3600, step=30)
    assert [await told(lab, each) for each in held] == [["key_refused"]] * 2
    found = lab.published.of(KeyRefused)
    assert sorted(name for each in found for name in each.names) == sorted([await name_of(lab, each) for each in held])
    assert {(each.provider, each.of_house) for each in found} == {("vast", of_house)}
    lab.world.setup = old
    for rental in lab.world.rentals.values():
        rental.account = old.key
    await lab.passes(1800, step=30)
    assert [await told(lab, each) for each in held] == [["key_refused", "key_taken"]] * 2


async def test_is_over_with_another_key(lab: CloudLab) -> None:
    user_id = await joins(lab)
    await gives_key(lab, user_id)
    held = await lab.ready(await lab.rents(await lab.account(user_id)))
    makes_key_anew(lab)
    await lab.passes(1200, step=20)
    await gives_key(lab, user_id)
    await lab.passes(2400, step=20)
    assert await told(lab, held) == ["key_refused", "key_taken"]


async def test_is_not_told_where_another_key_is_there_before(lab: CloudLab) -> None:
    user_id = await joins(lab)
    await gives_key(lab, user_id)
    held = await lab.ready(await lab.rents(await lab.account(user_id)))
    makes_key_anew(lab)
    await gives_key(lab, user_id)
    await lab.passes(2400, step=20)
    assert (await told(lab, held), lab.published.of(KeyRefused)) == ([], [])


async def name_of(lab: CloudLab, rental: FleetRental) -> str:
    async with lab.means.db.begin() as tx:
        return (await tx.get_one(FleetInstance, rental.instance_id)).name


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
