"""The door to the program itself, in one file, for machines that have Python and nothing of ours."""

import asyncio
from functools import cache

from fastapi import APIRouter, Response

from dumont.accounts import guard
from dumont.platform.http.doors import Door
from dumont.snapshots.granting import FILE
from dumont.snapstore import onefile

router = APIRouter(prefix="/snapshots", tags=["snapshots"], route_class=Door)
KEPT_BY_CACHES = "public, max-age=300"


@router.get(
    f"/{FILE}",
    summary="Fetch the program",
    response_class=Response,
    responses={200: {"content": {"application/zip": {}}, "description": "Runs on Python 3.9 and newer."}},
)
async def fetch_program(_work: guard.Anyone) -> Response:
    """One file with all that taking and restoring snapshots needs; `python3 dumont-snapshots.pyz --help`."""
    return Response(
        await asyncio.to_thread(_program), media_type="application/zip", headers={"cache-control": KEPT_BY_CACHES}
    )


@cache
def _program() -> bytes:
    return onefile.content()
