"""How to reach the server: its URL, and whether it takes connections now."""

import socket
import struct
from pathlib import Path
from urllib.parse import quote

from dumont.platform.db.embedded.cluster import DATABASE, ROLE

PROTOCOL = 3 << 16
STARTING_UP = b"C57P03\0"  # cannot_connect_now: starting, recovering or stopping


def url_of(socket_dir: Path, port: int, password: str) -> str:
    return f"postgresql://{ROLE}:{password}@/{DATABASE}?host={quote(str(socket_dir))}&port={port}"


def socket_file(socket_dir: Path, port: int) -> Path:
    return socket_dir / f".s.PGSQL.{port}"


def takes_connections(file: Path, *, seconds: float = 5) -> bool:
    """Asks as a client would, and goes when asked for a password. Refusing for want of room is an answer too."""
    try:
        with socket.socket(socket.AF_UNIX) as asking:
            asking.settimeout(seconds)
            asking.connect(str(file))
            asking.sendall(_hello())
            answer = asking.recv(4096)
    except OSError:
        return False
    return answer != b"" and STARTING_UP not in answer


def _hello() -> bytes:
    body = struct.pack("!I", PROTOCOL) + b"\0".join([b"user", ROLE.encode(), b"database", DATABASE.encode(), b"", b""])
    return struct.pack("!I", len(body) + 4) + body
