"""`dumont config`: the settings as this machine sees them, and where each one comes from."""

import dataclasses
import json as json_format
import shutil
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from dumont.basics.columns import aligned, plain

if TYPE_CHECKING:
    from dumont.platform.listed_settings import Row

app = typer.Typer(help="The settings of this server, and where each comes from.", no_args_is_help=True)
EXAMPLES = """\b
Examples:
  dumont config show
  dumont config show --set       # those that are not left at their default
  dumont config show --json
"""


@app.callback()
def _noun() -> None:
    """The settings of this server, and where each comes from."""


@app.command("show", epilog=EXAMPLES)
def show(
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    only_set: Annotated[bool, typer.Option("--set", help="Leave out what is at its default.")] = False,
) -> None:
    """List the settings of this server: value, source, the name in the environment. Secrets are never shown."""
    from dumont.platform.listed_settings import rows
    from dumont.platform.settings import load

    loaded = load()
    for sentence in loaded.unknown:
        print(f"Warning: {sentence}", file=sys.stderr)
    found = [row for row in rows(loaded) if not only_set or row.source != "default"]
    if json:
        print(json_format.dumps({"items": [dataclasses.asdict(row) for row in found]}, indent=2, ensure_ascii=False))
        return
    print(f"File: {loaded.toml_path or 'none; dumont.toml here or in the home folder would be read'}\n")
    print("\n".join(_table(found)))


def _table(found: "list[Row]") -> list[str]:
    """In a pipe all columns; at a terminal those that it has room for."""
    titles = ("setting", "value", "source", "environment", "what it is for")
    lines: list[str] = []
    for count in range(len(titles), 2, -1):
        lines = aligned(titles[:count], [_cells(row)[:count] for row in found])
        if not sys.stdout.isatty() or max(map(len, lines)) <= shutil.get_terminal_size().columns:
            break
    return lines


def _cells(row: "Row") -> tuple[str, ...]:
    return row.name, plain(row.value) or "-", row.source, " ".join(row.env), row.description
