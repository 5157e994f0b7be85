"""CPU seconds per GB of our client for object stores, beside boto3 and http.client: python -m bench.blobs.

The server is our own simulator in a process of its own, on a folder in memory, over loopback.
"""

import argparse
import http.client
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from bench.table import cpu_seconds, median, show
from dumont.snapstore.blobs import Keys
from dumont.snapstore.blobs.s3 import S3Blobs
from dumont.snapstore.blobs.signing import Signer, presigned

GB = 1e9
KEYS = Keys("bench", "bench-secret")
BUCKET = "bench"
PACKS = 8
PACK_BYTES = 64 << 20
RANGE_BYTES = 8 << 20
PUT_BYTES = 32 << 20
MEMORY = Path("/dev/shm")
Get = Callable[[str, int, memoryview], None]
Put = Callable[[str, list[memoryview]], None]


@dataclass(frozen=True)
class Client:
    name: str
    get: Get
    put: Put | None = None


@dataclass(frozen=True)
class Cost:
    client_cpu: float
    server_cpu: float
    gb_second: float


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.blobs")
    parser.add_argument("--gb", type=float, default=2.0, help="moved by each client in each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=32)
    given = parser.parse_args()
    with served() as (url, pid):
        clients = [ours(url), plain_http(url), boto(url, given.threads)]
        fill(clients[0])
        get_jobs, put_jobs = int(given.gb * GB / RANGE_BYTES), int(given.gb * GB / 2 / PUT_BYTES)
        rows = []
        for what, jobs in (("GET 8 MB", get_jobs), ("PUT 32 MB", put_jobs)):
            able = [client for client in clients if what.startswith("GET") or client.put]
            rounds: dict[str, list[Cost]] = {client.name: [] for client in able}
            for _ in range(given.rounds):  # in turn, so that what else the machine does hits all alike
                for client in able:
                    rounds[client.name].append(measured(client, what, jobs, given.threads, pid))
            rows += [row(what, name, costs) for name, costs in rounds.items()]
    columns = ("what", "client", "client CPU-s/GB", "best", "server CPU-s/GB", "GB/s wall", "best wall")
    show(f"Object store client, {given.threads} threads, medians of {given.rounds} rounds", columns, rows)


def row(what: str, name: str, costs: list[Cost]) -> list[object]:
    return [
        what,
        name,
        median([cost.client_cpu for cost in costs]),
        min(cost.client_cpu for cost in costs),
        median([cost.server_cpu for cost in costs]),
        median([cost.gb_second for cost in costs]),
        max(cost.gb_second for cost in costs),
    ]


@contextmanager
def served() -> Iterator[tuple[str, int]]:
    where = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="bench-blobs-", dir=where) as root:
        access = ["--access", KEYS.access, "--secret", KEYS.secret]
        command = [sys.executable, "-m", "dumont.simulators.s3", "--root", root, "--port", "0", "--bucket", BUCKET]
        process = subprocess.Popen([*command, *access, "--no-md5"], stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout
            yield process.stdout.readline().strip(), process.pid
        finally:
            process.terminate()
            process.wait()


def ours(url: str) -> Client:
    blobs = S3Blobs(f"s3://{BUCKET}", KEYS, endpoint=url)
    return Client("ours", blobs.read_into, blobs.put)


def plain_http(url: str) -> Client:
    """http.client with readinto and presigned addresses: what the trial was made with."""
    parts = urlsplit(url)
    mine = threading.local()

    def get(name: str, start: int, buffer: memoryview) -> None:
        if not hasattr(mine, "connection"):
            mine.connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
        address = presigned(Signer(KEYS, "us-east-1", time.time()), "GET", url, f"/{BUCKET}/{name}", seconds=900)
        headers = {"Range": f"bytes={start}-{start + len(buffer) - 1}"}
        mine.connection.request("GET", address[len(url) :], headers=headers)
        reply, at = mine.connection.getresponse(), 0
        while at < len(buffer):
            at += reply.readinto(buffer[at:])
        reply.read()

    return Client("http.client", get)


def boto(url: str, threads: int) -> Client:
    config = Config(
        s3={"addressing_style": "path"},
        max_pool_connections=threads,
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    made: Any = boto3.client(
        "s3",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=KEYS.access,
        aws_secret_access_key=KEYS.secret,
        config=config,
    )

    def get(name: str, start: int, buffer: memoryview) -> None:
        reply = made.get_object(Bucket=BUCKET, Key=name, Range=f"bytes={start}-{start + len(buffer) - 1}")
        buffer[:] = reply["Body"].read()

    def put(name: str, parts: list[memoryview]) -> None:
        made.put_object(Bucket=BUCKET, Key=name, Body=b"".join(parts))

    return Client("boto3", get, put)


def fill(client: Client) -> None:
    block = os.urandom(PACK_BYTES)
    for number in range(PACKS):
        assert client.put
        client.put(f"packs/{number}", [memoryview(block)])


def measured(client: Client, what: str, jobs: int, threads: int, server: int) -> Cost:
    mine = threading.local()
    block = memoryview(os.urandom(1 << 20))

    def get(number: int) -> int:
        if not hasattr(mine, "buffer"):
            mine.buffer = memoryview(bytearray(RANGE_BYTES))
        client.get(f"packs/{number % PACKS}", number // PACKS * RANGE_BYTES % PACK_BYTES, mine.buffer)
        return RANGE_BYTES

    def put(number: int) -> int:
        assert client.put
        client.put(f"new/{number % PACKS}", [block] * (PUT_BYTES >> 20))
        return PUT_BYTES

    with ThreadPoolExecutor(threads) as pool:
        act = get if what.startswith("GET") else put
        list(pool.map(act, range(threads)))  # connections, buffers
        begun, cpu, served_cpu = time.monotonic(), time.process_time(), cpu_seconds(server)
        size = sum(pool.map(act, range(jobs))) / GB
        seconds = time.monotonic() - begun
        return Cost((time.process_time() - cpu) / size, (cpu_seconds(server) - served_cpu) / size, size / seconds)


if __name__ == "__main__":
    main()
