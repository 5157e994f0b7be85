"""What the machine is, told once, and what is measured of it: how fast its disk writes, and how fast its network is."""

from __future__ import annotations

import http.client
import mmap
import os
import platform
import socket
import ssl
import time
from pathlib import Path
from urllib.parse import urlsplit

from dumont.agent import protocol
from dumont.agent.given import Given
from dumont.agent.sampling.gpus import Told
from dumont.agent.sampling.looking import Eyes

BLOCK = 4 << 20
DISK_BYTES, DISK_SECONDS = 64 << 20, 1.5
FREE_SHARE = 20
"""Of the free room at most one in so many is written for a moment."""
NETWORK_BYTES, NETWORK_SECONDS = 4 << 20, 2.0
PROGRAM = "/api/v1/agent/dumont-agent.pyz"


def known(given: Given, eyes: Eyes) -> protocol.Facts:
    """What is known without measuring, and stays as it is."""
    return protocol.Facts(
        hostname=socket.gethostname(),
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        python=platform.python_version(),
        cpu_cores=max(1, round(eyes.cores)),
        ram_gb=eyes.ram_gb() or 0.0,
        disk_write_mbps=None,
        net_down_mbps=None,
        workspace=str(given.workspace),
    )


def of_gpus(seen: Told) -> protocol.Facts:
    """A driver may be put on a machine while it runs, and its GPUs come with it."""
    return protocol.Facts(driver=seen.driver, cuda_max=seen.cuda_max, gpus=[gpu.name for gpu in seen.gpus])


def disk_write_mbps(folder: Path) -> float | None:
    """Megabytes a second to the disk itself; in a file without a name, so that nothing is left of it."""
    room = os.statvfs(folder)
    most = min(DISK_BYTES, room.f_bavail * room.f_frsize // FREE_SHARE) // BLOCK
    if most < 1:
        return None
    block = mmap.mmap(-1, BLOCK)  # begins at a page, as the disk wants it
    block.write(os.urandom(BLOCK))
    handle = _nameless(folder)
    try:
        began, written = time.monotonic(), 0
        while written < most * BLOCK and time.monotonic() - began < DISK_SECONDS:
            written += os.write(handle, block)
        os.fsync(handle)
        return round(written / 1e6 / max(time.monotonic() - began, 1e-6), 1)
    finally:
        os.close(handle)
        block.close()


def net_down_mbps(server: str, trust: ssl.SSLContext | None = None) -> float | None:
    """Megabits a second of the bodies, over one connection; None where the fleet does not serve its agent."""
    parts = urlsplit(server)
    connection = connect(server, 10.0, trust)
    try:
        began, received = time.monotonic(), 0
        spent = 0.0
        while received < NETWORK_BYTES and time.monotonic() - began < NETWORK_SECONDS:
            connection.request("GET", parts.path.rstrip("/") + PROGRAM)
            answer = connection.getresponse()
            asked = time.monotonic()
            size = len(answer.read(NETWORK_BYTES))
            if answer.status != 200 or not size:
                return None
            spent += time.monotonic() - asked
            received += size
        return round(received * 8 / 1e6 / max(spent, 1e-6), 1)
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def connect(server: str, seconds: float, trust: ssl.SSLContext | None = None) -> http.client.HTTPConnection:
    parts = urlsplit(server)
    host = parts.hostname or ""
    if parts.scheme == "https":
        trust = trust or ssl.create_default_context()
        return http.client.HTTPSConnection(host, parts.port, timeout=seconds, context=trust)
    return http.client.HTTPConnection(host, parts.port, timeout=seconds)


def _nameless(folder: Path) -> int:
    """Past the cache of the system where the disk allows it."""
    plain = os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC
    try:
        return os.open(folder, plain | os.O_DIRECT, 0o600)
    except OSError:
        return os.open(folder, plain, 0o600)
