"""What an agent is answered: its beat is on disk, and these are its open commands."""

from typing import Any

import orjson

from dumont.agent import protocol
from dumont.basics.clock import Clock
from dumont.fleet.agents import attending
from dumont.fleet.agents.beating import Beats
from dumont.fleet.means import Means
from dumont.fleet.rules import idle, sums
from dumont.fleet.schemas.agent import AgentStatus
from dumont.fleet.store.batches import Given, Heard, text_of
from dumont.platform.parts import Get
from dumont.platform.settings import Settings


async def answer(get: Get, token: bytes, status: AgentStatus) -> protocol.Answer:
    """`token` is the hash of the agent's."""
    beats, settings = get(Beats), get(Settings)
    heard = await beats.take(_given(token, status))
    ruled = beats.ruled(heard.hibernation, heard.gpus > 0)
    commands: list[protocol.Command] = []
    if heard.stage == "ended":
        commands = attending.released(heard)
    else:
        word = beats.twins.hear(heard, status.boot, status.seq, get(Clock).now())
        if word.news or attending.is_needed(heard, status, ruled):
            commands = await attending.attend(Means.of(get), heard, status, ruled, word)
    return protocol.Answer(
        commands=commands,
        every_seconds=settings.fleet_beat_seconds,
        watch=list(ruled.watch),
        deadman_seconds=settings.fleet_deadman_seconds,
        deadman=_deadman(heard),
    )


def _given(token: bytes, status: AgentStatus) -> Given:
    newest = status.samples[-1]
    sample = newest.model_dump()
    at = sample.pop("at")
    values = idle.values(sample)
    worst = values
    if len(status.samples) > 1:
        worst = idle.worst([idle.values(each.model_dump()) for each in status.samples])
    written = orjson.dumps({"at": at, **sample}).decode()
    numbers = (text_of(values), text_of(worst), text_of(sums.of(sample)))
    return (token, status.boot, status.seq, status.version, at, written, *numbers)


def _deadman(heard: Heard) -> dict[str, Any]:
    """While we are away nobody lends addresses of a store: what it can do alone is to stop its machine."""
    return {"snapshot": None, "stop": {"provider": heard.provider, "id": heard.provider_machine_id}}
