"""An instance from its launch to its end, with a night's sleep, by the rule and nothing else."""

import time
from pathlib import Path

from tests.fleet.whole import tree
from tests.fleet.whole.conftest import Note
from tests.fleet.whole.house import House, Shell, alive
from tests.main.installation import until

PROGRAM = Path(tree.__file__).read_bytes()
BUSY = "for n in 1 2; do sh -c 'while :; do :; done' </dev/null >/dev/null 2>&1 & echo $!; done"


class TestInstance:
    def test_sleeps_when_nothing_is_done_and_wakes_with_every_byte(self, house: House, note: Note) -> None:
        one = house.launch("sleeper", hibernation={"enabled": True})["id"]
        here = house.wait(one, "running")
        note("launch", house.stages(one, "launch"))
        race = house.get(f"/instances/{one}/race")
        assert race["state"] == "won"
        assert len(race["lanes"]) >= 3
        shell = Shell(house, one)
        shell.run("python3 - write 1", PROGRAM)
        written = shell.run("python3 - read", PROGRAM)
        pids = shell.run(BUSY).decode().split()
        until(lambda: self._busy(house, one))
        until(lambda: len(house.costing(one)) == 1)
        machine = next(each for each in here["rentals"] if each["role"] == "primary")
        folder = house.folder_of(machine)
        assert alive(folder)
        shell.run(f"kill {' '.join(pids)}")
        quiet = time.monotonic()
        whys = self._until_asleep(house, one)
        asleep = house.wait(one, "hibernated")
        note("sleep", {"until asleep": time.monotonic() - quiet, **house.stages(one, "hibernate")})
        assert {"quiet", "idle"} & whys, whys
        assert [each["who"] for each in self._events(house, one, "hibernating")] == ["idle"]
        assert not folder.exists()
        assert not alive(folder)
        assert house.costing(one) == []
        snapshot = house.get(f"/snapshots/{asleep['snapshot']['id']}")
        assert snapshot["state"] == "complete"

        house.send(f"/instances/{one}/wake")
        house.wait(one, "running")
        note("wake", house.stages(one, "wake"))
        shell.meet()
        assert shell.run("python3 - read", PROGRAM) == written
        slept = house.get("/metrics/savings/real", explain=True)["explained"]
        rows = [each for each in slept if each["instance_id"] == one]
        assert [(row["why"], row["rental_id"], float(row["price_hour"])) for row in rows] == [
            ("idle", machine["id"], 0.36)
        ]
        assert rows[0]["ended_at"]
        house.destroy(one)

    def _busy(self, house: House, one: str) -> bool:
        why = house.get(f"/instances/{one}/why-awake")
        return bool(why["why"] == "busy" and why["armed"] and why["summary"])

    def _until_asleep(self, house: House, one: str) -> set[str]:
        whys = set()

        def on_its_way() -> bool:
            whys.add(house.get(f"/instances/{one}/why-awake")["why"])
            return bool(house.get(f"/instances/{one}")["state"] in ("hibernating", "hibernated"))

        until(on_its_way)
        return whys

    def _events(self, house: House, one: str, to: str) -> list[dict[str, str]]:
        return [each for each in house.get(f"/instances/{one}/events")["items"] if each["to_state"] == to]
