"""Plays as many seeds as are asked for: `python -m tests.simulation --seeds 1000`; a failing one is named and kept."""

import argparse
import asyncio
import logging
import os
import sys
import tempfile
import time
from pathlib import Path

import structlog

from dumont.platform.db.embedded import EmbeddedPostgres
from dumont.platform.settings import Settings, load
from tests.conftest import UNSAFE_BUT_FAST, DatabaseMaker
from tests.simulation.lives import BIG, SMALL, drawn, live, told


async def play(maker: DatabaseMaker, settings: Settings, asked: argparse.Namespace) -> int:
    seeds = [asked.seed] if asked.seed is not None else drawn(asked.seeds)
    await maker.make_template()
    began, failed, big = time.monotonic(), 0, " --big" * asked.big
    for number, seed in enumerate(seeds, 1):
        lived = await live(maker.make, settings, seed, BIG if asked.big else SMALL)
        failed += bool(lived.faults)
        rate = number / (time.monotonic() - began)
        sys.stdout.write(
            f"{number}/{len(seeds)} seed {seed}: {lived.hours:.1f} h, {lived.turns} turns, {lived.machines} machines, "
            f"{lived.deaths} deaths, {lived.cuts} cuts; {rate:.2f} seeds/s, {failed} failed\n"
        )
        if lived.faults:
            sys.stdout.write(told(lived, f'make simulate ARGS="--seed {seed}{big}"') + "\n")
        sys.stdout.flush()
    return 1 if failed else 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="make simulate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=os.environ.get("DUMONT_SEED"))
    parser.add_argument("--big", action="store_true", help="a thousand instances in one seed")
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        settings = load({"DUMONT_HOME": folder, "DUMONT_DATABASE_STATEMENT_SECONDS": "10"}).settings
        with EmbeddedPostgres(Path(folder) / "postgres", options=UNSAFE_BUT_FAST) as server:
            return asyncio.run(play(DatabaseMaker(server.url), settings, asked))


if __name__ == "__main__":
    sys.exit(main())
