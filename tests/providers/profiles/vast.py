"""What the suite needs to know of Vast."""

from dumont.providers.errors import BadCredentials, NoFunds, OfferGone, QuotaReached, RateLimited
from dumont.simulators.vast import SETUP
from tests.providers.profile import Case, Profile

LIST = "GET /vast/api/v1/instances"
CREATE = "PUT /vast/api/v0/asks"
TOO_FREQUENT = (
    "API requests too frequent",
    "API requests too frequent: endpoint threshold=2.0",
    {"detail": "API requests too frequent endpoint threshold=4.5"},
    {"success": False, "error": "too_many_requests", "msg": "API requests too frequent"},
)
GONE = {"success": False, "error": "invalid_args", "msg": "error 404/3603: no_such_ask Instance type by id 1 is not"}


def answers(call: str, status: int, body: object, **headers: str) -> list[dict[str, object]]:
    return [{"fault": "status", "call": call, "status": status, "body": body, "headers": headers}]


PROFILE = Profile(
    credentials={"api_key": SETUP.key},
    search="POST /vast/api/v0/bundles",
    create=CREATE,
    listing=LIST,
    destroy="DELETE /vast/api/v0/instances",
    page=25,
    cases=[
        *(
            Case(name=f"429 of shape {i}", faults=answers(LIST, 429, body), call="machines", raises=RateLimited)
            for i, body in enumerate(TOO_FREQUENT, 1)
        ),
        Case(
            name="the searches of the day are used up",
            faults=answers("POST /vast/api/v0/bundles", 429, {"error": "search_quota_exceeded"}),
            call="search",
            raises=QuotaReached,
        ),
        Case(
            name="a bad key is a 404",
            faults=answers(LIST, 404, {"error": "invalid_request", "msg": "Invalid user key"}),
            call="machines",
            raises=BadCredentials,
        ),
        Case(
            name="an expired session is a 404",
            faults=answers("DELETE /vast/api/v0/instances", 404, {"msg": "Session expired. Please log in again."}),
            call="destroy",
            raises=BadCredentials,
        ),
        *(
            Case(
                name=f"a stale offer is a {status}",
                faults=answers(CREATE, status, GONE),
                call="create",
                raises=OfferGone,
            )
            for status in (400, 404, 410)
        ),
        Case(
            name="no credit",
            faults=answers(CREATE, 400, {"error": "insufficient_credit", "msg": "Your account lacks credit."}),
            call="create",
            raises=NoFunds,
        ),
        Case(name="a false absence", faults=[{"fault": "false_null", "times": 1}], call="machine", raises=None),
        Case(
            name="an end of what is gone",
            faults=answers("DELETE /vast", 404, {"success": False, "error": "no_such_instance", "msg": "not found"}),
            call="destroy",
            raises=None,
        ),
    ],
)
