"""How long a search of the market takes, beside gpuhunt and an indexed SQLite table over the same offers.

gpuhunt's `Catalog.query` gives all items that fit; its page is the twenty cheapest of them. Ours gives a page in any
order, with the number of all that fit. Both must find equally many, or nothing is shown. SQLite, with an index for each
query, is the floor; it knows neither G-score nor effective price, and its count is timed by itself. Times are of one
thread, and of all of gpuhunt's. A shelf keeps the records it was asked for, as gpuhunt keeps its items; what it takes
to make them the first time is a line of its own.
`--million` does it with 1,000,000 offers; `--offers N` with any number.
"""

import argparse
import gc
import os
import random
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from bench import offers
from bench.market_peers import Gpuhunt, Sqlite
from bench.table import memory_megabytes, show
from dumont.market.rules import words
from dumont.market.rules.query import SORTS, Query
from dumont.market.shelf.row import Row
from dumont.market.shelf.shelf import Shelf
from dumont.market.trust import Trust

LIMIT = 20
GOAL_MILLISECONDS = {100_000: 1.0, 1_000_000: 10.0}
GOAL_TIMES = 3.0
BROAD = "vram>=16 price<=5"
QUERIES: Mapping[str, str] = {
    "everything, by price": "",
    "broad: 16 GB, up to 5 $": BROAD,
    "narrow: H100:80GB:8 <30": "H100:80GB:8 <30",
    "one model: 4090 x1 <0.5": "4090 x1 <0.5",
    "nothing: B300 <0.01": "B300 <0.01",
    "with country: 24 GB in DE, SE, FR": "vram>=24 country=[DE,SE,FR] price<=3",
    "eight filters": "vram>=24 price<2 EU cuda>=12.1 inet_down>=200 verified=true gpus<=4 reliability>0.9",
    "with our own scores": f"{BROAD} score>=60",
    "spot": "vram>=24 spot=true",
    "other terms": "price<=5 disk_gb=300 hours=4 sort=effective_price",
}


@dataclass(frozen=True)
class Timed:
    """Milliseconds."""

    cpu: float
    wall: float
    wall_p99: float

    def __str__(self) -> str:
        return f"{self.cpu:.3f}"


def main() -> int:
    count, quick = _arguments()
    before = _memory()
    rows = offers.rows(offers.listed(count))
    given = _memory() - before
    shelf, built = _once(lambda: Shelf.build(rows, offers.marks()))
    taken = _memory() - before - given
    shelf, learned = _once(lambda: shelf.trusted(_trust(rows)))
    delta = offers.changed(rows, 0.05)
    merged, merging = _once(lambda: shelf.merged(delta, offers.marks(revision=2)))
    gpuhunt, sqlite = Gpuhunt(rows), Sqlite(rows)
    worst = _top(shelf, gpuhunt, sqlite, quick=quick)
    times = _everything(shelf, gpuhunt)
    _orders(shelf, quick=quick)
    _making(shelf, rows, {"build": built, "learn of a third": learned, "merge 5 %": merging}, taken)
    _while_merging(shelf, delta)
    assert len(merged) > len(shelf)
    goal = GOAL_MILLISECONDS.get(count)
    reached = (goal is None or worst < goal) and times > GOAL_TIMES
    print(f"Worst p50 of a page: {worst:.3f} ms CPU (goal: {goal}).")
    print(f"All rows: {times:.1f} times as fast as gpuhunt (goal: {GOAL_TIMES}).")
    return 0 if reached else 1


def _top(shelf: Shelf, gpuhunt: Gpuhunt, sqlite: Sqlite, *, quick: int) -> float:
    table, worst = [], 0.0
    for name, text in QUERIES.items():
        query = words.read(text, {"limit": LIMIT})
        total = shelf.find(query, offers.NOW).total
        ours = _timed(lambda query=query: shelf.find(query, offers.NOW), quick)  # type: ignore[misc]
        worst = max(worst, ours.cpu)
        theirs = page = counted = None
        if gpuhunt.can(query):
            _same(name, total, gpuhunt.top(query)[1])
            theirs = _timed(lambda query=query: gpuhunt.top(query), 5)  # type: ignore[misc]
        if sqlite.can(query):
            _same(name, total, sqlite.count(query))
            page = _timed(lambda query=query: sqlite.top(query), 5)  # type: ignore[misc]
            counted = _timed(lambda query=query: sqlite.count(query), 5)  # type: ignore[misc]
        times = f"{theirs.cpu / ours.cpu:,.0f}x" if theirs else "-"
        table.append([name, f"{total:,}", *_cells(ours), theirs or "-", times, page or "-", counted or "-"])
    columns = ("query", "fit", "CPU p50", "wall p50", "wall p99", "gpuhunt CPU", "", "SQLite page", "its count")
    note = f"A dash: it can't be asked that. Load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores."
    show(f"The first {LIMIT} of {len(shelf):,} offers, with the count of all that fit: ms", columns, table, note)
    return worst


