"""RunPod, as the conformance suite must know it."""

from dumont.providers import errors
from tests.providers.profile import Case, Profile

CREATE = "POST /runpod/v2/pods"

PROFILE = Profile(
    credentials={"api_key": "sim-key"},
    search="GET /runpod/v2/catalog/gpus",
    create=CREATE,
    listing="GET /runpod/v2/pods",
    destroy="DELETE /runpod/v2/pods",
    cases=(
        Case(name="an empty account", faults=[{"fault": "no_funds"}], call="create", raises=errors.NoFunds),
        Case(name="a pool for others", faults=[{"fault": "no_access"}], call="create", raises=errors.OfferGone),
        Case(name="a broken rule", faults=[{"fault": "rule"}], call="create", raises=errors.Invalid),
        Case(
            name="a failure after the pod was made",
            faults=[{"fault": "error_after"}],
            call="create",
            raises=errors.OutcomeUnknown,
        ),
        Case(
            name="an error with status 200",
            faults=[{"fault": "graphql_error"}],
            call="balance",
            raises=errors.Unavailable,
        ),
        Case(name="no more GraphQL", faults=[{"fault": "graphql_retired"}], call="balance", raises=errors.Unsupported),
    ),
)
