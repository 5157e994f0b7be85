"""Plays as many seeds as are asked for: `python -m tests.simulation --seeds 1000`; a failing one is named and kept."""

import argparse
import asyncio
import gc
import logging
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

import structlog
import uvloop

from dumont.platform.db.embedded import EmbeddedPostgres
from dumont.platform.settings import Settings, load
from tests.conftest import UNSAFE_BUT_FAST, DatabaseMaker
from tests.simulation import happened
from tests.simulation.lives import PLANS, Ground, Lived, drawn, live, told

SELDOM, ENOUGH = 5, 200
"""Kinds of trouble that came less often in so many seeds are told."""
WHOLE = ("varied", "mite")
"""Plans in which every kind of trouble may come."""


async def play(maker: DatabaseMaker, settings: Settings, asked: argparse.Namespace) -> int:
    seeds = [asked.seed] if asked.seed is not None else drawn(asked.seeds, asked.first)
    await maker.make_template()
    gc.collect()
    gc.freeze()
    gc.disable()  # a seed is thrown away whole, when it is over
    failed = seconds = 0.0
    counts: Counter[str] = Counter()
    async with Ground.made(maker.make, settings) as ground:
        for number, seed in enumerate(seeds, 1):
            lived = await live(ground, seed, PLANS[asked.plan])
            gc.collect()
            failed += bool(lived.faults)
            seconds += lived.seconds
            counts.update(lived.happened)
            sys.stdout.write(
                f"{number}/{len(seeds)} {_said(lived)}; {seconds / number:.1f} s each, {failed:g} failed\n"
            )
            if lived.faults:
                sys.stdout.write(told(lived, f'make simulate ARGS="--plan {asked.plan} --seed {seed}"') + "\n")
            sys.stdout.flush()
    sys.stdout.write(f"In all: {happened.told(counts)}\n")
    seldom = happened.missing(counts, SELDOM) if asked.plan in WHOLE and len(seeds) >= ENOUGH else []
    if seldom:
        sys.stdout.write(f"Of these there were less than {SELDOM}, so little is proved of them: {', '.join(seldom)}\n")
    return 1 if failed else 0


def _said(lived: Lived) -> str:
    return (
        f"seed {lived.seed}: {lived.hours:.1f} h, {lived.instances} instances, {lived.machines} machines, "
        f"{lived.turns} turns, {lived.deaths} deaths, {lived.cuts} cuts, {lived.meetings} meetings"
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="make simulate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, help="they follow from here, instead of being drawn")
    parser.add_argument("--seed", type=int, default=os.environ.get("DUMONT_SEED"))
    parser.add_argument(
        "--plan",
        choices=PLANS,
        default="tiny",
        help="`tiny` and `mite` are what CI plays some of, `varied` has deadlines and more; "
        "`brief` and `small` are calmer, `month` and `long` are as long, `big` has 1,300 "
        "instances",
    )
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        settings = load({"DUMONT_HOME": folder, "DUMONT_DATABASE_STATEMENT_SECONDS": "10"}).settings
        server = EmbeddedPostgres(Path(folder) / "postgres", options=UNSAFE_BUT_FAST)
        with server, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(play(DatabaseMaker(server.url), settings, asked))


if __name__ == "__main__":
    sys.exit(main())
