"""Everything that reliability knows of the machine behind an offer; an offer is worth showing without it, too."""

from typing import Any

from pydantic import BaseModel

from dumont.basics.errors import Unavailable
from dumont.basics.machine_key import MachineKey, NotAMachine
from dumont.platform.work import Work
from dumont.reliability import machines, scores
from dumont.reliability.machines import UnknownMachine
from dumont.reliability.memory import ScoreMemory
from dumont.reliability.schemas import history as history_schema
from dumont.reliability.schemas import scores as scores_schema
from dumont.reliability.schemas.history import MachineAttempt

ATTEMPTS = 10
AWAY = "The database does not answer: what is known of this machine can't be read in full."
NOTHING: dict[str, Any] = {"history": None, "score": None, "attempts": [], "days": []}


async def of(work: Work, memory: ScoreMemory, provider: str, machine_id: str) -> dict[str, Any]:
    """Of one that nothing was ever tried with, nothing; that is no failure."""
    try:
        return {"available": True, "note": None, **await _read(work, memory, MachineKey(provider, machine_id))}
    except (UnknownMachine, NotAMachine):
        return {"available": True, "note": None, **NOTHING}
    except (Unavailable, OSError):
        return {"available": False, "note": AWAY, **NOTHING}


async def _read(work: Work, memory: ScoreMemory, machine: MachineKey) -> dict[str, Any]:
    past = history_schema.shown(await machines.without_offers(work, machine), work.now)
    attempts = await machines.attempts(work, machine, None, ATTEMPTS)
    score = scores_schema.shown(await scores.one(work, memory, str(machine)), work.now)
    days = scores_schema.days_shown(*await scores.history(work, str(machine))).days
    return {
        "history": _plain(past),
        "score": _plain(score),
        "attempts": [_plain(MachineAttempt.model_validate(attempt)) for attempt in attempts.items],
        "days": [_plain(day) for day in days],
    }


def _plain(shown: BaseModel) -> dict[str, Any]:
    return shown.model_dump(mode="json")
