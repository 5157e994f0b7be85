"""Machines with a past: attempts in one word each."""

from collections.abc import Iterable
from typing import get_args

from dumont.basics.machine_key import MachineKey
from dumont.platform.work import Work
from dumont.reliability import attempts
from dumont.reliability.attempts import Attempt, Failed, Succeeded
from dumont.reliability.rules.outcomes import Reason
from dumont.reliability.store.attempts import Recorded

VAST = MachineKey("vast", "12345")


def attempt(word: str, machine: MachineKey = VAST) -> Attempt:
    """`ok` is a deploy that took 40 s; a reason is one that failed for it."""
    if word == "ok":
        return Attempt(machine, "deploy", Succeeded(boot_seconds=40.0))
    reason = next(known for known in get_args(Reason) if known == word)
    return Attempt(machine, "deploy", Failed(reason, f"it was {word}", seconds=12.5))


async def tried(work: Work, words: Iterable[str], machine: MachineKey = VAST) -> Recorded:
    """One after the other; what came of the last."""
    return [await attempts.record(work, attempt(word, machine)) for word in words][-1]
