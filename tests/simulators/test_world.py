"""The simulated world: its time, its machines, and what they cost to the second."""

from decimal import Decimal

import pytest

from dumont.simulators.rentals import Rental
from dumont.simulators.stock import read_stock
from dumont.simulators.world import SoldOut, Wanted, World


@pytest.fixture
def eight(world: World) -> World:
    """One machine of eight, a dollar an hour each."""
    world.replace_stock(
        read_stock([{"gpu": "RTX 4090", "gpu_count": 8, "price_hour": "1", "storage_gb_month": "0.72"}])
    )
    return world


def rent(world: World, count: int = 1, *, disk_gb: float = 0) -> Rental:
    machine = world.stock[0]
    price = world.price(machine, count)
    return world.rent(Wanted(machine=machine, count=count, label="a", price_hour=price, disk_gb=disk_gb))


class TestStock:
    def test_is_the_same_for_the_same_seed(self, world: World) -> None:
        first = list(world.stock)
        world.reset()
        assert world.stock == first
        world.reset(seed=2)
        assert world.stock != first


class TestSlices:
    def test_are_offered_up_to_what_is_free(self, eight: World) -> None:
        assert [ask.count for ask in eight.asks()] == [1, 2, 4, 8]

    def test_are_reshaped_with_new_ids_when_one_is_rented(self, eight: World) -> None:
        before = {ask.id for ask in eight.asks()}
        rent(eight, 2)
        after = list(eight.asks())
        assert [ask.count for ask in after] == [1, 2, 4, 6]
        assert not before & {ask.id for ask in after}

    def test_come_back_when_the_rental_ends(self, eight: World) -> None:
        rental = rent(eight, 8)
        assert not list(eight.asks())
        eight.end(rental)
        assert [ask.count for ask in eight.asks()] == [1, 2, 4, 8]

    def test_are_never_sold_twice(self, eight: World) -> None:
        rent(eight, 8)
        with pytest.raises(SoldOut):
            rent(eight, 1)


class TestBill:
    def test_counts_compute_while_running_and_disk_while_it_exists(self, eight: World) -> None:
        rental = rent(eight, 2, disk_gb=100)
        eight.advance(100 + 3600)
        eight.stop(rental)
        eight.advance(7200)
        bill = rental.bill(eight.now())
        assert Decimal(bill["gpu"]) == 2
        assert round(Decimal(bill["disk"]), 6) == round(Decimal("0.1") * 10900 / 3600, 6)

    def test_follows_a_price_that_changes_at_its_moment(self, eight: World) -> None:
        rental = rent(eight)
        eight.after(100 + 1800, lambda: rental.reprice(Decimal(3), eight.now()))
        eight.advance(100 + 3600)
        assert rental.cost(eight.now()) == 2

    def test_stops_at_the_end(self, eight: World) -> None:
        rental = rent(eight)
        eight.advance(100 + 3600)
        eight.end(rental)
        eight.advance(3600)
        assert rental.cost(eight.now()) == 1


class TestFaults:
    def test_happen_as_often_as_ordered_and_only_on_the_call_named(self, world: World) -> None:
        world.faults.replace([{"fault": "slow", "call": "PUT /asks", "times": 2}])
        assert world.faults.take("slow", "GET /asks") is None
        assert [world.faults.take("slow", "PUT /asks/7") is not None for _ in range(3)] == [True, True, False]

    def test_may_come_by_chance(self, world: World) -> None:
        world.faults.replace([{"fault": "slow", "probability": 0.5}])
        met = sum(world.faults.take("slow") is not None for _ in range(400))
        assert 150 < met < 250

    def test_let_a_machine_boot_never_or_late_or_vanish(self, eight: World) -> None:
        eight.faults.replace([{"fault": "boot_never", "times": 1}])
        never = rent(eight)
        eight.faults.replace([{"fault": "boot_slow", "times": 1, "seconds": 500}])
        late = rent(eight)
        eight.faults.replace([{"fault": "vanish", "times": 1, "seconds": 60}])
        vanishing = rent(eight)
        eight.advance(159)
        assert [r.state for r in (never, late, vanishing)] == ["booting", "booting", "running"]
        eight.advance(500)
        assert [r.state for r in (never, late, vanishing)] == ["booting", "running", "gone"]

    def test_rent_twice_for_one_call(self, eight: World) -> None:
        eight.faults.replace([{"fault": "double_answer"}])
        rent(eight)
        assert len(eight.live()) == 2
