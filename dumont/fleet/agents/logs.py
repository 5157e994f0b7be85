"""Shows what was written on an instance's machine: by what it runs, by its agent, or what its cloud keeps.

The agent is asked for the end of a file, or for what came since, and answers with its next heartbeat, for which it is
called; so it works behind every cloud. Nothing of the database is held meanwhile, and nothing of the answer is kept.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from dumont.basics.errors import Conflict, Invalid, Unavailable
from dumont.fleet.agents import commands
from dumont.fleet.agents.commands import Command
from dumont.fleet.instances import access, environment
from dumont.fleet.means import Means
from dumont.fleet.rentals import accounts
from dumont.fleet.rules import logs as rules
from dumont.fleet.rules.logs import Place, Source
from dumont.fleet.rules.states import CommandKind
from dumont.fleet.rules.wanted import Wanted
from dumont.fleet.store import accounts as accounts_store
from dumont.fleet.store import commands as store
from dumont.fleet.store import showing
from dumont.fleet.tables import FleetAccount, FleetInstance, FleetRental
from dumont.platform.work import Caller, Work
from dumont.providers import registry
from dumont.providers.errors import ProviderError

WAIT_SECONDS = 8.0
"""So long somebody who follows is kept waiting for a new line."""
ANSWER_SECONDS, CLOUD_SECONDS = 15.0, 30.0
LOOK_SECONDS = 0.1
wait = asyncio.sleep
"""A test has the agent call in it."""
OWN_LOG = "Ask for the agent's own log (source: agent)."
OF_NO_MACHINE = ("stopped", "ending", "ended")
SCRIPTS: Mapping[Source, CommandKind] = {"run": "run", "onstart": "hook"}
"""Whose commands they are."""
WHAT: Mapping[Source, str] = {
    "run": "its last run",
    "onstart": "its last start script",
    "agent": "its agent",
    "cloud": "its cloud",
}
NONE: Mapping[Source, str] = {"run": "nothing to run", "onstart": "no start script"}
BEGINS: Mapping[Source, str] = {"run": "What it is to run", "onstart": "The start script"}
COMES = ("launching", "waking", "recovering", "failing_over", "interrupted")
"""States in which a machine is got for it."""
GIVEN_UP = ("withdrawn", "machine_gone")
"""Why a command has failed that is no fault of the agent's."""


class NoLog(Conflict):
    code = "no_log"


class AgentSilent(Unavailable):
    code = "agent_silent"
    hint = "Try again, or ask for what its cloud keeps, where it does (source: cloud)."


class Unreadable(Unavailable):
    code = "log_unreadable"
    hint = "Ask for fewer lines, or look into the file by SSH."


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    source: Source | None = None
    """None is that of what is run, if it has begun, else of the start script, where there is one, else the agent's."""
    tail: int = 200
    since: str | None = None
    follow: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    source: Source
    text: str
    live: bool
    """Read on the machine now; else it is what is kept of the last one."""
    more: bool = False
    anew: bool = False
    cursor: str | None = None
    provider: str | None = None
    machine_id: str | None = None
    as_of: datetime
    note: str | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is needed for it, read in one transaction."""

    source: Source
    name: str
    rental: FleetRental
    account: FleetAccount
    secrets: Sequence[str]
    file: str = ""
    command_id: UUID | None = None
    anew: bool = False

    def log(self, now: datetime, text: str, **more: Any) -> Log:
        return Log(
            source=self.source,
            text=rules.scrubbed(text, self.secrets),
            live=True,
            provider=self.rental.provider,
            machine_id=self.rental.machine_id,
            as_of=now,
            **more,
        )


async def shown(means: Means, caller: Caller, instance_id: UUID, wish: Wish) -> Log:
    """Raises `NoLog` where there is none, and says what there is instead; `AgentSilent` where nobody answers."""
    async with means.db.begin() as tx:
        found = await _begun(means.work(tx, caller), means, instance_id, wish)
    if isinstance(found, Log):
        return found
    if found.command_id is None:
        return await _of_cloud(means, found, wish)
    return await _of_agent(means, found, found.command_id, patience=ANSWER_SECONDS + WAIT_SECONDS * wish.follow)


async def _begun(work: Work, means: Means, instance_id: UUID, wish: Wish) -> Log | _Asked:
    instance = await access.instance(work, instance_id)
    source = wish.source or await _usual(work, instance)
    secrets = rules.secrets_of(environment.of(means.vault, instance))
    rental = await _machine(work, instance)
    if rental is None:
        return await _kept(work, instance, source, wish, secrets)
    account = await accounts_store.one(work.tx, rental.account_id)
    if source == "cloud":
        return _Asked(source, instance.name, rental, account, secrets)
    if rental.agent_at is None:
        raise AgentSilent(f"The agent of {instance.name} has not called yet.", hint="Try again in a minute.")
    file = _file(instance, rental, source)
    place = _place(wish.since)
    here = place is not None and place.file == file.hex[-12:]
    args: dict[str, Any] = {"source": source, "command": str(file), "lines": wish.tail}
    if place is not None and here:
        args |= {"offset": place.offset, "wait_seconds": WAIT_SECONDS if wish.follow else 0}
    expires = work.now + timedelta(seconds=WAIT_SECONDS + ANSWER_SECONDS)
    command_id = await commands.put(work, means.vault, rental, "logs", args, expires=expires)
    anew = place is not None and not here
    return _Asked(source, instance.name, rental, account, secrets, file.hex[-12:], command_id, anew)


async def _usual(work: Work, instance: FleetInstance) -> Source:
    """What was run is of more interest than what prepared it, also when its machine is gone."""
    gone = instance.primary_rental_id is None
    if instance.run_command_id is not None or (gone and await store.last_output(work.tx, instance.id, "run")):
        return "run"
    return "onstart" if _script(instance, "onstart") else "agent"


def _script(instance: FleetInstance, source: Source) -> str:
    wanted = Wanted.model_validate(instance.wanted)
    return (wanted.run if source == "run" else wanted.onstart).strip()


async def _machine(work: Work, instance: FleetInstance) -> FleetRental | None:
    """Where the work is now, if somebody is there to be asked."""
    live = {rental.id: rental for rental in await showing.live_rentals(work.tx, [instance.id])}
    standby = live.get(instance.standby_rental_id) if instance.standby_rental_id else None
    primary = live.get(instance.primary_rental_id) if instance.primary_rental_id else None
    here = standby if instance.state in ("on_standby", "recovering") and standby is not None else primary
    return None if here is None or here.stage in OF_NO_MACHINE or here.provider_machine_id is None else here


def _file(instance: FleetInstance, rental: FleetRental, source: Source) -> UUID:
    """Named by the command whose output it is; the agent's own by its machine."""
    if source not in SCRIPTS:
        return rental.id
    command_id = instance.run_command_id if source == "run" else instance.onstart_command_id
    if command_id is None and not _script(instance, source):
        raise NoLog(f"{instance.name} has {NONE[source]}.", hint=OWN_LOG)
    if command_id is None or rental.id != instance.primary_rental_id:
        raise NoLog(f"{BEGINS[source]} has not begun on this machine.", hint=OWN_LOG)
    return command_id


