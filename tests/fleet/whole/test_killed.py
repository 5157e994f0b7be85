"""The whole server process is killed while instances are on their way, and begun again on the same database."""

import os
from typing import Any

import pytest

from tests.fleet.whole.conftest import Note
from tests.fleet.whole.house import House, Shell
from tests.main.installation import until

EVERY = bool(os.environ.get("DUMONT_EVERY_POINT"))
KILLS: dict[str, list[str]] = {
    "launch": ["creating", "booting", "checking", "setup"] if EVERY else ["ssh"],
    "hibernate": ["snapshot", "verifying", "destroying"] if EVERY else ["snapshot"],
    "wake": ["creating", "booting", "setup", "restoring"] if EVERY else ["setup"],
}
"""A stage may be over before it was seen: then it is killed further on."""


@pytest.mark.long
class TestKilledServer:
    def test_goes_on_where_it_was_and_loses_neither_machines_nor_work(self, house: House, note: Note) -> None:
        one = house.launch("survivor")["id"]
        for stage in KILLS["launch"]:
            self._killed_at(house, one, stage)
        house.wait(one, "running")
        note("launch, killed", house.stages(one, "launch"))
        shell = Shell(house, one)
        shell.run("mkdir -p a/b; echo work > a/b/c; ln -s b/c a/d; chmod 600 a/b/c")
        self._assert_books_balance(house, one, machines=1)

        house.send(f"/instances/{one}/hibernate")
        for stage in KILLS["hibernate"]:
            self._killed_at(house, one, stage)
        asleep = house.wait(one, "hibernated")
        note("hibernate, killed", house.stages(one, "hibernate"))
        self._assert_books_balance(house, one, machines=0)
        kept = house.get("/snapshots", instance=one)["items"]
        assert asleep["snapshot"]["id"] in {each["id"] for each in kept if each["state"] == "complete"}

        house.send(f"/instances/{one}/wake")
        for stage in KILLS["wake"]:
            self._killed_at(house, one, stage)
        house.wait(one, "running")
        note("wake, killed", house.stages(one, "wake"))
        shell.meet()
        assert shell.run("cat a/d; stat -c %a a/b/c") == b"work\n600\n"
        self._assert_books_balance(house, one, machines=1)

        house.destroy(one)
        self._assert_books_balance(house, one, machines=0)

    def _killed_at(self, house: House, one: str, stage: str) -> None:
        """Unless every point is tried, no create call is cut off: to settle one takes minutes."""

        def there() -> bool:
            found = house.get(f"/instances/{one}")
            operation = found["operation"]
            made = all(each["provider_machine_id"] or each["stage"] == "ended" for each in found["rentals"])
            reached = operation is None or operation["stage"] == stage or stage in operation["stages"]
            return reached and (made or EVERY)

        until(there)
        house.kill()
        house.up()

    def _assert_books_balance(self, house: House, one: str, *, machines: int) -> None:
        """What runs here is what is paid for, and is what should."""

        def there() -> bool:
            found = {folder.name for folder in house.machine_folders_of(one)}
            held = {each["provider_machine_id"] for each in house.costing(one)} - {None}
            return len(found) == machines and found == held

        until(there)


@pytest.mark.long
class TestTwoWorkers:
    def test_of_one_database_do_nothing_twice(self, house: House) -> None:
        with house.worker():
            both = [house.launch(name)["id"] for name in ("twin-a", "twin-b")]
            for one in both:
                found = house.wait(one, "running")
                made = [each["provider_machine_id"] for each in found["rentals"] if each["provider_machine_id"]]
                assert len(made) == len(set(made))
            for one in both:
                until(lambda one=one: len(house.machine_folders_of(one)) == 1)  # type: ignore[misc]
            for one in both:
                house.send(f"/instances/{one}/hibernate")
            for one in both:
                house.wait(one, "hibernated")
        for one in both:
            found = house.get(f"/instances/{one}")
            kept = [each for each in house.get("/snapshots", instance=one)["items"] if each["state"] == "complete"]
            assert len(kept) == 1, kept
            assert len(self._moves(house, one)) == len(set(self._moves(house, one)))
            assert house.machine_folders_of(one) == []
            house.destroy(one)

    def _moves(self, house: House, one: str) -> list[tuple[Any, ...]]:
        found = house.get(f"/instances/{one}/events")["items"]
        return [(each["from_state"], each["to_state"]) for each in found if each["kind"] == "moved"]
