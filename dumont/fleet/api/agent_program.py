"""The doors to the agent itself: the program in one file, and the script that installs it."""

import asyncio
from functools import cache

from fastapi import APIRouter, Request, Response

from dumont.accounts import guard
from dumont.agent import onefile
from dumont.platform.http.doors import Door, parts_of
from dumont.platform.settings import Settings

router = APIRouter(prefix="/agent", tags=["agents"], route_class=Door)
KEPT_BY_CACHES = "public, max-age=300"


@router.get(
    f"/{onefile.NAME}",
    summary="Fetch the agent",
    response_class=Response,
    responses={200: {"content": {"application/zip": {}}, "description": "Runs on Python 3.9 and newer."}},
)
async def fetch_agent(_work: guard.Anyone) -> Response:
    """One file with all that an agent needs."""
    program = await asyncio.to_thread(_program)
    return Response(program, media_type="application/zip", headers={"cache-control": KEPT_BY_CACHES})


@router.get(
    "/install.sh",
    summary="Fetch the agent's installer",
    response_class=Response,
    responses={200: {"content": {"text/x-shellscript": {}}, "description": "A script for `sh`."}},
)
async def fetch_agent_installer(_work: guard.Anyone, request: Request) -> Response:
    """Installs the agent on the machine that runs it: `curl -fsS .../agent/install.sh | sh`, with its token set."""
    settings = parts_of(request).get(Settings)
    server = settings.public_url or str(request.base_url).rstrip("/")
    return Response(onefile.installer(server), media_type="text/x-shellscript", headers={"cache-control": "no-store"})


@cache
def _program() -> bytes:
    return onefile.content()
