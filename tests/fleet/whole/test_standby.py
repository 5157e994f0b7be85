"""A machine that is lost with all that runs on it, while another one holds a copy of its workspace."""

import time

from tests.fleet.whole.conftest import Note
from tests.fleet.whole.house import House, Shell, alive, kill_machine
from tests.main.installation import until

WRITER = "sh -c 'i=0; while :; do i=$((i+1)); echo $i >> edits; echo $i > {0}.new; mv {0}.new {0}; sleep 0.02; done'"
"""Says outside of the workspace which line is written, each time when it is."""
STANDBY = {"enabled": True, "provider": "local", "machine_type": "", "sync_seconds": 5}


class TestStandby:
    def test_takes_over_from_a_machine_that_died_and_gives_back_what_was_done_on_it(
        self, house: House, note: Note
    ) -> None:
        one = house.launch("stood-by", standby=STANDBY)["id"]
        here = house.wait(one, "running")
        shell = Shell(house, one)
        shell.run("echo first > work; ln work same")
        self._until_synced(house, one)
        shell.run("echo second >> work")
        self._until_synced(house, one)
        self._rehearse(house, one)
        machine = next(each for each in here["rentals"] if each["role"] == "primary")
        folder = house.folder_of(machine)
        kill_machine(folder)
        killed = time.monotonic()
        until(lambda: house.get(f"/instances/{one}")["state"] in ("on_standby", "recovering"))
        shell.meet()
        until(lambda: shell.tried("cat same").stdout == b"first\nsecond\n")
        usable = time.monotonic() - killed
        house.wait(one, "running")
        recovered = time.monotonic() - killed
        failover = house.get(f"/standby/{one}")["failovers"][0]
        assert failover["kind"] == "cpu"
        assert {"notice", "switch", "race", "move"} <= failover["stages"].keys()
        assert failover["lost_seconds"] is not None
        seconds = {"usable on the standby": usable, "recovered": recovered}
        note("machine killed", {**seconds, **failover["stages"], "work lost": failover["lost_seconds"]})
        until(lambda: not folder.exists())
        assert not alive(folder)
        self._until_synced(house, one)
        self._gives_back(house, one, shell)
        house.destroy(one)

    def _gives_back(self, house: House, one: str, shell: Shell) -> None:
        """What is written on the standby until the last moment, by whoever has not stopped when the work moves."""
        house.send(f"/instances/{one}/half-life")
        house.wait(one, "on_standby")
        shell.meet()
        shell.run("echo third >> work")
        acked = house.folder / "acked"
        shell.run(f"{WRITER.format(acked)} </dev/null >/dev/null 2>&1 &")
        until(lambda: acked.exists() and int(acked.read_text()) > 1)
        house.send(f"/instances/{one}/wake")
        house.wait(one, "running")
        shell.meet()
        assert shell.run("cat same") == b"first\nsecond\nthird\n"
        assert int(shell.run("tail -n 1 edits")) >= int(acked.read_text())
        self._until_synced(house, one)

    def _rehearse(self, house: House, one: str) -> None:
        """Its copy is whole, can be read, and answers; and nothing has moved."""
        until(lambda: house.get(f"/instances/{one}")["operation"] is None)
        asked = house.send(f"/standby/{one}/test")["id"]
        until(lambda: house.get(f"/operations/{asked}")["state"] not in ("queued", "running"))
        done = house.get(f"/operations/{asked}")
        assert (done["state"], done["error"]) == ("done", None)
        told = done["details"]
        assert told["files"] == told["expected_files"] > 0
        assert (told["bytes"], told["unreadable"], told["ssh"]) == (told["expected_bytes"], 0, True)
        rehearsal = house.get(f"/standby/{one}")["failovers"][0]
        assert {"answer", "count", "read", "ssh"} == rehearsal["stages"].keys()
        assert rehearsal["lost_seconds"] >= 0
        assert house.get(f"/instances/{one}")["state"] == "running"

    def _until_synced(self, house: House, one: str) -> None:
        """With a copy of what is there now."""
        began = house.get(f"/instances/{one}/proof")["as_of"]

        def synced() -> bool:
            standby = house.get(f"/standby/{one}")["standby"]
            return bool(standby["state"] in ("synced", "syncing") and (standby["synced_at"] or "") > began)

        until(synced)
