"""Agents on simulated machines: they call the fleet as real ones do, and do what they are told, so that a demo lives.

A machine has an agent if its renter put the token into its environment. It works for a while, and then stands idle.
Snapshots and restores are real: of a small folder for each machine, by the engine in a process of its own.
"""

import asyncio
import contextlib
import json
import math
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from dumont.simulators.rentals import Rental
from dumont.simulators.world import World

SERVER, TOKEN = "DUMONT_SERVER", "DUMONT_AGENT_TOKEN"
LOOK_SECONDS, CALL_SECONDS = 1.0, 10.0
BUSY_SECONDS = 20 * 60
GRANT = "DUMONT_GRANT"


@dataclass(slots=True)
class Agent:
    token: str
    server: str
    folder: Path
    began: datetime
    seq: int = 0
    due_at: datetime | None = None
    acks: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Of every command that it was ever handed: it begins none twice."""
    working: set[asyncio.Task[None]] = field(default_factory=set)


class Agents:
    """Of all worlds; they run until they are cancelled."""

    def __init__(
        self, worlds: Mapping[str, World], folder: Path, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._worlds = worlds
        self._folder = folder
        self._agents: dict[tuple[str, str], Agent] = {}
        self._client = httpx.AsyncClient(timeout=CALL_SECONDS, trust_env=False, transport=transport)

    async def run(self) -> None:
        async with self._client:
            while True:
                await self.look()
                await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """At every machine once; whose agent is due calls."""
        await asyncio.gather(*[self._look(name, world) for name, world in self._worlds.items()])

    async def _look(self, name: str, world: World) -> None:
        """Machines that are gone, or stopped, have no agent any more."""
        world.settle()
        running = {rental.id: rental for rental in world.rentals.values() if rental.state == "running"}
        for key in [key for key in self._agents if key[0] == name and key[1] not in running]:
            for task in self._agents.pop(key).working:
                task.cancel()
        for rental in list(running.values()):
            env = environment_of(rental)
            if env.get(TOKEN) and env.get(SERVER):
                await self._tend(name, world, rental, env)

    async def _tend(self, name: str, world: World, rental: Rental, env: Mapping[str, str]) -> None:
        key, now = (name, rental.id), world.now()
        agent = self._agents.get(key)
        if agent is None:
            folder = self._folder / f"{name}-{rental.id}"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "README.txt").write_text("A simulated machine's workspace.\n")
            agent = self._agents[key] = Agent(env[TOKEN], env[SERVER], folder, now)
        if agent.due_at is None or agent.due_at <= now:
            with contextlib.suppress(httpx.HTTPError, ValueError):
                await self._call(agent, world, rental)

    async def _call(self, agent: Agent, world: World, rental: Rental) -> None:
        answer = await self._client.post(
            f"{agent.server}/api/v1/agent/status",
            json=status(agent, world, rental),
            headers={"authorization": f"Bearer {agent.token}"},
        )
        agent.seq += 1
        told: dict[str, Any] = {"every_seconds": CALL_SECONDS, "commands": []}
        if answer.status_code == 200:
            told = answer.json()
        agent.due_at = datetime.fromtimestamp(world.now().timestamp() + told["every_seconds"], UTC)
        for command in told["commands"]:
            if command["id"] not in agent.acks:
                agent.acks[command["id"]] = acknowledged(command["id"], "running")
                task = asyncio.create_task(self._do(agent, command))
                agent.working.add(task)
                task.add_done_callback(agent.working.discard)

    async def _do(self, agent: Agent, command: Mapping[str, Any]) -> None:
        kind, identity = command["kind"], command["id"]
        if kind == "logs":
            agent.acks[identity] = acknowledged(identity, "done") | {"result": written(agent, command["args"])}
            agent.due_at = None
            return
        ran = await carried(agent, kind, command["args"]) if kind in ("snapshot", "restore") else 0
        agent.acks[identity] = acknowledged(identity, "done" if ran == 0 else "failed")
        agent.due_at = None


def environment_of(rental: Rental) -> Mapping[str, str]:
    """Each cloud keeps it in its own place."""
    settings = rental.extra.get("settings")
    return rental.extra.get("env") or (settings.get("env") if isinstance(settings, dict) else None) or {}


def status(agent: Agent, world: World, rental: Rental) -> dict[str, Any]:
    machine = world.machine(rental.machine)
    now = world.now()
    gpus = [machine.gpu] * len(rental.slots) if machine and machine.gpu else []
    facts = {"hostname": f"sim-{rental.id}", "system": "Linux", "gpus": gpus, "workspace": str(agent.folder)}
    return {
        "version": "0.1.0",
        "boot": f"sim-{rental.id}",
        "seq": agent.seq,
        "samples": [sample(gpus, (now - agent.began).total_seconds(), now)],
        "facts": facts if agent.seq == 0 else None,
        "notices": [],
        "acks": list(agent.acks.values()),
    }


def sample(gpus: list[str], seconds: float, now: datetime) -> dict[str, Any]:
    """Waves of work at first, nothing later."""
    busy = seconds < BUSY_SECONDS
    percent = 82 + 12 * math.sin(seconds / 47) if busy else 0.0
    cards = [
        {
            "index": number,
            "name": name,
            "utilisation": round(percent, 1),
            "memory_used_mb": 18_000.0 if busy else 400.0,
            "memory_total_mb": 24_000.0,
            "temperature_c": 45 + percent / 4,
            "power_w": 60 + 3 * percent,
            "processes": int(busy),
        }
        for number, name in enumerate(gpus)
    ]
    return {
        "at": now.isoformat(),
        "gpus": cards,
        "cpu_percent": 22.0 if busy else 0.6,
        "ram_used_mb": 30_000.0 if busy else 2_000.0,
        "ram_total_mb": 64_000.0,
        "disk_used_gb": 11.0,
        "disk_total_gb": 50.0,
        "net_in_mbps": 4.0 if busy else 0.0,
        "net_out_mbps": 1.5 if busy else 0.0,
        "sessions": 0,
        "notebooks": 0,
        "processes": [],
    }


def written(agent: Agent, args: Mapping[str, Any]) -> dict[str, Any]:
    """A line for each call that it has made."""
    lines = [f"simulated {args['source']}: call {number} was answered\n" for number in range(agent.seq)]
    text = "".join(lines).encode()
    offset = args.get("offset")
    shown = text[int(offset) :] if offset is not None else "".join(lines[-int(args["lines"]) :]).encode()
    return {"text": shown.decode(), "offset": len(text), "more": len(shown) < len(text), "anew": False}


def acknowledged(identity: str, state: str) -> dict[str, Any]:
    failed = state == "failed"
    return {
        "id": identity,
        "state": state,
        "percent": 100.0 if state == "done" else None,
        "result": {"code": 0} if state == "done" else {},
        "error_code": "failed" if failed else None,
        "error_message": "The engine on the simulated machine did not succeed." if failed else None,
    }


async def carried(agent: Agent, kind: str, args: Mapping[str, Any]) -> int:
    """By the engine's own command line, as somebody at the machine would."""
    verb = ["create", str(agent.folder)] if kind == "snapshot" else ["restore", "latest", str(agent.folder)]
    state = {"HOME": str(agent.folder.parent), "PATH": os.defpath, GRANT: str(args["grant"])}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "dumont.snapstore", *verb, "--server", str(args["server"]), "--json"),
        env=state,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    if process.returncode:
        sys.stderr.write(json.dumps({"simulated_agent": kind, "said": said.decode(errors="replace")[-500:]}) + "\n")
    return process.returncode or 0
