"""Where every error of every word ends: a sentence on standard error, an exit code, and no traceback."""

import os
import sys
from collections.abc import Callable
from typing import Any

from dumont.basics.columns import plain
from dumont.basics.errors import Failure
from dumont.cli.failing import FAILED, INTERRUPTED, exit_code, shown

NAMED = 2
"""Words of `ssh NAME`; the next is the command's."""
MISTAKE = "This is a mistake of ours: {kind}. Run it again with --debug to see where."


def guarded(command: Callable[[], Any], arguments: list[str]) -> int:
    """Runs the command and returns its exit code."""
    try:
        return _run(command, arguments)
    except BrokenPipeError:
        return _without_readers()
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        if "--debug" in _ours(arguments):
            raise
        failure = error if isinstance(error, Failure) else _mistake(error)
        for line in shown(failure, as_json="--json" in _ours(arguments)):
            print(plain(line), file=sys.stderr)
        return exit_code(failure)


def _run(command: Callable[[], Any], arguments: list[str]) -> int:
    """Flushes before Python does, which would complain on its own about a pipe that nobody reads."""
    try:
        command().main(arguments, prog_name="dumont")
    except SystemExit as ended:
        sys.stdout.flush()
        return ended.code if isinstance(ended.code, int) else FAILED if ended.code else 0
    sys.stdout.flush()
    return 0


def _ours(arguments: list[str]) -> list[str]:
    """Without the command that is to run on a machine, which may have a --debug of its own: behind `--`, and with `ssh`
    behind NAME."""
    ours = arguments[: arguments.index("--")] if "--" in arguments else arguments
    words = [at for at, word in enumerate(ours) if not word.startswith("-") and ours[max(0, at - 1)] != "--server"]
    runs_there = len(words) > NAMED and ours[words[0]] == "ssh"
    return ours[: words[NAMED]] if runs_there else ours


def _mistake(error: Exception) -> Failure:
    named = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return Failure(MISTAKE.format(kind=named), code="our_mistake")


def _without_readers() -> int:
    """Whoever read our output has gone, as `head` does: what is left to say goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return FAILED
