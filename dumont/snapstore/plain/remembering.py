"""Where the command line remembers what it restored: for the next restore there, and the first snapshot behind it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping

from dumont.snapstore.witness import beside

FOLDER = os.path.join("dumont", "restored")


def state_of(target: str, env: Mapping[str, str]) -> str | None:
    """A file for this target, in the user's folder of states; None where there can be none outside of the target."""
    state, inside = _place(target, env), os.path.realpath(target)
    if os.path.commonpath([inside, os.path.realpath(state)]) == inside:
        return None
    try:
        os.makedirs(os.path.dirname(state), mode=0o700, exist_ok=True)
    except OSError:
        return None
    return state


def witness_of(root: str, env: Mapping[str, str]) -> str:
    """What the last restore there saw; often there is no such file."""
    return beside(_place(root, env))


def _place(target: str, env: Mapping[str, str]) -> str:
    states = env.get("XDG_STATE_HOME") or os.path.join(env.get("HOME") or os.path.expanduser("~"), ".local", "state")
    name = hashlib.sha256(os.fsencode(os.path.realpath(target))).hexdigest()[:32]
    return os.path.join(states, FOLDER, name)
