"""What few heartbeats bring beside themselves: a first call, facts, notices, acks, samples kept while we were away.

It comes after the beat itself is on disk, in a transaction of its own, and may come again: each part of it does no
harm the second time.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

import orjson
import structlog

from dumont.agent import protocol
from dumont.fleet.agents import commands
from dumont.fleet.agents.twins import Word
from dumont.fleet.events import Sampled
from dumont.fleet.instances import moves, silence
from dumont.fleet.means import Means
from dumont.fleet.rentals import knocking
from dumont.fleet.rules import idle, sums
from dumont.fleet.rules.ruling import Ruled
from dumont.fleet.rules.states import State
from dumont.fleet.schemas.agent import AgentAck, AgentNotice, AgentSample, AgentStatus
from dumont.fleet.store import batches, beats, events, instances
from dumont.fleet.store.batches import Heard, Whole
from dumont.fleet.tables import FleetInstance
from dumont.platform.work import Work

log = structlog.get_logger()

OLDEST = timedelta(hours=2)
RESULT_BYTES_MAX = 64 * 1024
WHY_MOST = 300
PUT_AWAY: frozenset[State] = frozenset({"hibernating", "destroying", "destroyed"})
TWINS = "two_agents"
COPY = "Two agents call as its machine: a copy of that machine runs somewhere."


def is_needed(heard: Heard, status: AgentStatus, ruled: Ruled) -> bool:
    if heard.stage == "ended":
        return False
    said = status.acks or status.facts is not None or status.notices or len(status.samples) > 1
    return bool(said or heard.commands or heard.watched or heard.was_lost or heard.rule != ruled.name)


async def attend(means: Means, heard: Heard, status: AgentStatus, ruled: Ruled, word: Word) -> list[protocol.Command]:
    """The commands that are open when all of it is written, if they are for this agent."""
    async with means.db.begin() as tx:
        work = means.work(tx)
        arrives = heard.rule is None or status.facts is not None
        news = word.news or heard.was_lost or status.notices
        if arrives or news or any(ack.state != "running" for ack in status.acks):
            await instances.hold(tx, heard.instance_id)  # first, in the order in which the controller locks
        await _arrive(work, heard, status, ruled)
        await _fill_minutes(work, heard, status.samples)
        await _note(work, heard, status.notices)
        ended = await commands.acknowledge(work, heard.rental_id, [_ack(ack) for ack in status.acks])
        if status.facts is not None:
            await commands.forget_lost_runs(work, heard.rental_id, [ack.id for ack in status.acks])
        instance = await instances.one(tx, heard.instance_id) if ended else None
        if instance is not None:
            await _tell_of_script(work, instance, ended)
            await _tell_of_setup(work, instance, ended)
        if heard.watched:
            await work.publish(
                Sampled(instance_id=heard.instance_id, sample=status.samples[-1].model_dump(mode="json"))
            )
        if word.news:
            await _tell_of_twins(work, heard)
        if heard.was_lost:
            await _tell_that_it_is_back(work, heard)
        if not word.commands or not (heard.commands or status.acks):
            return []
        return await commands.handed_out(work, means.vault, heard.rental_id)


async def _tell_of_twins(work: Work, heard: Heard) -> None:
    """Once, however many processes notice it."""
    log.warning("two_agents", rental_id=str(heard.rental_id))
    instance = await instances.one(work.tx, heard.instance_id)
    if instance is not None and not await events.is_told(work.tx, instance.id, TWINS, heard.rental_id):
        said = f"{COPY} Commands go to the one that called first; end the other, as it may be taken for this."
        await moves.note(work, instance, "warning", said, code=TWINS, rental_id=str(heard.rental_id))


async def _tell_that_it_is_back(work: Work, heard: Heard) -> None:
    instance = await instances.one(work.tx, heard.instance_id)
    if instance is not None:
        await silence.tell_that_it_is_over(work, instance, heard.rental_id)


def released(heard: Heard) -> list[protocol.Command]:
    """For the agent of a rental that has ended: always the same command, so that it is begun once."""
    return [protocol.Command(id=str(heard.rental_id), kind="shutdown", args={})]


async def _arrive(work: Work, heard: Heard, status: AgentStatus, ruled: Ruled) -> None:
    if heard.rule is None:
        await beats.begin(work.tx, _first(work.now, heard, status, ruled))
    elif heard.rule != ruled.name:
        await beats.rule(work.tx, heard.rental_id, ruled)
    if heard.rule is None or status.facts is not None:
        facts = status.facts.model_dump(exclude_none=True) if status.facts else {}
        if await beats.arrive(work.tx, heard.rental_id, work.now, facts):
            await knocking.has_called(work, heard.rental_id)
            await instances.poke(work.tx, [heard.instance_id], work.now)


def _first(now: datetime, heard: Heard, status: AgentStatus, ruled: Ruled) -> dict[str, Any]:
    """The first beat is judged like any other, except that nothing was quiet before it."""
    sample = status.samples[-1].model_dump(mode="json")
    values = idle.values(sample)
    quiet = [now if idle.is_quiet(*pair) else None for pair in zip(values, ruled.limits, strict=True)]
    since = now if None not in quiet else None
    return {
        "rental_id": heard.rental_id,
        "instance_id": heard.instance_id,
        "received_at": now,
        "at": status.samples[-1].at,
        "boot": status.boot,
        "seq": status.seq,
        "version": status.version,
        "sample": sample,
        "quiet": quiet,
        "quiet_since": since,
        "idle_at": since + timedelta(seconds=ruled.idle_seconds) if since else None,
        "used_at": now if idle.is_use(values, ruled.limits) else None,
        "rule": ruled.name,
        "limits": list(ruled.limits),
        "idle_seconds": ruled.idle_seconds,
        "minute": now.replace(second=0, microsecond=0),
        "sums": sums.of(sample),
    }


async def _fill_minutes(work: Work, heard: Heard, samples: Sequence[AgentSample]) -> None:
    """Those from before the newest. Only how long before is the machine's word: its clock may be anywhere."""
    if len(samples) < 2 or not (heard.written or heard.rule is None):
        return
    minutes: dict[datetime, list[list[float]]] = {}
    for sample in samples[:-1]:
        age = samples[-1].at - sample.at
        if timedelta(0) <= age <= OLDEST:
            minute = (work.now - age).replace(second=0, microsecond=0)
            minutes.setdefault(minute, []).append(sums.of(sample.model_dump()))
    found = [Whole(heard.instance_id, heard.rental_id, each, sums.added(parts)) for each, parts in minutes.items()]
    if found:
        await batches.add(work.tx, found)


