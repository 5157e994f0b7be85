"""Kernels of Jupyter that are busy or have somebody in front, asked of the servers that say where they are."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from dumont.agent.sampling.processes import PROC

RUNTIME = Path(".local") / "share" / "jupyter" / "runtime"
FILES = ("jpserver-*.json", "nbserver-*.json")
SECONDS = 2.0
MOST_BYTES = 1 << 20
ESTABLISHED = "01"


def homes(home: Path) -> list[Path]:
    """Where people have their folders."""
    found = [home, Path("/root"), *Path("/home").glob("*")]
    return list(dict.fromkeys(path for path in found if path.is_dir()))


def busy(folders: Iterable[Path], proc: Path = PROC) -> int:
    """A server that wants a password tells nothing: then whoever is connected to it counts."""
    return sum(_of_server(server, proc) for server in _servers(folders, proc))


def _servers(folders: Iterable[Path], proc: Path) -> Iterator[Mapping[str, Any]]:
    for folder in folders:
        for pattern in FILES:
            for path in _found(folder / RUNTIME, pattern):
                told = _read(path)
                if told is not None and (proc / str(told.get("pid"))).exists():
                    yield told


def _found(folder: Path, pattern: str) -> list[Path]:
    try:
        return sorted(folder.glob(pattern))
    except OSError:
        return []


def _read(path: Path) -> dict[str, Any] | None:
    """Written by whoever works here: nothing in it is believed before it is looked at."""
    try:
        told = json.loads(path.read_bytes()[:MOST_BYTES])
    except (OSError, ValueError):
        return None
    return told if isinstance(told, dict) and isinstance(told.get("pid"), int) else None


def _of_server(server: Mapping[str, Any], proc: Path) -> int:
    port = server.get("port")
    if not isinstance(port, int) or not 0 < port < 65536:
        return 0
    kernels = _kernels(server, port)
    if kernels is None:
        return connections(port, proc)
    return sum(kernel.get("execution_state") == "busy" or bool(kernel.get("connections")) for kernel in kernels)


def _kernels(server: Mapping[str, Any], port: int) -> list[dict[str, Any]] | None:
    """Only on this machine, whatever the file says."""
    prefix = "/" + str(server.get("base_url") or urlsplit(str(server.get("url") or "")).path).strip("/")
    path = f"{prefix.rstrip('/')}/api/kernels?token={quote(str(server.get('token') or ''), safe='')}"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        told = json.loads(answer.read(MOST_BYTES)) if answer.status == 200 else None
    except (OSError, ValueError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    return [kernel for kernel in told if isinstance(kernel, dict)] if isinstance(told, list) else None


def connections(port: int, proc: Path = PROC) -> int:
    """Open ones to a port of this machine."""
    count = 0
    for name in ("tcp", "tcp6"):
        try:
            lines = (proc / "net" / name).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if len(fields) > 3 and fields[3] == ESTABLISHED and int(fields[1].rpartition(":")[2], 16) == port:
                count += 1
    return count