def _orders(shelf: Shelf, *, quick: int) -> None:
    table = []
    for sort in SORTS:
        for descending in (False, True):
            query = words.read(BROAD, {"limit": LIMIT, "sort": sort, "descending": descending})
            _, first = _once(lambda query=query: shelf.find(query, offers.NOW))  # type: ignore[misc]
            again = _timed(lambda query=query: shelf.find(query, offers.NOW), quick)  # type: ignore[misc]
            table.append([f"{'-' if descending else ''}{sort}", *_cells(again), f"{first:.1f}"])
    note = "An order that nobody has asked for yet is made first; the next shelf is made with it."
    show(f"The first {LIMIT} of '{BROAD}' in every order: ms", ("order", "CPU p50", "p50", "p99", "first"), table, note)


def _everything(shelf: Shelf, gpuhunt: Gpuhunt) -> float:
    query = words.read(BROAD)
    _, first = _once(lambda: shelf.listings(shelf.find_all(query, offers.NOW)))
    ours = _timed(lambda: shelf.listings(shelf.find_all(query, offers.NOW)), 20)
    theirs = _timed(lambda: gpuhunt.all(query), 5)
    _same("all rows", len(shelf.find_all(query, offers.NOW)), len(gpuhunt.all(query)))
    table = [
        ["ours, records kept from before", *_cells(ours), f"{theirs.cpu / ours.cpu:.1f}x"],
        ["ours, records made for the first time", "-", f"{first:.1f}", "-", f"{theirs.wall / first:.1f}x"],
        ["gpuhunt, which keeps its items", *_cells(theirs), "1"],
    ]
    title = f"All rows of '{BROAD}' in order of price, as Python objects: ms"
    show(title, ("", "CPU p50", "wall p50", "wall p99", "gpuhunt / it"), table)
    return theirs.cpu / ours.cpu


def _making(shelf: Shelf, rows: Sequence[Row], times: Mapping[str, float], taken: float) -> None:
    page = shelf.find(Query(limit=LIMIT), offers.NOW).rows
    shown = _timed(lambda: shelf.offers(page, offers.NOW), 50)
    table = [[f"{name}, all orders that were asked for with it", f"{ms:,.0f} ms"] for name, ms in times.items()]
    table += [
        [f"{LIMIT} offers ready for JSON, all parts of prices and scores", f"{shown.cpu:.2f} ms CPU"],
        ["memory of arrays, orders included", f"{shelf.bytes / 2**20:,.0f} MB"],
        ["memory that building took, texts and ids included", f"{taken:,.0f} MB"],
    ]
    show(f"Making a shelf of {len(rows):,} offers", ("what", ""), table)


def _while_merging(shelf: Shelf, delta: Sequence[Row]) -> None:
    """The old shelf answers while a thread makes the new one; what they share is the interpreter's lock."""
    query = words.read(BROAD, {"limit": LIMIT})
    waits = []
    with ThreadPoolExecutor(1) as thread:
        done = thread.submit(shelf.merged, delta, offers.marks(revision=2))
        while not done.done():
            began = time.perf_counter()
            shelf.find(query, offers.NOW)
            waits.append(1000 * (time.perf_counter() - began))
            time.sleep(0.002)
    table = [[len(waits), f"{_at(waits, 0.5):.2f}", f"{_at(waits, 0.99):.2f}", f"{max(waits):.2f}"]]
    show("Searches of the old shelf while 5 % are merged in a thread: wall ms", ("n", "p50", "p99", "worst"), table)


def _timed(work: Callable[[], object], rounds: int) -> Timed:
    """CPU of all threads of the process."""
    work()
    cpu, wall = [], []
    for _ in range(rounds):
        began, busy = time.perf_counter(), time.process_time()
        work()
        cpu.append(1000 * (time.process_time() - busy))
        wall.append(1000 * (time.perf_counter() - began))
    return Timed(_at(cpu, 0.5), _at(wall, 0.5), _at(wall, 0.99))


def _once(work: Callable[[], Any]) -> tuple[Any, float]:
    began = time.perf_counter()
    made = work()
    return made, 1000 * (time.perf_counter() - began)


def _at(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def _cells(timed: Timed) -> list[str]:
    return [f"{timed.cpu:.3f}", f"{timed.wall:.3f}", f"{timed.wall_p99:.3f}"]


def _same(name: str, ours: int, theirs: int) -> None:
    if ours != theirs:
        raise SystemExit(f"bench: '{name}' fits {ours} offers here and {theirs} there: nothing to compare")


def _memory() -> float:
    gc.collect()
    return memory_megabytes(os.getpid())


def _trust(rows: Sequence[Row]) -> dict[str, Trust]:
    """Of every third machine, something."""
    chance = random.Random(9)
    machines = sorted({f"{row.provider}:{row.machine_id}" for row in rows})[::3]
    return {
        machine: Trust(
            status="good",
            success_rate=round(chance.uniform(0.3, 1), 3),
            total_attempts=chance.randrange(3, 90),
            reliability_score=(score := round(chance.uniform(40, 100), 1)),
            score_low=round(score * 0.9, 1),
            boot_seconds=round(chance.uniform(20, 400), 1),
        )
        for machine in machines
    }


def _arguments() -> tuple[int, int]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--million", action="store_true")
    parser.add_argument("--offers", type=int, default=100_000)
    given = parser.parse_args()
    count = 1_000_000 if given.million else given.offers
    return count, 200 if count <= 200_000 else 40


if __name__ == "__main__":
    sys.exit(main())
