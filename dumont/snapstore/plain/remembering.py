"""Where the command line remembers what it restored: for the next restore there, and the first snapshot behind it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping

from dumont.snapstore.witness import beside

FOLDER = os.path.join("dumont", "restored")


def state_of(target: str, env: Mapping[str, str]) -> str | None:
    """A file for this target, in the user's folder of states; None where there can be none outside of the target."""
    states = env.get("XDG_STATE_HOME") or os.path.join(env.get("HOME") or os.path.expanduser("~"), ".local", "state")
    folder, place = os.path.realpath(os.path.join(states, FOLDER)), os.path.realpath(target)
    if os.path.commonpath([place, folder]) == place:
        return None
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
    except OSError:
        return None
    return os.path.join(folder, hashlib.sha256(os.fsencode(place)).hexdigest()[:32])


def witness_of(root: str, env: Mapping[str, str]) -> str | None:
    state = state_of(root, env)
    return beside(state) if state else None
