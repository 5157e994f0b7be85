"""How much CPU the command line takes to start, beside Python itself and the library it is made with."""

import os
import resource
import subprocess
import sys

from bench.table import median, show

LIMIT_SECONDS = 0.3
RUNS = 9
AWAY = {"DUMONT_SERVER": "http://127.0.0.1:9"}
"""Nothing listens there: what is measured is our side of a call."""
PEERS = {"python -c pass": ["-c", "pass"], "python -c 'import typer'": ["-c", "import typer"]}
VERBS = ("--help", "jobs --help", "jobs ls --help", "up --help", "completion bash", "jobs retry JOB --curl")
CALLS = ("jobs ls", "version --json")


def main() -> int:
    starts = {f"dumont {verb}": _seconds(["-m", "dumont", *verb.split()]) for verb in VERBS}
    calls = {f"dumont {call}": _seconds(["-m", "dumont", *call.split()]) for call in CALLS}
    peers = {name: _seconds(arguments) for name, arguments in PEERS.items()}
    worst = max(starts.values())
    rows = [
        (name, f"{seconds:.3f}", f"{seconds / LIMIT_SECONDS:.0%}") for name, seconds in (peers | starts | calls).items()
    ]
    note = f"The last {len(CALLS)} are whole calls, to a server that does not answer. Worst start: {worst:.3f} s."
    show(
        f"CPU seconds of a command (median of {RUNS})",
        ["command", "s", f"of the limit of {LIMIT_SECONDS} s"],
        rows,
        note,
    )
    return 0 if worst < LIMIT_SECONDS else 1


def _seconds(arguments: list[str]) -> float:
    return median([_once(arguments) for _ in range(RUNS)])


def _once(arguments: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], env={**os.environ, **AWAY}, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    sys.exit(main())
