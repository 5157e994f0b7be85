"""Runs one word of the plain command line, and says in one sentence what went wrong."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence

from dumont.snapstore import surroundings
from dumont.snapstore.errors import Cancelled, SnapError
from dumont.snapstore.native import library
from dumont.snapstore.plain import arguments, facts
from dumont.snapstore.plain.screen import Screen

FAILED, CANCELLED, PIPE_CLOSED = 1, 130, 141


def main(
    words: Sequence[str] | None = None,
    program: str = "dumont-snapshots",
    granted: Callable[[argparse.Namespace], Mapping[str, str]] | None = None,
) -> int:
    """`granted` asks the server for a grant where the environment holds none."""
    said = arguments.parser(program).parse_args(words)
    screen = Screen(as_json=said.json, quiet=said.quiet)
    if said.no_native:
        library.elsewhere[:] = [None]
    try:
        return _run(said, screen, granted)
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


def _run(
    said: argparse.Namespace, screen: Screen, granted: Callable[[argparse.Namespace], Mapping[str, str]] | None
) -> int:
    from dumont.snapstore.plain.lent import GRANT
    from dumont.snapstore.plain.verbs import VERBS  # behind the switch above: it decides how hashes are made

    env = surroundings.environment()
    under_a_server = bool(getattr(said, "server", ""))
    if granted is not None and under_a_server and not env.get(GRANT):
        env = {**env, **granted(said)}
    status = VERBS[said.verb](said, screen, env)
    sys.stdout.flush()
    return status


def _tell(error: SnapError, screen: Screen) -> None:
    if screen.as_json:
        screen.line(json.dumps(facts.of_error(error)))
    else:
        screen.aside(f"{error.message}\n{error.hint}".strip())
