"""Lambda, as the conformance suite must know it."""

from dumont.providers import errors
from tests.providers.profile import Case, Profile

PROFILE = Profile(
    credentials={"api_key": "sim-key"},
    search="GET /lambda/instance-types",
    create="POST /lambda/instance-operations/launch",
    listing="GET /lambda/instances",
    destroy="POST /lambda/instance-operations/terminate",
    ending_seconds=120,
    cases=(
        Case(name="a used-up quota", faults=[{"fault": "quota"}], call="create", raises=errors.QuotaReached),
        Case(
            name="a failure after the launch",
            faults=[{"fault": "error_after"}],
            call="create",
            raises=errors.OutcomeUnknown,
        ),
        Case(name="the host of before", faults=[{"fault": "redirect"}], call="machines", raises=errors.Unavailable),
    ),
)