def _place(since: str | None) -> Place | None:
    if since is None:
        return None
    found = rules.read_place(since)
    if found is None:
        raise Invalid.field("since", "is no cursor of an answer before")
    return found


async def _kept(work: Work, instance: FleetInstance, source: Source, wish: Wish, secrets: Sequence[str]) -> Log:
    """There is no machine: the end of what a script wrote was told when it was over."""
    found = {each: await store.last_output(work.tx, instance.id, kind) for each, kind in SCRIPTS.items()}
    last = found.get(source)
    if last is None or last.ended_at is None:
        raise _nothing_of(instance, source, kept=next((each for each in SCRIPTS if found[each]), None))
    text = str(last.result.get("output") or last.error_message or "")
    lines, more = rules.last_lines(rules.scrubbed(text, secrets), wish.tail)
    note = f"{instance.name} has no machine now: this is the end of what {WHAT[source]} wrote, as it was kept."
    return Log(source=source, text=lines, live=False, more=more, as_of=last.ended_at, note=note)


def _nothing_of(instance: FleetInstance, source: Source, *, kept: Source | None) -> NoLog:
    hint = "Wait until it runs." if instance.state in COMES else "Wake it."
    if kept is not None:
        hint = f"The end of what {WHAT[kept]} wrote is kept (source: {kept})."
    return NoLog(f"{instance.name} has no machine now, and nothing of {WHAT[source]} is kept.", hint=hint)


async def _of_agent(means: Means, asked: _Asked, command_id: UUID, *, patience: float) -> Log:
    try:
        found = await _answer(means, command_id, patience)
    finally:
        async with means.db.begin() as tx:  # nothing of it is kept, and an agent that comes too late has nothing to do
            await store.drop(tx, command_id)
    if found is None:
        heard = asked.rental.beat_at
        last = f" It was last heard of at {heard:%H:%M:%S} UTC." if heard else " It has never called."
        raise AgentSilent(f"The agent of {asked.name} does not answer.{last}")
    if found.state == "failed" and found.error_code in GIVEN_UP:
        raise NoLog(f"The machine of {asked.name} is given up.", hint="Ask again for what is kept of it.")
    if found.state == "failed":
        raise NoLog(
            found.error_message or "The agent could not show it.", hint="A newer agent comes with a new machine."
        )
    told: Mapping[str, Any] = found.result
    if commands.UNREADABLE in told:
        raise Unreadable(f"What the agent of {asked.name} answered can't be read. {told[commands.UNREADABLE]}")
    cursor = str(Place(asked.file, int(told.get("offset") or 0)))
    anew = asked.anew or bool(told.get("anew"))
    return asked.log(
        means.clock.now(), str(told.get("text") or ""), more=bool(told.get("more")), anew=anew, cursor=cursor
    )


async def _answer(means: Means, command_id: UUID, seconds: float) -> Command | None:
    """Looked for ever more seldom: most agents answer at once."""
    pause, waited = LOOK_SECONDS, 0.0
    while waited < seconds:
        async with means.db.looking() as tx:
            found = (await commands.of(tx, [command_id])).get(command_id)
        if found is None or not found.is_open:
            return found
        await wait(pause)
        waited, pause = waited + pause, min(0.5, pause * 1.2)
    return None


async def _of_cloud(means: Means, asked: _Asked, wish: Wish) -> Log:
    if wish.since is not None or wish.follow:
        raise Invalid.field("follow", "is not possible for what a cloud keeps", hint="Ask again without it.")
    kind = registry.kind(asked.rental.provider)
    if not kind.can.logs:
        why = kind.can.why_not.get("logs", f"{kind.title} keeps no log of a machine.")
        raise NoLog(why, hint=OWN_LOG)
    try:
        async with asyncio.timeout(CLOUD_SECONDS):
            told = await accounts.open(means, asked.account).logs(
                asked.rental.provider_machine_id or "", lines=wish.tail
            )
    except ProviderError as error:
        raise Unavailable(error.message, code=error.code) from None
    except TimeoutError:
        raise Unavailable(f"{kind.title} did not answer in time.", hint="Try again.") from None
    text, more = rules.last_lines(told, wish.tail)
    return asked.log(means.clock.now(), text, more=more)
