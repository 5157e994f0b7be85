"""`dumont doctor`: what is wrong with this installation, and how to mend it."""

import asyncio
import json
from dataclasses import asdict
from typing import Annotated

import typer

MARKS = {"ok": "[green]✓[/]", "warning": "[yellow]![/]", "wrong": "[red]✗[/]"}


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print findings as JSON.")] = False) -> None:
    """Check everything that can be wrong, and say how to mend it. Exit code 1 if something is.

    \b
    Examples:
      dumont doctor
      dumont doctor --json | jq '.[] | select(.state != "ok")'
    """
    from dumont.main.doctor import Finding, examine
    from dumont.platform.settings import load

    async def collect() -> list[Finding]:
        found = []
        async for finding in examine(load()):
            found.append(finding)
            if not as_json:
                _show(finding.state, finding.about, finding.says, finding.mend)
        return found

    findings = asyncio.run(collect())
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], indent=2))
    if any(finding.state == "wrong" for finding in findings):
        raise typer.Exit(1)


def _show(state: str, about: str, says: str, mend: str) -> None:
    from rich.console import Console
    from rich.markup import escape

    console = Console(highlight=False)
    console.print(f"{MARKS[state]} [bold]{about:<11}[/]{escape(says)}", soft_wrap=True)
    if mend:
        console.print(f"  {'':<11}[dim]→ {escape(mend)}[/]", soft_wrap=True)
