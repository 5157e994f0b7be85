"""Google Compute Engine, as the conformance suite must know it."""

from typing import Any

from dumont.providers import errors
from dumont.simulators.gcp import SETUP, credentials
from dumont.simulators.world import World
from tests.providers.profile import Case, Profile

PROJECT = "/gcp/compute/v1/projects/simulated"
INSERT = f"POST {PROJECT}/zones/"
LIST = f"GET {PROJECT}/aggregated/instances"


def refusal(call: str, status: int, reason: str) -> list[dict[str, Any]]:
    return [{"fault": "refuse", "call": call, "status": status, "reason": reason}]


def failing(code: str, status: int = 503) -> list[dict[str, Any]]:
    return [{"fault": "op_error", "code": code, "status": status}]


PROFILE = Profile(
    credentials=credentials(World(SETUP), ""),
    search=f"GET {PROJECT}/aggregated/machineTypes",
    create=INSERT,
    listing=LIST,
    destroy=f"DELETE {PROJECT}/zones/",
    cases=[
        *(
            Case(name=f"an operation with {code}", faults=failing(code, status), call="create", raises=raises)
            for code, status, raises in (
                ("ZONE_RESOURCE_POOL_EXHAUSTED", 503, errors.NoCapacity),
                ("ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS", 503, errors.NoCapacity),
                ("UNSUPPORTED_OPERATION", 400, errors.NoCapacity),
                ("VM_MIN_COUNT_NOT_REACHED", 400, errors.NoCapacity),
                ("QUOTA_EXCEEDED", 403, errors.QuotaReached),
                ("type.googleapis.com/google.rpc.QuotaFailure", 403, errors.QuotaReached),
                ("RESOURCE_OPERATION_RATE_EXCEEDED", 429, errors.RateLimited),
                ("INVALID_USAGE", 400, errors.Invalid),
            )
        ),
        *(
            Case(name=f"{status} {reason}", faults=refusal(INSERT, status, reason), call="create", raises=raises)
            for status, reason, raises in (
                (403, "quotaExceeded", errors.QuotaReached),
                (403, "rateLimitExceeded", errors.RateLimited),
                (403, "forbidden", errors.BadCredentials),
                (400, "invalid", errors.Invalid),
                (503, "backendError", errors.OutcomeUnknown),
            )
        ),
        Case(name="a stale token", faults=[{"fault": "expired", "times": 1}], call="machines", raises=None),
        Case(name="no good token", faults=[{"fault": "expired"}], call="machines", raises=errors.BadCredentials),
        Case(name="a start without stock", faults=failing("STOCKOUT"), call="start", raises=errors.NoCapacity),
    ],
)
