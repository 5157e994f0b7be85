"""The door of agents: one heartbeat in, the open commands out. Two thousand times a second on one core, if it must.

FastAPI's dependencies and a door's transaction cost several times what taking in a heartbeat does. So this door reads
token and body itself, by the schema that the document shows, and a transaction is opened only by what needs one.
"""

from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from dumont.accounts import guard
from dumont.basics.errors import Invalid
from dumont.fleet.agents import answering
from dumont.fleet.agents.beating import NoAgent
from dumont.fleet.agents.calling import Callers
from dumont.fleet.rentals import agent_tokens
from dumont.fleet.schemas.agent import AgentAnswer, AgentCalled, AgentStatus
from dumont.platform.http import limits, shortcut
from dumont.platform.http.doors import Door, Handler, parts_of
from dumont.platform.http.problems import problems
from dumont.platform.work import Caller

HELD_SECONDS = 60
_NOT_KEPT = {"cache-control": "no-store"}


class Agent:
    """Whoever says to be one; whether he is, the statement says that takes in what he says."""

    def __init__(self, request: Request, token: bytes) -> None:
        self.request = request
        self.token = token


async def _agent(request: Request, token: guard.Bearer) -> Agent:
    """A token that can't be one is refused before it costs the database anything."""
    if token is None or not agent_tokens.may_be(token):
        await _count_stranger(request)
        raise NoAgent("This needs the token of an agent.")
    return Agent(request, agent_tokens.digest(token))


_agent.permission = "an agent"  # type: ignore[attr-defined]  # the mark by which a test finds routes without a guard


class AgentDoor(Door):
    """The same words in, the same words out, and the same failures; but nothing in between."""

    answers_at_once = True

    def get_route_handler(self) -> Handler:
        async def handle(request: Request) -> Response:
            shortcut.demand_fine(request)
            agent = await _agent(request, await guard.bearer(request))
            try:
                status = AgentStatus.model_validate_json(await request.body())
            except ValidationError as error:
                faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors(include_url=False)]
                raise RequestValidationError(faults) from None
            answer: Response = await self.endpoint(status, agent)
            return answer

        return handle


class CallDoor(Door):
    """The same for a call that is held: nothing of the database is held with it."""

    def get_route_handler(self) -> Handler:
        async def handle(request: Request) -> Response:
            agent = await _agent(request, await guard.bearer(request))
            said = request.query_params.get("seconds", str(HELD_SECONDS))
            if not said.isdecimal() or len(said) > 4:
                raise Invalid.field("seconds", "is no number of seconds")
            answer: Response = await self.endpoint(agent, int(said))
            return answer

        return handle


router = APIRouter(prefix="/agent", tags=["agents"], route_class=AgentDoor)
calls = APIRouter(route_class=CallDoor)


@router.post("/status", summary="Take in a heartbeat", response_model=AgentAnswer, responses=problems(503))
async def agent_status(body: AgentStatus, agent: Annotated[Agent, Depends(_agent)]) -> Response:
    """Once in some seconds, with the token of one rental. When it is answered, the beat is on disk.

    The answer's commands stay in it until the agent has said what came of them; each is begun once.
    """
    try:
        answer = await answering.answer(parts_of(agent.request).get, agent.token, body)
    except NoAgent:
        await _count_stranger(agent.request)
        raise
    return Response(orjson.dumps(answer), media_type="application/json", headers=_NOT_KEPT)


@calls.get("/calls", summary="Wait for a command", response_model=AgentCalled, responses=problems(503))
async def agent_calls(
    agent: Annotated[Agent, Depends(_agent)],
    seconds: Annotated[
        int, Query(ge=0, le=9999, description="How long the answer may be held at most.")
    ] = HELD_SECONDS,
) -> Response:
    """Answered when there is something to do, which the answer to the next heartbeat holds, or when the time is over.

    Without this, a command waits for a heartbeat that comes by itself.
    """
    try:
        called = await parts_of(agent.request).get(Callers).wait(agent.token, float(seconds))
    except NoAgent:
        await _count_stranger(agent.request)
        raise
    return Response(orjson.dumps({"called": called}), media_type="application/json", headers=_NOT_KEPT)


async def _count_stranger(request: Request) -> None:
    stranger = Caller("anonymous", ip=guard.ip_of(request), request_id=str(getattr(request.state, "request_id", "")))
    await limits.admit(request, stranger)


router.include_router(calls)
