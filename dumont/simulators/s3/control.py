"""How tests, benches and people steer the store: routes under `/_sim/`, which need no signature."""

import json
from typing import Any

from dumont.simulators.s3.answers import Refused
from dumont.simulators.s3.conditions import Conditions, Pace

PREFIX = "/_sim/"


def steer(conditions: Conditions, method: str, path: str, body: bytes) -> bytes:
    """Answers in JSON: `faults` (GET, PUT, DELETE), `pace` (GET, PUT, DELETE), `counters` (GET, DELETE)."""
    name = path.removeprefix(PREFIX)
    given = json.loads(body) if body and method == "PUT" else None
    match name, method:
        case "faults", "PUT" | "DELETE":
            conditions.order(given or [])
        case "pace", "PUT" | "DELETE":
            conditions.pace = Pace(**(given or {}))
        case "counters", "DELETE":
            conditions.forget()
        case "faults" | "pace" | "counters", "GET":
            pass
        case _:
            raise Refused(404, "NoSuchControl", "Steer faults, pace or counters.")
    return json.dumps(_state(conditions, name)).encode()


def _state(conditions: Conditions, name: str) -> Any:
    match name:
        case "faults":
            return conditions.ordered()
        case "pace":
            return conditions.paced()
        case _:
            return conditions.counted()
