"""This computer as a cloud: machines that are processes with a folder as disk, free of charge and without a key.

- The address says where the folders are, and what else is wished, such as `file:///srv/machines?slots=16`. It comes
  from the settings and never from a user: who may rent here may run programs as this server's user.
- Wishes: `price_hour`, `slots` (machines at once), `boot_seconds` (`2` or `1-5`), `boot_fails` and `boot_never` (shares
  from 0 to 1), `sshd` (a path; `none` for no SSH).
- A machine is in a slot. One of the slots `gpu:N` has that GPU for itself; those called `cpu:N` share the processors.
- What a machine is stands in its folder, and whether it lives is asked of its processes: a restart of this program
  changes nothing, and a restart of the computer leaves machines that have failed and can be started again.
- A machine runs this computer's own system (images are not unpacked), and its ports are this computer's.
- Its folder's name is made of the label, so a second order of the same label is the first one.
"""

import asyncio
import hashlib
import json
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from uuid import uuid4

from dumont.providers import errors, port
from dumont.providers.http import Http
from dumont.providers.local import computer, folders, processes, ssh

SLOTS = 8
WISHES = frozenset({"price_hour", "slots", "boot_seconds", "boot_fails", "boot_never", "sshd"})
GRACE_SECONDS = 2.0
LEFTOVER_SECONDS = 3600
AGENTS_ALONE = frozenset({"DUMONT_AGENT_TOKEN", "DUMONT_AGENT_STATE", "DUMONT_SSH_FOLDER"})
"""Names in the environment that are no business of who logs in."""
STATES: Mapping[str, port.State] = {
    "booting": "booting",
    "running": "running",
    "stopped": "stopped",
    "failed": "failed",
}
CAN = port.Capabilities(
    stop_start=True,
    labels=True,
    relabel=True,
    idempotent_create=True,
    logs=True,
    self_destroy=True,
    physical_machines=False,
    why_not={
        "images": "A machine is a tree of processes in a folder of its own.",
        "machine_images": "A machine is a tree of processes in a folder of its own.",
        "spot": "There is nobody here to bid against.",
        "loss_notice_seconds": "A computer that is switched off does not say so before.",
        "balance": "This computer asks for no money.",
        "prepaid_hours_min": "This computer asks for no money.",
        "extends": "This computer asks for no money.",
        "physical_machines": "All machines are processes on the one computer.",
    },
)


@dataclass(frozen=True, slots=True)
class _Wishes:
    root: Path
    price_hour: Decimal
    slots: int
    boot_seconds: tuple[float, float]
    boot_fails: float
    boot_never: float
    sshd: str | None


