"""Amazon EC2, as the conformance suite must know it."""

from typing import Any

from dumont.providers import errors
from dumont.providers.adapters.aws_calls import NotFound
from dumont.simulators.aws import SECRET, SETUP
from tests.providers.profile import Case, Profile

CREATE = "POST /aws/RunInstances"
LIST = "POST /aws/DescribeInstances"


def refusal(call: str, code: str, status: int = 400) -> list[dict[str, Any]]:
    return [{"fault": "refuse", "call": call, "code": code, "status": status}]


PROFILE = Profile(
    credentials={"access_key_id": SETUP.key, "secret_access_key": SECRET, "regions": "us-east-1"},
    wrong_credentials={"access_key_id": SETUP.key, "secret_access_key": "another-secret-of-nobody"},
    search="POST /aws/DescribeInstanceTypeOfferings",
    create=CREATE,
    listing=LIST,
    destroy="POST /aws/TerminateInstances",
    cases=[
        *(
            Case(name=code, faults=refusal(CREATE, code, status), call="create", raises=raises)
            for code, status, raises in (
                ("InsufficientInstanceCapacity", 500, errors.NoCapacity),
                ("Unsupported", 400, errors.NoCapacity),
                ("SpotMaxPriceTooLow", 400, errors.OfferGone),
                ("MaxSpotInstanceCountExceeded", 400, errors.QuotaReached),
                ("VcpuLimitExceeded", 400, errors.QuotaReached),
                ("UnauthorizedOperation", 403, errors.BadCredentials),
                ("RequestExpired", 400, errors.BadCredentials),
                ("RequestLimitExceeded", 503, errors.RateLimited),
                ("InvalidParameterCombination", 400, errors.Invalid),
                ("IdempotentParameterMismatch", 400, errors.OutcomeUnknown),
                ("InternalError", 500, errors.OutcomeUnknown),
            )
        ),
        Case(
            name="InternalError in a list",
            faults=refusal(LIST, "InternalError", 500),
            call="machines",
            raises=errors.Unavailable,
        ),
        Case(
            name="a young instance is not known yet",
            faults=[{"fault": "not_known_yet", "seconds": 9999}],
            call="machine",
            raises=NotFound,
        ),
        Case(
            name="an end of what is not known",
            faults=refusal("POST /aws/TerminateInstances", "InvalidInstanceID.NotFound"),
            call="destroy",
            raises=NotFound,
        ),
        Case(name="a price that is no number", faults=[{"fault": "bad_row"}], call="search", raises=None),
    ],
)
