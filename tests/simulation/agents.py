"""Simulated agents: they call through the real use case, carry out commands slowly, fail in them, and die.

Each machine holds a workspace whose version grows while it is worked in; a snapshot takes the version to the store, and
a restore brings it back, so that work that was lost can be seen.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from dumont.agent import protocol
from dumont.basics.errors import Failure
from dumont.fleet.agents import answering, attending
from dumont.fleet.rentals import agent_tokens
from dumont.fleet.schemas.agent import AgentAck, AgentFacts, AgentNotice, AgentSample, AgentStatus, GpuSample
from dumont.simulators.rentals import Rental
from tests.simulation.store import Store

attend = attending.attend
STARTS_SECONDS = 4.0
CROWD = 30
"""From so many on, those that have nothing to tell call at once, and are taken in together, as in production."""
SECONDS = {"snapshot": 25.0, "restore": 30.0, "hook": 5.0}


@dataclass(frozen=True, kw_only=True)
class Odds:
    slow: float = 0.08
    fails: float = 0.06
    dies: float = 0.05
    """In the midst of a snapshot or a restore; it comes back, and remembers what it had begun."""
    mute: float = 0.03
    """Of a machine: its agent never calls."""
    works_seconds: float = 3000
    """Before it is idle, at most."""


@dataclass
class _Begun:
    command: protocol.Command
    done_at: datetime
    fails: bool


@dataclass
class Agent:
    machine: Rental
    token: bytes
    random: Random
    born: datetime
    mute: bool
    lazy_after: float
    """Seconds of work before it is idle."""
    boot: int = 1
    seq: int = 0
    version: int = 0
    """Of the workspace; 0 is an empty one."""
    away_until: datetime | None = None
    cut_until: datetime | None = None
    """Its network is gone; its machine runs on."""
    dies_at: datetime | None = None
    """Its dead-man switch."""
    drop: UUID | None = None
    """Where it may leave its work then."""
    dropped: UUID | None = None
    told: bool = False
    notice: AgentNotice | None = None
    begun: dict[str, _Begun] = field(default_factory=dict)
    acks: dict[str, AgentAck] = field(default_factory=dict)

    def due(self, now: datetime) -> bool:
        up = self.machine.state == "running" and not self.mute
        return up and all(until is None or until <= now for until in (self.away_until, self.cut_until))

    @property
    def rental(self) -> str:
        return self.machine.label.rpartition("/")[2]

    def has_news(self, now: datetime) -> bool:
        """It calls at once for a notice, for what it has done, and to be told what it is to do when it has begun."""
        return not self.told or self.notice is not None or any(each.done_at <= now for each in self.begun.values())

    @property
    def is_quiet(self) -> bool:
        """It has nothing to tell but that it is there."""
        return self.told and self.notice is None and not self.begun and not self.acks

    def busy(self, now: datetime) -> bool:
        return (now - self.born).total_seconds() < self.lazy_after


class Agents:
    def __init__(self, random: Random, odds: Odds, store: Store) -> None:
        self.random, self.odds, self.store = random, odds, store
        self.by_machine: dict[str, Agent] = {}
        self.failed: dict[str, int] = {}
        self.did = Counter[str]()
        """Of what agents should not do."""
        self._attended = asyncio.Lock()

    def appear(self, machine: Rental, now: datetime) -> None:
        """With the first look at a machine that runs; after a stop, it starts again."""
        if machine.id in self.by_machine or machine.state != "running":
            return
        if (now - machine.since).total_seconds() < STARTS_SECONDS:
            return
        token = agent_tokens.digest(machine.extra["env"]["DUMONT_AGENT_TOKEN"])
        mute, lazy = self.random.random() < self.odds.mute, self.random.uniform(60, self.odds.works_seconds)
        self.did["mute"] += mute
        self.by_machine[machine.id] = Agent(machine, token, self.random, now, mute, lazy)

    def give_notice(self, machine: Rental, now: datetime) -> float:
        """Seconds until its cloud takes it away; its agent tells with the next call."""
        seconds, agent = self.random.uniform(30, 150), self.by_machine.get(machine.id)
        if agent is not None:
            moments = {"at": now.isoformat(), "ends_at": (now + timedelta(seconds=seconds)).isoformat()}
            agent.notice = AgentNotice.model_validate({"id": f"notice-{machine.id}", "source": "aws", **moments})
        return seconds

    def cut_off(self, machine: Rental, until: datetime, dies_at: datetime) -> None:
        """From now on; if it is for long, the machine saves its work by itself and ends."""
        agent = self.by_machine.get(machine.id)
        if agent is not None and agent.cut_until is None:
            agent.cut_until, agent.dies_at, agent.told = until, dies_at, False

    def dying(self, now: datetime) -> list[Rental]:
        """Machines that have saved what they could, and end themselves now."""
        found = []
        for agent in self.by_machine.values():
            if agent.cut_until is None or agent.machine.state != "running":
                continue
            if agent.dies_at is not None and agent.dies_at <= min(now, agent.cut_until):
                agent.dies_at = None
                self._save_alone(agent, now)
                found += [agent.machine] if self.random.random() < 0.7 else []  # others can't end themselves
            elif agent.cut_until <= now:
                agent.cut_until = agent.dies_at = None
        return found

    def waits_for(self, asked: Container[str], now: datetime) -> bool:
        """Somebody is there who will be told to do something with the next call."""
        return any(agent.rental in asked and agent.due(now) for agent in self.by_machine.values())

    async def beat(
        self,
        get: Callable[..., Any],
        now: datetime,
        *,
        all_beat: bool,
        asked: Container[str] = (),
        most: int | None = None,
    ) -> None:
        """Of all, or of those that have something to tell or to be told; or of some alone."""
        callers = [each for each in self.by_machine.values() if each.due(now)]
        callers = callers if most is None or len(callers) <= most else self.random.sample(callers, most)
        callers = [each for each in callers if all_beat or each.has_news(now) or each.rental in asked]
        together = [each for each in callers if each.is_quiet] if len(callers) > CROWD else []
        for agent in callers:
            if not together or not agent.is_quiet:
                await self._calls(get, agent, now)
        await asyncio.gather(*(self._calls(get, agent, now) for agent in together))

    async def _calls(self, get: Callable[..., Any], agent: Agent, now: datetime) -> None:
        await self._obey(agent, now)
        try:
            answer = await answering.answer(get, agent.token, self._status(agent, now))
        except Failure as error:  # it keeps its acks, and calls again
            self.failed[error.code] = self.failed.get(error.code, 0) + 1
            return
        agent.told, agent.notice = True, None
        self._take(agent, answer["commands"], now)

    async def attend(self, *given: Any) -> Any:
        """In place of `attending.attend`: of those that call at once, one after the other, in the order in which they
        called."""
        async with self._attended:
            return await attend(*given)

    def next_at(self) -> datetime | None:
        """When the first of what they do is done."""
        up = [agent for agent in self.by_machine.values() if agent.machine.state == "running"]
        found = [begun.done_at for agent in up for begun in agent.begun.values()]
        cuts = [at for agent in up for at in (agent.cut_until, agent.dies_at) if at is not None]
        return min(found + cuts, default=None)

    def _save_alone(self, agent: Agent, now: datetime) -> None:
        if agent.drop is not None and agent.drop != agent.dropped:
            self.did["saves alone"] += 1
            self.store.drop(agent.drop, agent.version, now)
            agent.dropped = agent.drop

    async def _obey(self, agent: Agent, now: datetime) -> None:
        if agent.busy(now):
            agent.version += 1
        for identity, begun in list(agent.begun.items()):
            if begun.done_at > now:
                agent.acks[identity] = AgentAck(id=identity, state="running", percent=50)
                continue
            del agent.begun[identity]
            error = "broken" if begun.fails else await self._done(agent, begun.command)
            state: Any = "failed" if error else "done"
            agent.acks[identity] = AgentAck(id=identity, state=state, error_code=error, error_message=error)

    async def _done(self, agent: Agent, command: protocol.Command) -> str | None:
        """What went wrong."""
        args = command["args"]
        if command["kind"] == "snapshot":
            return await self.store.put(args["grant"], agent.version)
        if command["kind"] == "standing":
            agent.drop = UUID(str(args["drop"]))
        if command["kind"] == "restore":
            found = await self.store.fetch(args["grant"])
            if isinstance(found, int):
                agent.version = found
                return None
            return str(found)
        return None

    def _take(self, agent: Agent, commands: list[protocol.Command], now: datetime) -> None:
        agent.acks = {}
        for command in commands:
            if command["id"] in agent.begun or command["id"] in self._ever(agent):
                continue
            self._ever(agent).add(command["id"])
            draw, kind = self.random.random(), command["kind"]
            seconds = SECONDS.get(kind, 2.0) * (20 if draw < self.odds.slow else 1)
            fails = self.random.random() < self.odds.fails
            self.did.update({"slow": draw < self.odds.slow, "fails": fails})
            if kind in ("snapshot", "restore") and self.random.random() < self.odds.dies:
                self.did["dies"] += 1
                agent.away_until, agent.told, fails = now + timedelta(seconds=400), False, True
                agent.boot, agent.seq = agent.boot + 1, 0
            agent.begun[command["id"]] = _Begun(command, now + timedelta(seconds=seconds), fails)

    def _ever(self, agent: Agent) -> set[str]:
        found: set[str] = agent.machine.extra.setdefault("begun", set())
        return found

    def _status(self, agent: Agent, now: datetime) -> AgentStatus:
        agent.seq += 1
        busy = agent.busy(now)
        count = agent.machine.extra["gpus"]
        gpus = [GpuSample(index=each, name="RTX 4090", utilisation=90.0 if busy else 0.0) for each in range(count)]
        facts = AgentFacts(gpus=["RTX 4090"] * count, workspace="/workspace", driver="570.86")
        facts.dropped = agent.dropped.hex if agent.dropped is not None else None
        return AgentStatus(
            version="1",
            boot=str(agent.boot),
            seq=agent.seq,
            samples=[
                AgentSample(
                    at=now, gpus=gpus, cpu_percent=80.0 if busy else 1.0, sessions=0, notebooks=0,
                    net_in_mbps=0.0, net_out_mbps=0.0,
                )
            ],
            facts=None if agent.told else facts,
            notices=[agent.notice] if agent.notice is not None else [],
            acks=list(agent.acks.values()),
        )  # fmt: skip
