"""Whether machines that the product ranks first fail less afterwards: on traces of real servers and real spot zones.

    python -m bench.reliability_eval [--write]      DUMONT_DATA=... for another folder than ../shared/data

At each moment every way ranks by what came before it, and is judged by what came after. The fading of evidence was
chosen on the days before `JUDGED_FROM`; what the report says is of the days from there on. `--write` makes the report
and its picture in docs/reports.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench.ranking.drawing import Bar, drawn
from bench.ranking.measures import RESAMPLES, Choice, Measures, choices, measured, resampled
from bench.ranking.methods import ALL_TIME, METHODS, Method, lower_bound
from bench.ranking.panels import Floats, Panel, server_faults, spot_zones
from bench.table import show

ROOT = Path(__file__).parents[1]
REPORT = ROOT / "docs" / "reports" / "reliability-ranking.md"
JUDGED_FROM = 150
AHEAD = (7, 28)
HALF_LIVES = (7, 15, 30, 60, 90, 180)
SPOT = "spot zones, next 6 hours"


class Judged(NamedTuple):
    """Three figures, and as many for each resample."""

    at: Floats
    drawn: Floats


def main() -> int:
    folder = Path(os.environ.get("DUMONT_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / "gpu_node_faults_infinitehbd").is_dir():
        print(f"bench: skipped, there is no data in {folder}")
        return 0
    tuned = _tuned(folder)
    results = {f"servers, next {ahead} days": _servers(server_faults(folder, ahead)) for ahead in AHEAD}
    results["servers that arrive, next 28 days"] = _servers(server_faults(folder, 28).arriving(JUDGED_FROM + 60))
    results[SPOT] = _spot(folder)
    tables = {name: _rows(judged) for name, judged in results.items()}
    show("Chosen by half-life, on the days before the judged ones", TUNED, tuned)
    for name, rows in tables.items():
        show(f"Ranking: {name}", COLUMNS, rows, NOTE)
    if "--write" in sys.argv[1:]:
        _write(tuned, tables, results)
    return 0


def _tuned(folder: Path) -> list[list[str]]:
    rows = []
    for half_life in HALF_LIVES:
        method = partial(lower_bound, window=ALL_TIME, half_life=half_life)
        row = [f"{half_life} days"]
        for ahead in AHEAD:
            panel = server_faults(folder, ahead)
            before = [moment for moment in panel.moments() if moment + ahead <= JUDGED_FROM]
            found = measured(choices(panel, method, before, down_counts=False))
            row += [f"{found.best:.3f}", f"{found.worst:.2f}", f"{found.auc:.3f}"]
        rows.append(row)
    return rows


def _servers(panel: Panel) -> dict[str, Judged]:
    after = [moment for moment in panel.moments() if moment >= JUDGED_FROM]
    return {name: _judged([choices(panel, each, after, down_counts=False)], True) for name, each in METHODS.items()}


def _spot(folder: Path) -> dict[str, Judged]:
    """Each set counts the same; time without the machine is failure."""
    panels = [panel for panel in spot_zones(folder) if len(list(panel.moments())) > 1]
    return {name: _judged([_all(panel, each) for panel in panels], False) for name, each in METHODS.items()}


def _all(panel: Panel, method: Method) -> list[Choice]:
    return choices(panel, method, list(panel.moments()), down_counts=True)


def _judged(found: Sequence[Sequence[Choice]], machines: bool) -> Judged:
    at = np.nanmean([_figures(measured(each)) for each in found], axis=0)
    drawn = [[_figures(one) for one in resampled(each, machines=machines)] for each in found]
    return Judged(at, np.nanmean(np.array(drawn), axis=0))


def _figures(found: Measures) -> tuple[float, float, float]:
    return found.best, found.worst, found.auc


def _rows(judged: Mapping[str, Judged]) -> list[list[str]]:
    ours = next(iter(judged.values()))
    rows = []
    for name, each in judged.items():
        low, high = np.nanquantile(each.drawn, (0.05, 0.95), axis=0)
        row = [name, *[f"{at:.2f} ({a:.2f}-{b:.2f})" for at, a, b in zip(each.at, low, high, strict=True)]]
        rows.append([*row, *["" if each is ours else _difference(ours, each, figure) for figure in (0, 2)]])
    return rows


def _difference(ours: Judged, other: Judged, figure: int) -> str:
    low, high = np.nanquantile(ours.drawn[:, figure] - other.drawn[:, figure], (0.05, 0.95))
    return f"{ours.at[figure] - other.at[figure]:+.3f} ({low:+.3f} to {high:+.3f})"


def _write(
    tuned: Sequence[Sequence[str]],
    tables: Mapping[str, Sequence[Sequence[str]]],
    results: Mapping[str, Mapping[str, Judged]],
) -> None:
    bars = {name: [_bar(each) for each in judged.values()] for name, judged in results.items()}
    title = "Failures of the quarter ranked first, against all machines (1 is chance, less is better)"
    picture = REPORT.with_suffix(".svg")
    picture.write_text(drawn(title, list(METHODS), bars, (0.0, 1.25)))
    words = (Path(__file__).parent / "ranking" / "report.md").read_text()
    filled = {"tuned": _markdown(TUNED, tuned), "picture": f"![{title}]({picture.name})"}
    for place, rows in enumerate(tables.values()):
        filled[f"table{place}"] = _markdown(COLUMNS, rows)
    for name, text in filled.items():
        words = words.replace("{" + name + "}", text)
    REPORT.write_text(words)


def _bar(judged: Judged) -> Bar:
    low, high = np.nanquantile(judged.drawn[:, 0], (0.05, 0.95))
    return Bar(float(judged.at[0]), float(low), float(high))


def _markdown(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


COLUMNS = ("ranked by", "best quarter", "worst tenth", "AUC", "best quarter: product minus it", "AUC: product minus it")
TUNED = ("half-life", *[f"{what}, {ahead} d" for ahead in AHEAD for what in ("best quarter", "worst tenth", "AUC")])
NOTE = f"In brackets 90% of {RESAMPLES} resamples. Below 1 is better in the best quarter, above 1 in the worst tenth."

if __name__ == "__main__":
    raise SystemExit(main())
