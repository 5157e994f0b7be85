"""The whole control plane is away for longer than machines wait: they save their work by themselves, and stop."""

import shutil
from pathlib import Path

from tests.conftest import DatabaseMaker
from tests.fleet.whole.house import Shell, alive, keeping
from tests.main.installation import until

SECONDS = "8"


def test_a_machine_that_nobody_answers_saves_its_work_and_stops(make_database: DatabaseMaker, tmp_path: Path) -> None:
    """Its disk is lost, too, so that nothing but what it saved can bring the work back."""
    with keeping(tmp_path, make_database(), {"DUMONT_FLEET_DEADMAN_SECONDS": SECONDS}) as house:
        one = house.launch("forgotten")["id"]
        here = house.wait(one, "running")
        shell = Shell(house, one)
        until(lambda: list(tmp_path.rglob("standing.json")))
        shell.run("echo 'nobody has seen this' > work; sync")
        folder = house.folder_of(next(each for each in here["rentals"] if each["role"] == "primary"))
        house.kill()
        until(lambda: not alive(folder))
        shutil.rmtree(folder)
        house.up()
        until(lambda: house.get(f"/instances/{one}")["snapshot"] is not None)
        back = house.wait(one, "running")
        snapshot = house.get(f"/snapshots/{back['snapshot']['id']}")
        assert (snapshot["state"], snapshot["tags"]) == ("complete", ["deadman"])
        shell.meet()
        assert shell.run("cat work") == b"nobody has seen this\n"
        house.destroy(one)