class Local:
    """The work is done in threads: files, processes and their ends."""

    def __init__(self, http: Http, credentials: Mapping[str, str]) -> None:
        self._wishes = _wishes(http.url)

    async def search(self) -> port.Catalogue:
        return await asyncio.to_thread(self._search)

    async def create(self, order: port.Order) -> port.Created:
        if order.spot:
            raise errors.Unsupported(CAN.why_not["spot"])
        return await asyncio.to_thread(self._create, order)

    async def machines(self) -> port.Held:
        return await asyncio.to_thread(self._machines)

    async def machine(self, machine_id: str) -> port.Machine:
        return await asyncio.to_thread(lambda: self._read(self._folder(machine_id)))

    async def start(self, machine_id: str) -> None:
        await asyncio.to_thread(self._start, machine_id)

    async def stop(self, machine_id: str) -> None:
        await asyncio.to_thread(self._stop, machine_id)

    async def destroy(self, machine_id: str) -> None:
        await asyncio.to_thread(self._destroy, machine_id)

    async def extend(self, machine_id: str, hours: int) -> None:
        raise errors.Unsupported(CAN.why_not["extends"])

    async def relabel(self, machine_id: str, label: str) -> None:
        await asyncio.to_thread(self._relabel, machine_id, label)

    async def balance(self) -> Decimal:
        raise errors.Unsupported(CAN.why_not["balance"])

    async def logs(self, machine_id: str, *, lines: int = 200) -> str:
        return await asyncio.to_thread(lambda: folders.tail(self._folder(machine_id) / "log", lines))

    def _search(self) -> port.Catalogue:
        seen = computer.look(self._root())
        taken = self._taken()
        whole = [card for card in seen.cards if card.whole]
        named = [card for card in whole if card.name]
        offers = [self._offer(f"gpu:{card.index}", seen, taken, card) for card in named]
        offers += [self._offer(f"cpu:{n}", seen, taken) for n in range(1, self._wishes.slots + 1)]
        slices, unnamed = len(seen.cards) - len(whole), len(whole) - len(named)
        return port.Catalogue(offers, complete=True, slices=slices, unnamed=unnamed)

    def _offer(
        self, slot: str, seen: computer.Computer, taken: set[str], card: computer.Card | None = None
    ) -> port.Listed:
        return port.Listed(
            provider_offer_id=slot,
            machine_id=slot,
            host_id="this computer",
            gpu_name=card.name if card else None,
            gpu_count=1 if card else 0,
            vram_gb=card.memory_gb if card else 0,
            cpu_cores=seen.cores,
            ram_gb=seen.ram_gb,
            disk_gb=seen.disk_free_gb,
            driver=card.driver if card else None,
            region="this computer",
            price_hour=self._wishes.price_hour,
            storage_price_gb_month=Decimal(0),
            egress_price_gb=Decimal(0),
            verified=True,
            available=slot not in taken,
        )

    def _create(self, order: port.Order) -> port.Created:
        price = self._wishes.price_hour
        if order.max_price_hour is not None and price > order.max_price_hour:
            raise errors.OfferGone(f"This computer asks {price} an hour, more than was agreed.")
        with folders.locked(self._root() / ".lock"):
            self._clear_leftovers()
            folder = self._root() / _id_of(order.label)
            if not folder.exists():
                self._check(order)
                self._lay_out(folder, order)
                folders.launch(folder)
        machine = self._read(folder)
        return port.Created(machine.id, machine, machine.price_hour)

    def _check(self, order: port.Order) -> None:
        if order.offer.provider_offer_id in self._taken():
            raise errors.OfferGone("This slot has been rented by somebody else.")
        if order.disk_gb > shutil.disk_usage(self._root()).free / computer.GIB:
            raise errors.NoCapacity("This computer has less disk free than was ordered.")

    def _lay_out(self, folder: Path, order: port.Order) -> None:
        """Under another name first, so that a machine is there whole or not at all."""
        new = self._root() / f".new-{uuid4().hex}"
        new.mkdir(mode=0o700)
        (new / "disk").mkdir()
        env = _environment(order, folder)
        seen = {name: value for name, value in env.items() if name not in AGENTS_ALONE}
        ssh.prepare(new, order.ssh_keys, {**seen, processes.MARK: str(folder)}, lives_in=folder)
        (new / "onstart").write_text(order.onstart)
        (new / "label").write_text(order.label)
        (new / "order.json").touch(mode=0o600)
        (new / "order.json").write_text(json.dumps(self._plan(order) | {"env": env}))
        new.rename(folder)

    def _plan(self, order: port.Order) -> dict[str, Any]:
        """Chance is drawn here, from the label, so that an order meets the same fate wherever it is looked at."""
        random, wishes = Random(order.label), self._wishes  # noqa: S311 - chance, not a secret
        drawn = random.random()
        fails, never = drawn < wishes.boot_fails, drawn >= 1 - wishes.boot_never
        return {
            "slot": order.offer.provider_offer_id,
            "gpu_name": order.offer.gpu_name,
            "gpu_count": order.offer.gpu_count,
            "price_hour": str(wishes.price_hour),
            "boot_seconds": random.uniform(*wishes.boot_seconds),
            "boots": "fails" if fails else "never" if never else "well",
            "sshd": wishes.sshd,
        }

    def _machines(self) -> port.Held:
        held = []
        for folder in self._folders():
            with suppress(errors.MachineGone):  # destroyed since the look at the folders
                held.append(self._read(folder))
        return port.Held(held, complete=True)

    def _read(self, folder: Path) -> port.Machine:
        try:
            order = json.loads((folder / "order.json").read_text())
            label = (folder / "label").read_text()
            born = datetime.fromtimestamp((folder / "order.json").stat().st_mtime, UTC)
        except FileNotFoundError:
            raise errors.MachineGone("There is no such machine on this computer.") from None
        state = self._state(folder)
        phase, reason = folders.phase(folder, state)
        return port.Machine(
            id=folder.name,
            state=STATES.get(phase, "unknown"),
            raw_state=phase,
            label=label,
            machine_id=order["slot"],
            gpu_name=order["gpu_name"],
            gpu_count=order["gpu_count"],
            price_hour=Decimal(order["price_hour"]),
            region="this computer",
            addresses=[port.Address("127.0.0.1", state["port"], ssh.user())]
            if state and state.get("port") and phase == "running"
            else (),
            created_at=born,
            reason=reason,
        )

    def _state(self, folder: Path) -> Mapping[str, Any] | None:
        """Without one, whoever creates it is waited for: then it was never started."""
        if state := folders.state_in(folder):
            return state
        with folders.locked(self._root() / ".lock"):
            return folders.state_in(folder)

    def _start(self, machine_id: str) -> None:
        with self._held(machine_id) as folder:
            if folders.phase(folder, folders.state_in(folder))[0] not in ("booting", "running"):
                folders.end(folder)
                folders.launch(folder)

    def _stop(self, machine_id: str) -> None:
        with self._held(machine_id) as folder:
            folders.end(folder, grace_seconds=GRACE_SECONDS)
            folders.replace(folder / "state.json", json.dumps({"phase": "stopped", "processes": []}))

    def _destroy(self, machine_id: str) -> None:
        gone = self._root() / f".gone-{uuid4().hex}"
        with suppress(errors.MachineGone):
            with self._held(machine_id) as folder:
                folders.end(folder)
                folder.rename(gone)
            shutil.rmtree(gone, ignore_errors=True)

    def _relabel(self, machine_id: str, label: str) -> None:
        with self._held(machine_id) as folder:
            folders.replace(folder / "label", label)

    @contextmanager
    def _held(self, machine_id: str) -> Iterator[Path]:
        """The folder for one hand alone; it may have gone while that was waited for."""
        folder = self._folder(machine_id)
        try:
            with folders.locked(folder / "lock"):
                yield self._folder(machine_id)
        except FileNotFoundError:
            raise errors.MachineGone("There is no such machine on this computer.") from None

    def _folder(self, machine_id: str) -> Path:
        folder = self._root() / Path(machine_id).name
        if machine_id.startswith(".") or not (folder / "order.json").exists():
            raise errors.MachineGone("There is no such machine on this computer.")
        return folder

    def _folders(self) -> list[Path]:
        return sorted(path.parent for path in self._root().glob("[!.]*/order.json"))

    def _taken(self) -> set[str]:
        slots = set()
        for folder in self._folders():
            with suppress(FileNotFoundError):
                slots.add(str(json.loads((folder / "order.json").read_text())["slot"]))
        return slots

    def _root(self) -> Path:
        try:
            self._wishes.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise errors.Unavailable(
                f"The folder of this computer's machines can't be used ({error.strerror})."
            ) from None
        return self._wishes.root

    def _clear_leftovers(self) -> None:
        """Of whoever was killed while laying out a folder or taking one away; nothing runs in them."""
        root = self._root()
        now = (root / ".lock").stat().st_mtime
        for path in [*root.glob(".new-*"), *root.glob(".gone-*")]:
            with suppress(FileNotFoundError):
                if now - path.stat().st_mtime > LEFTOVER_SECONDS:
                    shutil.rmtree(path, ignore_errors=True)


