"""What the doors of snapshots hand to their use cases; among them the guard of those who come with a grant."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from starlette.convertors import StringConvertor, register_url_convertor

from dumont.accounts import guard
from dumont.basics.clock import Clock
from dumont.basics.errors import NotSignedIn
from dumont.platform.http import limits
from dumont.platform.http.doors import part, parts_of, work_of
from dumont.platform.jobs import Jobs
from dumont.platform.settings import Settings
from dumont.platform.work import Caller, Work
from dumont.snapshots import granting, looking, reporting
from dumont.snapshots.comparing import Comparisons
from dumont.snapshots.granting import PREFIX, NoGrant
from dumont.snapshots.reporting import Purpose
from dumont.snapshots.standing import Standing
from dumont.snapshots.stores import Stores
from dumont.snapshots.trees import Tree, Trees

SnapshotsRead = Annotated[Work, guard.needs("snapshots:read")]
SnapshotsWrite = Annotated[Work, guard.needs("snapshots:write")]
InstancesThere = Annotated[Standing, Depends(part(Standing))]


class NoWord(StringConvertor):
    """An id in a path, where words stand as well: so that a wrong method at a word is told from a wrong id."""

    regex = r"(?!(?:dumont-snapshots\.pyz|cost|downloads|grant|objects|repository|restores|retention)(?:/|$))[^/]+"


register_url_convertor("id", NoWord())


class Granted:
    """The work of whoever holds a grant, and what it is for."""

    def __init__(self, work: Work, purpose: Purpose) -> None:
        self.work = work
        self.purpose = purpose


async def _granted(request: Request, token: guard.Bearer) -> Granted:
    """Only a grant opens these doors, and it opens no other."""
    stranger = Caller("anonymous", ip=guard.ip_of(request), request_id=str(getattr(request.state, "request_id", "")))
    if not token or not token.startswith(PREFIX):
        await limits.admit(request, stranger)
        raise NotSignedIn("This needs a grant.", hint="Starting a snapshot or a restore gives one.")
    try:
        grant = await granting.standing(await work_of(request, stranger), token)
    except NoGrant:
        await limits.admit(request, stranger)
        raise
    holder = Caller("anonymous", grant.repository_id, ip=stranger.ip, request_id=stranger.request_id)
    await limits.admit(request, holder)
    work = await work_of(request, stranger)
    return Granted(work, await reporting.purpose(work, grant))


_granted.permission = "a grant"  # type: ignore[attr-defined]  # the mark by which a test finds routes without a guard
WithGrant = Annotated[Granted, Depends(_granted)]


def stores_of(request: Request) -> Stores:
    """Asked for inside an endpoint, when it is known that the caller may have what he asks for."""
    return parts_of(request).get(Stores)


def trees_of(request: Request) -> Trees:
    return parts_of(request).get(Trees)


async def tree_of(work: Work, request: Request, snapshot_id: UUID) -> Tree:
    """The connection is let go first: no other request waits for it while the store answers."""
    (place,) = await looking.places(work, snapshot_id)
    await work.tx.commit()
    return await trees_of(request).of(*place)


def comparisons_of(request: Request) -> Comparisons:
    return parts_of(request).get(Comparisons)


def jobs_of(request: Request) -> Jobs:
    return parts_of(request).get(Jobs)


def server_of(request: Request) -> str:
    """Where the caller reached us; where an address is set, that is the one for everybody."""
    settings = parts_of(request).get(Settings)
    return settings.public_url or str(request.base_url).rstrip("/")


def clock_of(request: Request) -> Clock:
    return parts_of(request).get(Clock)
