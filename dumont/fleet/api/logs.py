"""The door to what was written on an instance's machine; a caller waits there, so nothing of the database is held."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.routing import APIRoute

from dumont.fleet.agents import logs
from dumont.fleet.agents.logs import Wish
from dumont.fleet.api.parts import FleetRead
from dumont.fleet.means import Means
from dumont.fleet.rules.logs import Source
from dumont.fleet.schemas.fields import InstancePath
from dumont.fleet.schemas.logs import InstanceLog
from dumont.platform.http import queries
from dumont.platform.http.doors import Door, Handler, parts_of
from dumont.platform.http.problems import problems


class WaitingDoor(Door):
    """The use case opens its own short transactions; there is none around it."""

    def get_route_handler(self) -> Handler:
        inner = APIRoute.get_route_handler(self)
        known = queries.names_of(self.dependant)

        async def handle(request: Request) -> object:
            queries.refuse_unknown(request, known)
            queries.refuse_nothing(request)
            request.state.tx = None
            response = await inner(request)
            response.headers["cache-control"] = "no-store"
            return response

        return handle  # type: ignore[return-value]


router = APIRouter(prefix="/instances/{instance_id}", tags=["instances"], route_class=WaitingDoor)

SourceQuery = Annotated[
    Source | None,
    Query(description="If not said: of what is run, where that has begun, else of the start script, else the agent's."),
]
Tail = Annotated[int, Query(ge=1, le=2000, description="Lines, the last ones; of long ones fewer.")]
Since = Annotated[
    str | None, Query(max_length=60, description="The `cursor` of an answer before: only what came since is told.")
]
Follow = Annotated[bool, Query(description="With `since`: waits some seconds for something new.")]


@router.get("/logs", summary="Show a machine's log", responses=problems(404, 409, 503))
async def show_instance_log(
    instance_id: InstancePath,
    work: FleetRead,
    request: Request,
    *,
    source: SourceQuery = None,
    tail: Tail = 200,
    since: Since = None,
    follow: Follow = False,
) -> InstanceLog:
    """Its agent is asked for it. To follow, ask again with `since`. Where there is no machine now, the end of what the
    last run or start script wrote is told, which is all that is kept."""
    wish = Wish(source=source, tail=tail, since=since, follow=follow)
    found = await logs.shown(Means.of(parts_of(request).get), work.caller, instance_id, wish)
    return InstanceLog.model_validate(found)
