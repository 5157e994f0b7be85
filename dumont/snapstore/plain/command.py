"""Runs one word of the plain command line, and says in one sentence what went wrong."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Callable, NamedTuple

from dumont.snapstore import surroundings
from dumont.snapstore.errors import BadRequest, Cancelled, SnapError
from dumont.snapstore.native import library
from dumont.snapstore.plain import arguments, facts
from dumont.snapstore.plain.screen import Screen

USAGE = 2
FAILED, CANCELLED, PIPE_CLOSED = 1, 130, 141


class Server(NamedTuple):
    """What a program that is signed in can do at a server; the single file can't."""

    granted: Callable[[argparse.Namespace], Mapping[str, str]]
    """Asks it for a grant, where the environment holds none."""
    read: Callable[[argparse.Namespace, Screen], int]
    """Looks into its book."""


def main(words: Sequence[str] | None = None, program: str = "dumont-snapshots", server: Server | None = None) -> int:
    parser = arguments.parser(program)
    said = parser.parse_args(words)
    if said.verb is None:
        parser.print_help()
        return USAGE
    screen = Screen(as_json=said.json, quiet=said.quiet)
    if said.no_native:
        library.elsewhere[:] = ["it was told to do without, by --no-native"]
    try:
        return _run(said, screen, server)
    except SnapError as error:
        _tell(error, screen)
        return CANCELLED if isinstance(error, Cancelled) else FAILED
    except KeyboardInterrupt:
        screen.aside("Stopped.")
        return CANCELLED
    except BrokenPipeError:
        # Whoever read our answer has gone; nothing can be told any more.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  until the end of the process
        return PIPE_CLOSED


def _run(said: argparse.Namespace, screen: Screen, server: Server | None) -> int:
    from dumont.snapstore.plain.lent import GRANT
    from dumont.snapstore.plain.verbs import VERBS  # behind the switch above: it decides how hashes are made

    env = surroundings.environment()
    at_a_server = bool(getattr(said, "server", ""))
    if at_a_server and said.verb in arguments.READING:
        if server is None:
            raise BadRequest("Nobody is signed in here.", f"Use `dumont snapshots {said.verb} --server`.")
        return server.read(said, screen)
    if server is not None and at_a_server and not env.get(GRANT):
        env = {**env, **server.granted(said)}
    status = VERBS[said.verb](said, screen, env)
    sys.stdout.flush()
    return status


def _tell(error: SnapError, screen: Screen) -> None:
    if screen.as_json:
        screen.line(json.dumps(facts.of_error(error)))
    else:
        screen.aside(f"{error.message}\n{error.hint}".strip())
