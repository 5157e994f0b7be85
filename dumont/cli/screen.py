"""Shows what came back: tables for people, JSON for programs, bare ids for pipes."""

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dumont.basics.columns import aligned, plain

if TYPE_CHECKING:
    from rich.console import Console

COLOURS = {
    "succeeded": "green",
    "running": "cyan",
    "failed": "red",
    "cancelled": "yellow",
    "disabled": "red",
    "waiting": "dim",
    "queued": "dim",
}


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    read: Callable[[Any], object]
    right: bool = False


class Screen:
    def __init__(self, *, as_json: bool, quiet: bool, no_color: bool) -> None:
        self.as_json = as_json
        self.quiet = quiet
        self._no_color = no_color
        self.of_several = False
        """Each answer is one of several: programs read them a line at a time."""

    @property
    def for_people(self) -> bool:
        """A terminal, and nobody asked for a form that programs read."""
        return sys.stdout.isatty() and not self.as_json and not self.quiet

    def pages(self, pages: Iterable[Any], columns: Sequence[Column], *, identity: str = "id") -> None:
        """One answer out of all pages, in the form of the API's own."""
        items: list[Any] = []
        cursor: str | None = None
        for page in pages:
            items += page["items"]
            cursor = page.get("next_cursor")
        self.items({"items": items, "next_cursor": cursor}, columns, identity=identity)
        if cursor and not self.as_json and not self.quiet:
            self.say("There are more: --limit or --all.")

    def items(self, answer: Any, columns: Sequence[Column], *, identity: str = "id") -> None:
        if self.as_json:
            self.json(answer)
        elif self.quiet:
            self.lines(str(item[identity]) for item in answer["items"])
        elif not answer["items"]:
            self.say("Nothing here yet.")
        else:
            self._table(columns, answer["items"])

    def one(self, item: Any, columns: Sequence[Column], *, identity: str = "id") -> None:
        """One thing, a line for each of its fields."""
        if self.as_json:
            self.json(item)
        elif self.quiet:
            self.lines([str(item[identity])])
        else:
            width = max(len(column.title) for column in columns)
            for column in columns:
                self._line(f"{column.title:<{width}}  ", text(column.read(item)))

    def json(self, answer: Any) -> None:
        self.lines([json.dumps(answer, indent=None if self.of_several else 2, ensure_ascii=False)])

    def lines(self, lines: Iterable[str]) -> None:
        for line in lines:
            print(line)

    def say(self, line: str) -> None:
        """To people; not part of the answer, hence not on standard output."""
        print(plain(line), file=sys.stderr)

    @cached_property
    def console(self) -> "Console":
        """Rich is loaded only where somebody looks."""
        from rich.console import Console

        return Console(no_color=self._no_color or None, highlight=False, emoji=False)

    def _table(self, columns: Sequence[Column], items: Sequence[Any]) -> None:
        rows = [[text(column.read(item)) for column in columns] for item in items]
        if not sys.stdout.isatty():
            self.lines(aligned([column.title for column in columns], rows, right=[c.right for c in columns]))
            return
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, header_style="bold", pad_edge=False)
        for column in columns:
            table.add_column(column.title, justify="right" if column.right else "left", overflow="fold")
        for row in rows:
            table.add_row(*[Text(cell, style=COLOURS.get(cell, "")) for cell in row])
        self.console.print(table)

    def _line(self, title: str, value: str) -> None:
        if not sys.stdout.isatty():
            self.lines([title + value])
            return
        from rich.text import Text

        self.console.print(Text(title, style="bold").append(value, style=COLOURS.get(value, "not bold")))


def text(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return plain(" ".join(str(part) for part in value)) or "-"
    return plain(str(value)) or "-"


def moment(value: str | None) -> str:
    """`2026-11-21T08:30:12.345678Z` as people read it; always UTC."""
    return f"{value[:19].replace('T', ' ')}Z" if value else "-"
