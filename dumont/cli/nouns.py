"""The table of all words, and a Typer group that reads it: a module is imported only when its word is called."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from dumont.cli.light import lighten

Table = Mapping[str, Mapping[str, tuple[str, str]]]
"""Title of a section -> word -> (`module:app or function`, help in one line)."""


class LazyGroup(TyperGroup):
    """Lists and completes words without importing what stands behind them."""

    table: ClassVar[Table] = {}

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self._places = {word: place for words in self.table.values() for word, (place, _) in words.items()}
        self.commands = {
            word: TyperCommand(word, help=line) for words in self.table.values() for word, (_, line) in words.items()
        }
        self._listing = False

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if self._listing or cmd_name not in self._places:
            return super().get_command(ctx, cmd_name)
        return lighten(load(cmd_name, self._places[cmd_name]))

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        self._listing = True
        try:
            return super().shell_complete(ctx, incomplete)
        finally:
            self._listing = False

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - the group's own signature
        for title, words in self.table.items():
            with formatter.section(title):
                formatter.write_dl([(word, line) for word, (_, line) in words.items()], col_max=16)


def load(word: str, place: str) -> Any:
    """The command behind a word: of a function, of an app with one verb, or of one with several."""
    module, _, name = place.partition(":")
    found = getattr(import_module(module), name)
    holder = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    if not isinstance(found, typer.Typer):
        holder.command(word)(found)
        return get_command(holder)
    if len(found.registered_commands) == 1 and not found.registered_callback and not found.registered_groups:
        found.registered_commands[0].name = word
        holder.registered_commands.append(found.registered_commands[0])
        return get_command(holder)
    holder.add_typer(found, name=word)
    group = get_command(holder)
    return group.commands[word] if isinstance(group, TyperGroup) else group
