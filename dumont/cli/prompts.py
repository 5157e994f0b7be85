"""Asks people for what must not stand in a command line: secrets are typed unseen, or come on standard input."""

import sys

import typer

from dumont.basics.errors import Invalid


def text(given: str | None, name: str, option: str) -> str:
    if given is not None:
        return given
    _needs_terminal(name, f"Give it as {option}.")
    answer: str = typer.prompt(name, err=True)
    return answer.strip()


def secret(name: str, *, from_input: bool, otherwise: str, twice: bool = False) -> str:
    """`otherwise` says how a program gives it, which has no terminal to type at."""
    if from_input:
        return _first_line(name)
    _needs_terminal(name, otherwise)
    answer: str = typer.prompt(name, hide_input=True, confirmation_prompt=twice, err=True)
    return answer


def _first_line(name: str) -> str:
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise Invalid(f"Standard input holds no {name.lower()}.")
    return line


def _needs_terminal(name: str, hint: str) -> None:
    if not sys.stdin.isatty():
        raise Invalid(f"{name} is needed, and nobody is here to be asked.", hint=hint)
