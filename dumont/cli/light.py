"""Reads the values of options without pydantic, which Typer would load for the first of them: 0.27 s of CPU.

Texts, numbers, choices, paths, and lists of them are read here; whatever else an option may be is left to Typer.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import typer
from typer.core import TyperArgument, TyperGroup, TyperOption

PATH_RULES = ("exists", "file_okay", "dir_okay", "writable", "readable", "resolve_path")
PATH_FREE = (False, True, True, False, True, False)

TRUE, FALSE = frozenset({"true", "yes", "on", "1"}), frozenset({"false", "no", "off", "0", ""})


def lighten(command: Any) -> Any:
    """Gives each parameter that can be read simply a simple reader; the same command is returned."""
    for parameter in command.get_params(_context(command)):
        if isinstance(parameter, TyperOption | TyperArgument):
            reader = _reader(parameter)
            if reader is not None:
                parameter.get_runtime_param = partial(_same, reader)  # type: ignore[method-assign]
    if isinstance(command, TyperGroup):
        for inner in command.commands.values():
            lighten(inner)
    return command


def _context(command: Any) -> typer.Context:
    """Made only to be asked for the parameters, of which --help is one."""
    return typer.Context(command, **command.context_settings)


class Reader:
    """In the place of Typer's own: it is asked to `coerce` what the command line holds, or a default."""

    def __init__(self, kind: Callable[[Any], Any], info: Any, choices: tuple[Any, ...] | None, *, many: bool) -> None:
        self._kind = kind
        self._wanted = {int: "a whole number", float: "a number"}.get(kind, "yes or no")  # type: ignore[call-overload]
        self._choices = choices
        self._least, self._most = info.min, info.max
        self._many = many

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        if self._many:
            return [self._one(part, param, ctx) for part in value or ()]
        return None if value is None else self._one(value, param, ctx)

    def _one(self, value: Any, param: Any, ctx: Any) -> Any:
        if self._choices is not None:
            if value not in self._choices:
                listed = ", ".join(map(repr, self._choices))
                raise typer.BadParameter(f"{value!r} is not one of {listed}.", ctx=ctx, param=param)
            return value
        try:
            found = self._kind(value)
        except ValueError:
            raise typer.BadParameter(f"{value!r} is not {self._wanted}.", ctx=ctx, param=param) from None
        self._check_range(found, param, ctx)
        return found

    def _check_range(self, found: Any, param: Any, ctx: Any) -> None:
        low = self._least is not None and found < self._least
        if low or (self._most is not None and found > self._most):
            bounds = [f"at least {self._least}" if self._least is not None else ""]
            bounds += [f"at most {self._most}" if self._most is not None else ""]
            raise typer.BadParameter(f"{found} must be {' and '.join(filter(None, bounds))}.", ctx=ctx, param=param)


def _reader(parameter: Any) -> Reader | None:
    """None where Typer does more than we do: flags, files, times, paths with rules, parsers of their own."""
    descriptor = parameter.type_descriptor
    info = descriptor.parameter_info
    many = get_origin(descriptor.annotation) is list
    kind = _without_none(get_args(descriptor.annotation)[0] if many else descriptor.annotation)
    if info.parser is not None or descriptor.is_file or getattr(info, "count", False):
        return None
    choices = descriptor.choices
    if choices is not None:
        texts = all(isinstance(choice, str) for choice in choices) and descriptor.case_sensitive
        return Reader(str, info, choices, many=many) if texts else None
    if kind is Path and tuple(getattr(info, rule) for rule in PATH_RULES) != PATH_FREE:
        return None
    if kind is bool:
        return Reader(_flag, info, None, many=many)
    return Reader(kind, info, None, many=many) if kind in (str, int, float, Path) else None


def _same(reader: Reader) -> Any:
    return reader


def _flag(value: object) -> bool:
    """A flag is True or False already; only a word from elsewhere has to be read."""
    if isinstance(value, str) and value.lower() not in TRUE | FALSE:
        raise ValueError
    return value.lower() in TRUE if isinstance(value, str) else bool(value)


def _without_none(annotation: Any) -> Any:
    if get_origin(annotation) not in (Union, UnionType):
        return annotation
    kinds = [kind for kind in get_args(annotation) if kind is not NoneType]
    return kinds[0] if len(kinds) == 1 else annotation
