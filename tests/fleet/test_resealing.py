"""A new key seals everything that the fleet keeps sealed, and nothing is forgotten when a column is added."""

from datetime import UTC, datetime

from dumont.fleet import resealing
from dumont.fleet.instances import environment, host_keys
from dumont.fleet.rentals import accounts, renting
from dumont.fleet.store import sealed
from dumont.fleet.tables import FleetAccount
from dumont.platform.db import Tx
from dumont.platform.db.tables import Base
from dumont.platform.secrets import Vault, new_key
from tests.build import fleet as build

NOW = datetime(2026, 3, 1, tzinfo=UTC)
OLD, NEW = new_key(), new_key()


class TestReseal:
    def test_knows_every_sealed_column(self) -> None:
        named = {
            (table.name, column.name)
            for table in Base.metadata.tables.values()
            for column in table.columns
            if table.name.startswith("fleet_") and "sealed" in column.name
        }
        assert {(column.class_.__tablename__, column.key) for column in sealed.COLUMNS.values()} == named
        assert resealing.PLACES.keys() == sealed.COLUMNS.keys()

    async def test_opens_with_the_new_key_alone(self, tx: Tx) -> None:
        old, both, new = Vault([OLD]), Vault([NEW, OLD]), Vault([NEW])
        instance = await build.an_instance(tx, NOW)
        instance.host_key_sealed = old.seal("private", host_keys.place(instance.id))
        instance.env_sealed = environment.sealed(old, instance.id, {"TOKEN": "x"})
        rental, _ = await build.a_rental(tx, instance, NOW)
        rental.agent_token_sealed = old.seal("token", renting.token_place(rental.id))
        account = await tx.get_one(FleetAccount, rental.account_id)
        account.sealed = old.seal("{}", accounts.place(account.id))
        await tx.flush()

        assert await resealing.reseal(tx, both) == 4
        assert await resealing.reseal(tx, both) == 0
        assert new.open(instance.host_key_sealed, host_keys.place(instance.id)) == "private"
        assert environment.of(new, instance) == {"TOKEN": "x"}
        assert new.open(rental.agent_token_sealed, renting.token_place(rental.id)) == "token"
        assert new.open(account.sealed, accounts.place(account.id)) == "{}"