def _id_of(label: str) -> str:
    return f"local-{hashlib.sha256(label.encode()).hexdigest()[:16]}"


def _environment(order: port.Order, folder: Path) -> Mapping[str, str]:
    """Nothing of this server's own environment, which holds its secrets."""
    slot, _, number = order.offer.provider_offer_id.partition(":")
    return {
        "PATH": f"{ssh.SYSTEM_PATH}:{Path(sys.executable).parent}",
        "HOME": str(folder / "disk"),
        "USER": ssh.user(),
        "LOGNAME": ssh.user(),
        "SHELL": "/bin/bash" if Path("/bin/bash").exists() else "/bin/sh",
        "LANG": "C.UTF-8",
        "CUDA_VISIBLE_DEVICES": number if slot == "gpu" else "",
        "DUMONT_LABEL": order.label,
        **order.env,
        **_of_the_agent(folder),
    }


def _of_the_agent(folder: Path) -> Mapping[str, str]:
    """Whatever was ordered: a machine here has no other disk than its own, and its agent's notes lie beside that."""
    return {
        "DUMONT_WORKSPACE": str(folder / "disk"),
        "DUMONT_SSH_FOLDER": str(folder / "ssh"),
        "DUMONT_AGENT_STATE": str(folder / "agent"),
    }


def _wishes(url: str) -> _Wishes:
    parts = urlsplit(url)
    root = unquote(parts.path).rstrip("/")
    given = {name: value.rstrip("/") for name, value in parse_qsl(parts.query)}
    if parts.scheme != "file" or not root:
        raise errors.Invalid("The `local` provider was not told where its machines' folders are.")
    if unknown := given.keys() - WISHES:
        raise errors.Invalid(f"The `local` provider knows no wish `{min(unknown)}`.")
    low, _, high = given.get("boot_seconds", "0").partition("-")
    sshd = given.get("sshd") or ssh.server()
    try:
        return _Wishes(
            root=Path(root).resolve(),
            price_hour=Decimal(given.get("price_hour", "0")),
            slots=int(given.get("slots", SLOTS)),
            boot_seconds=(float(low), float(high or low)),
            boot_fails=float(given.get("boot_fails", "0")),
            boot_never=float(given.get("boot_never", "0")),
            sshd=None if sshd == "none" else sshd,
        )
    except (ValueError, InvalidOperation):
        raise errors.Invalid("A wish for the `local` provider is not the number that it should be.") from None


KIND = port.Kind(
    name="local",
    title="This computer",
    url="file:///",
    can=CAN,
    make=Local,
    where="Nowhere: it takes no key.",
    public_search=True,
    sync_seconds=60,
)
