"""The store by itself: `python -m dumont.simulators.s3 --root DIR --port 0 --bucket NAME`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from dumont.simulators.s3.bodies import SMALL, Care
from dumont.simulators.s3.conditions import Pace
from dumont.simulators.s3.routes import Store
from dumont.simulators.s3.server import S3Server
from dumont.simulators.s3.signature import Key


def main(arguments: Sequence[str] | None = None) -> None:
    """Says its address on the first line, then serves until it is stopped."""
    given = _parser().parse_args(arguments)
    key = Key(given.access, given.secret)
    care = Care(md5=not given.no_md5, checked_up_to=given.checked_up_to)
    store = Store(given.root, keys={} if given.open else {key.access: key}, region=given.region, care=care)
    for bucket in given.bucket:
        store.shelf.add(bucket)
    store.conditions.pace = Pace(given.latency, given.connection_rate, given.total_rate)
    server = S3Server(store, host=given.host, port=given.port)
    server.start()
    sys.stdout.write(f"{server.url}\n")
    sys.stdout.flush()
    try:
        server.wait()
    except KeyboardInterrupt:
        server.stop()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m dumont.simulators.s3")
    parser.add_argument("--root", type=Path, required=True, help="the folder; each folder in it is a bucket")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9000)
    parser.add_argument("--bucket", action="append", default=[], help="make it if it is not there")
    parser.add_argument("--region", default="us-east-1")
    parser.add_argument("--access", default="simulated")
    parser.add_argument("--secret", default="simulated-secret")
    parser.add_argument("--open", action="store_true", help="nobody has to sign")
    parser.add_argument("--no-md5", action="store_true", help="an ETag is not the MD5: saves 1.3 CPU-s per GB put")
    parser.add_argument("--checked-up-to", type=int, default=SMALL, help="bytes of a body whose checksums are counted")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--connection-rate", type=float, default=0.0, help="bytes a second on each connection")
    parser.add_argument("--total-rate", type=float, default=0.0, help="bytes a second on all of them")
    return parser


if __name__ == "__main__":
    main()
