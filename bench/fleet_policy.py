"""Work with a deadline on interruptible machines: what our policy pays on real traces, beside its peers and hindsight.

    python -m bench.fleet_policy [--write]      DUMONT_DATA=... for another folder than ../shared/data

Costs are shares of what the same work costs on demand. Perfect knowledge is the exact optimum of the same job on the
same trace. What the policy takes for usual was chosen on the earlier half of each trace; judged are jobs that lie in
the later half. `--write` makes the report in docs/reports.
"""

import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.spotwork.judged import Figures, Judged, interval, judged
from bench.spotwork.replay import Job
from bench.spotwork.study import Study, as_the_floors, beforehand, places, single
from bench.spotwork.traces import traces
from bench.table import show
from dumont.fleet.rules import availability

ROOT = Path(__file__).parents[1]
REPORT = ROOT / "docs" / "reports" / "recovery-policy.md"
JOBS = (Job(48, 52, 0.05), Job(48, 52, 0.20), Job(48, 70, 0.20))
FLOORS = {
    JOBS[0]: {"greedy": 0.771, "uniform progress": 0.621, "perfect knowledge": 0.578},
    JOBS[1]: {"greedy": 0.805, "uniform progress": 0.739, "perfect knowledge": 0.578},
    JOBS[2]: {"greedy": 0.637, "uniform progress": 0.634, "perfect knowledge": 0.515},
}
"""Those of the data's own README."""


def main() -> int:
    folder = Path(os.environ.get("DUMONT_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / "spot_traces_skypilot").is_dir():
        print(f"bench: skipped, there is no data in {folder}")
        return 0
    found = traces(folder)
    tables = {
        "single": (COLUMNS, _rows(single(found, JOBS))),
        "floors": (FLOOR_COLUMNS, _floors(as_the_floors(found, JOBS))),
        "places": (COLUMNS, _rows(places(found, JOBS))),
        "beforehand": (BEFOREHAND, beforehand(found, JOBS)),
    }
    for name, (columns, rows) in tables.items():
        show(TITLES[name], columns, rows, NOTES.get(name, ""))
    if "--write" in sys.argv[1:]:
        _write(tables)
    return 0


def _rows(study: Study) -> list[list[str]]:
    return [row for job, figures in study.items() for row in _of_job(job, judged(figures))]


def _of_job(job: Job, found: Judged) -> list[list[str]]:
    uniform, perfect = found["uniform progress"], found["perfect knowledge"]
    rows = []
    for name, each in found.items():
        closed = (uniform - each) / (uniform - perfect)
        plain = name in ("uniform progress", "perfect knowledge", "no changeovers (bound)")
        rows.append(
            [
                job.name if name == "greedy" else "",
                name,
                interval(each.costs),
                "" if plain else interval((each - uniform).costs, signed=True),
                "" if plain else interval(closed.costs, percent=True),
                f"{each.met}/{each.jobs}" if each.jobs else "",
            ]
        )
    return rows


def _floors(study: Study) -> list[list[str]]:
    rows = []
    for job, figures in study.items():
        found = judged(figures)
        for name, each in found.items():
            floor = FLOORS[job].get("perfect knowledge" if name.startswith("no changeovers") else name)
            at = f"{floor:.3f}" if floor and name != "perfect knowledge" else ""
            rows.append([job.name if name == "greedy" else "", name, interval(each.costs), at])
    return rows


def _write(tables: Mapping[str, tuple[Sequence[str], Figures]]) -> None:
    words = (Path(__file__).parent / "spotwork" / "report.md").read_text()
    for name, (columns, rows) in tables.items():
        lines = [columns, ["---"] * len(columns), *rows]
        words = words.replace("{" + name + "}", "\n".join(f"| {' | '.join(line)} |" for line in lines))
    load = f"{time.process_time():.0f} CPU seconds, at a load of {os.getloadavg()[1]:.1f} on {os.cpu_count()} cores"
    known = {
        "load": load,
        "usual": f"{availability.USUAL_HOURS:.0f}",
        "half_life": f"{availability.HALF_LIFE_HOURS:.0f}",
    }
    for name, text in known.items():
        words = words.replace("{" + name + "}", text)
    REPORT.write_text(words)


COLUMNS = ("job, changeover", "policy", "cost", "against uniform progress", "of the gap closed", "deadlines met")
FLOOR_COLUMNS = ("job, changeover", "policy", "cost here", "the floors'")
BEFOREHAND = ("job, changeover", "expected", "came to", "within the range", "interruptions expected", "were")
TITLES = {
    "single": "One place, the later halves of 23 traces",
    "floors": "As the floors count: 17 whole traces, changeovers rounded down to ticks",
    "places": "Several places at once, the later halves",
    "beforehand": "What was said before the start (`expected`), and what came",
}
NOTES = {"single": "In brackets 90% of 1,000 resamples of traces and of jobs within them. All on demand is 1."}

if __name__ == "__main__":
    raise SystemExit(main())
