"""Agents on simulated machines: they call through the real use case, are always busy, and do what they are told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from dumont.agent import protocol
from dumont.fleet.agents import answering
from dumont.fleet.rentals import agent_tokens
from dumont.fleet.schemas.agent import AgentAck, AgentFacts, AgentSample, AgentStatus, GpuSample
from dumont.simulators.agents import TOKEN, environment_of
from dumont.simulators.rentals import Rental
from dumont.simulators.world import World
from tests.fleet.killed.machines import RealStore

STARTS_SECONDS = 1.0
SECONDS = {"snapshot": 3.0, "restore": 3.0}
"""Whatever else there is to do takes one."""


@dataclass
class Agent:
    machine: Rental
    token: bytes
    gpu: str | None
    seq: int = 0
    version: int = 0
    """Of the workspace; 0 is an empty one."""
    begun: dict[str, tuple[protocol.Command, datetime]] = field(default_factory=dict)
    acks: dict[str, AgentAck] = field(default_factory=dict)
    ever: set[str] = field(default_factory=set)
    """Of every command that it was handed: it begins none twice."""


class Agents:
    def __init__(self, store: RealStore, world: World) -> None:
        self._store, self._world = store, world
        self._by_machine: dict[str, Agent] = {}

    def appear(self, machine: Rental, now: datetime) -> None:
        """A moment after its machine."""
        up = machine.state == "running" and (now - machine.since).total_seconds() >= STARTS_SECONDS
        if up and machine.id not in self._by_machine:
            token = agent_tokens.digest(environment_of(machine)[TOKEN])
            sold = self._world.machine(machine.machine)
            self._by_machine[machine.id] = Agent(machine, token, sold.gpu if sold else None)

    def next_at(self) -> datetime | None:
        """When the first of what they do is done."""
        return min((done_at for agent in self._alive() for _, done_at in agent.begun.values()), default=None)

    def version_on(self, machine_id: str) -> int:
        """How new the work is that lies there."""
        found = self._by_machine.get(machine_id)
        return found.version if found is not None else 0

    async def beat(self, get: Callable[..., Any], now: datetime) -> None:
        for agent in self._alive():
            await self._obey(agent, now)
            answer = await answering.answer(get, agent.token, _status(agent, now))
            agent.acks = {}
            for command in answer["commands"]:
                if command["id"] not in agent.ever:
                    agent.ever.add(command["id"])
                    seconds = SECONDS.get(command["kind"], 1.0)
                    agent.begun[command["id"]] = (command, now + timedelta(seconds=seconds))

    def _alive(self) -> list[Agent]:
        return [agent for agent in self._by_machine.values() if agent.machine.state == "running"]

    async def _obey(self, agent: Agent, now: datetime) -> None:
        agent.version += 1
        for identity, (command, done_at) in list(agent.begun.items()):
            if done_at > now:
                agent.acks[identity] = AgentAck(id=identity, state="running", percent=50)
                continue
            del agent.begun[identity]
            await self._do(agent, command)
            agent.acks[identity] = AgentAck(id=identity, state="done")

    async def _do(self, agent: Agent, command: protocol.Command) -> None:
        if command["kind"] == "snapshot":
            await self._store.put(command["args"]["grant"], agent.version)
        if command["kind"] == "restore":
            agent.version = await self._store.fetch(command["args"]["grant"])


def _status(agent: Agent, now: datetime) -> AgentStatus:
    agent.seq += 1
    names = [agent.gpu] if agent.gpu else []
    gpus = [GpuSample(index=0, name=name, utilisation=90.0) for name in names]
    sample = AgentSample(
        at=now, gpus=gpus, cpu_percent=80.0, sessions=0, notebooks=0, net_in_mbps=0.0, net_out_mbps=0.0
    )
    facts = AgentFacts(gpus=names, workspace="/workspace", driver="570.86") if agent.seq == 1 else None
    acks = list(agent.acks.values())
    return AgentStatus(version="1", boot="1", seq=agent.seq, samples=[sample], facts=facts, acks=acks)
