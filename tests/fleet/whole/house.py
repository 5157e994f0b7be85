"""A server as a user starts it, with machines of this computer to rent; it can be killed, and comes back as it was."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from dumont.providers.local import folders, processes, ssh
from tests.main.installation import signs_in, signs_up, until
from tests.ports import free_port
from tests.processes import Dumont

Told = dict[str, Any]
MISSING = "" if ssh.server() and shutil.which("ssh") and shutil.which("ssh-keygen") else "no OpenSSH on this computer"
PRICE_HOUR = "0.36"
SHORT = {
    "DUMONT_WORKER_DUTIES": "true",
    "DUMONT_WORKER_LEASE_SECONDS": "3",
    "DUMONT_SHUTDOWN_SECONDS": "2",
    "DUMONT_FLEET_RACE_MACHINES": "3",
    "DUMONT_FLEET_BEAT_SECONDS": "0.5",
    "DUMONT_FLEET_MISSED_BEATS": "20",
    "DUMONT_FLEET_WATCH_SECONDS": "0.2",
    "DUMONT_FLEET_LIST_SECONDS": "1",
    "DUMONT_FLEET_IDLE_SECONDS": "2",
    "DUMONT_FLEET_IDLE_CPU_PERCENT": "6",
    "DUMONT_FLEET_GRACE_SECONDS": "0",
    "DUMONT_FLEET_WARN_SECONDS": "1",
    "DUMONT_FLEET_RELEASE_SECONDS": "600",
    "DUMONT_SNAPSHOTS_PRIVATE_ADDRESSES": "true",
    "DUMONT_RATE_LIMIT_USER": "100000/minute",
    "DUMONT_RATE_LIMIT_ANONYMOUS": "100000/minute",
}
"""A beat that is missed is forgiven for ten seconds: this computer has more to do than to be a machine."""


PROOF_SECONDS = 300.0
"""A create call whose answer was lost is believed to have made nothing only after some minutes of lists."""


class House:
    """Its port, home and database stay the same over its processes, since its agents call that port."""

    def __init__(self, folder: Path, database: str, env: Mapping[str, str] | None = None) -> None:
        self.folder, self.machines = folder, folder / "machines"
        self.key = _new_key(folder / "key")
        self._env = {
            **SHORT,
            "DATABASE_URL": database,
            "DUMONT_HOME": str(folder / "home"),
            "DUMONT_PORT": str(free_port()),
            "DUMONT_PROVIDER_URLS": json.dumps({"local": f"file://{self.machines}?slots=40&price_hour={PRICE_HOUR}"}),
            **(env or {}),
        }
        self.process: Dumont | None = None
        self._client: httpx.Client | None = None

    def up(self) -> None:
        self.process = Dumont("up", env=self._env)
        self.process.__enter__()
        if self._client is None:
            signs_up(self.process.url)
            self._client = signs_in(self.process.url)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()

    def worker(self) -> Dumont:
        """One more, beside."""
        return Dumont("worker", env=self._env)

    def close(self) -> None:
        """Whatever a test has left."""
        try:
            if self.process is not None and self.process.process.poll() is None:
                self.process.kill()
        finally:
            if self._client is not None:
                self._client.close()
            for folder in self.machine_folders():
                processes.end(folders.known(folder), str(folder))

    def get(self, path: str, **params: Any) -> Any:
        assert self._client is not None
        answer = self._client.get(path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def send(self, path: str, body: Mapping[str, Any] | None = None, *, method: str = "POST") -> Any:
        assert self._client is not None
        answer = self._client.request(method, path, json=body)
        assert answer.status_code in (200, 201, 202), answer.text
        return answer.json()

    def launch(self, name: str, **wish: Any) -> Told:
        """Once the market knows this computer."""
        until(lambda: self.get("/offers", provider="local", gpu_count=0, limit=5)["items"])
        body = {
            "name": name,
            "filters": {"provider": ["local"], "gpu_count": 0},
            "disk_gb": 0.1,
            "ssh_keys": [self.key.with_suffix(".pub").read_text()],
            "hibernation": {"enabled": False},
            **wish,
        }
        made: Told = self.send("/instances", body)["instance"]
        return made

    def wait(self, instance_id: str, *states: str) -> Told:
        """Until it is there to stay: with no operation open."""
        found: Told = {}

        def there() -> bool:
            found.update(self.get(f"/instances/{instance_id}"))
            assert found["state"] != "failed" or "failed" in states, found["error"]
            return found["state"] in states and found["operation"] is None

        try:
            until(there)
        except AssertionError as error:
            seen = {name: found.get(name) for name in ("state", "why", "operation", "error", "rentals", "commands")}
            raise AssertionError(f"{error}: {json.dumps(seen, indent=1)}\n{self.said()}") from None
        return found

    def costing(self, instance_id: str) -> list[Told]:
        """Machines of it that are to be paid for now."""
        return [each for each in self.get("/rentals")["items"] if each["instance_id"] == instance_id]

    def destroy(self, instance_id: str) -> None:
        """Until nothing of it costs anything, nothing of it runs, and nothing of it is kept."""
        everything = self.get(f"/instances/{instance_id}")["rentals"]
        places = [self.folder_of(each) for each in everything if each["provider_machine_id"]]
        costs = bool(self.costing(instance_id))
        proof = self.send(f"/instances/{instance_id}?keep_snapshot=false", method="DELETE")
        assert proof["zero"] != costs
        until(lambda: self.get(f"/instances/{instance_id}/proof")["zero"], PROOF_SECONDS)
        proof = self.get(f"/instances/{instance_id}/proof")
        assert (proof["still_costs"], len(proof["confirmed_gone"])) == ([], len(everything))
        assert not any(place.exists() or alive(place) for place in places)

    def stages(self, instance_id: str, kind: str) -> dict[str, float]:
        """Seconds of each, of the newest operation of the kind."""
        done = self.get(f"/instances/{instance_id}/operations")["items"]
        one = next(each for each in done if each["kind"] == kind)
        return {**one["stages"], "in all": one["seconds"]}

    def machine_folders(self) -> list[Path]:
        return sorted(path.parent for path in self.machines.glob("[!.]*/order.json"))

    def machine_folders_of(self, instance_id: str) -> list[Path]:
        """By their labels: whatever was made for it, known to the books or not."""
        labels = {each["label"] for each in self.get(f"/instances/{instance_id}")["rentals"]}
        return [folder for folder in self.machine_folders() if _read(folder / "label") in labels]

    def folder_of(self, rental: Mapping[str, Any]) -> Path:
        return self.machines / str(rental["provider_machine_id"])

    def said(self) -> str:
        assert self.process is not None
        return "\n".join(line for line in self.process.output[-400:] if '"info"' not in line)[-6000:]


def alive(folder: Path) -> set[int]:
    """Processes of the machine, whether its folder is still there or not."""
    return processes.family(folders.known(folder), str(folder))


def kill_machine(folder: Path) -> None:
    """As if its power were cut: supervisor, agent, SSH server and all; its folder stays."""
    assert processes.end(folders.known(folder), str(folder))


@contextmanager
def keeping(folder: Path, database: str, env: Mapping[str, str] | None = None) -> Iterator[House]:
    house = House(folder, database, env)
    try:
        house.up()
        yield house
    finally:
        house.close()


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except FileNotFoundError:  # it has gone since
        return ""


def _new_key(place: Path) -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "of the test", "-f", str(place)], check=True)
    return place


class Shell:
    """`ssh NAME`, by what the server said of it; the host key that was told first is the one that must be met."""

    def __init__(self, house: House, instance_id: str) -> None:
        self._house, self._id = house, instance_id
        self._config = house.folder / f"ssh-{instance_id}"
        self._known = house.folder / f"known-{instance_id}"
        told = house.get(f"/instances/{instance_id}/connect")
        self.name = told["name"]
        self._known.write_text(told["known_hosts"] + "\n")
        self.meet()

    def meet(self) -> None:
        """Where it is now; whom to trust stays as it was."""
        told = self._house.get(f"/instances/{self._id}/connect")
        own = f"  IdentityFile {self._house.key}\n  UserKnownHostsFile {self._known}\n  IdentitiesOnly yes\n"
        quiet = "  BatchMode yes\n  ConnectTimeout 20\n  LogLevel ERROR\n"
        self._config.write_text(told["ssh_config"] + own + quiet)

    def run(self, command: str, given: bytes = b"") -> bytes:
        done = self.tried(command, given)
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        return done.stdout

    def tried(self, command: str, given: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
        words = ["ssh", "-F", str(self._config), self.name, command]
        clean = {"PATH": os.environ.get("PATH", os.defpath)}
        return subprocess.run(words, input=given, capture_output=True, timeout=120, check=False, env=clean)