async def _note(work: Work, heard: Heard, notices: Sequence[AgentNotice]) -> None:
    """A notice of an interruption is told once, and stands in the beat for the controller to see."""
    for notice in notices:
        words = notice.model_dump()
        if not await beats.notice(work.tx, heard.rental_id, {**words, "received_at": work.now.isoformat()}):
            continue
        instance = await instances.one(work.tx, heard.instance_id)
        if instance is not None:
            why = "The cloud has given notice that it takes the machine away."
            await moves.note(work, instance, "warning", why, who="provider", rental_id=str(heard.rental_id), **words)
        await instances.poke(work.tx, [heard.instance_id], work.now)


async def _tell_of_script(work: Work, instance: FleetInstance, ended: Sequence[UUID]) -> None:
    """Of the start script, whether anybody still waits for it or not: once, as a command ends once. With its machine it
    ends as was wished."""
    if instance.onstart_command_id not in ended or instance.wish != "running" or instance.state in PUT_AWAY:
        return
    (found,) = (await commands.of(work.tx, [instance.onstart_command_id])).values()
    code = found.result.get("code")
    if found.state == "failed":
        said = (found.error_message or "").partition("\n")[0][:WHY_MOST]
        await moves.note(work, instance, "failure", f"The start script failed: {said}", code=found.error_code)
    elif code:
        said = f"The start script ended with {code}; its log says why."
        await moves.note(work, instance, "failure", said, code="script_failed")


async def _tell_of_setup(work: Work, instance: FleetInstance, ended: Sequence[UUID]) -> None:
    """Of a machine that is in use, which somebody has changed his mind about: nobody waits for that."""
    if instance.setup_command_id not in ended or instance.state != "running":
        return
    (found,) = (await commands.of(work.tx, [instance.setup_command_id])).values()
    if found.state == "failed":
        said = f"What was changed did not reach its machine: {(found.error_message or '')[:WHY_MOST]}"
        await moves.note(work, instance, "failure", said, code=found.error_code)


def _ack(ack: AgentAck) -> protocol.Acknowledgement:
    result = ack.result
    if len(orjson.dumps(result)) > RESULT_BYTES_MAX or _holds_nul(result):
        result = {commands.UNREADABLE: "It was too long, or no text."}
    return cast(protocol.Acknowledgement, {**ack.model_dump(), "result": result})


def _holds_nul(told: Any) -> bool:
    """The one character that no database takes; not the six that one writes it with, which may stand in any log."""
    if isinstance(told, str):
        return "\0" in told
    if isinstance(told, Mapping):
        return any(_holds_nul(name) or _holds_nul(value) for name, value in told.items())
    return isinstance(told, list) and any(map(_holds_nul, told))
