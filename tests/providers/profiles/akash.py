"""What the suite needs to know of Akash."""

from decimal import Decimal

from dumont.providers import errors
from dumont.simulators.akash import SETUP
from tests.providers.profile import Case, Profile

CREATE = "POST /akash/v1/deployments"
LEASE = "POST /akash/v1/leases"
MANIFEST = {"error": "BadGatewayError", "message": "manifest version validation failed"}

PROFILE = Profile(
    credentials={"api_key": SETUP.key},
    search="GET /akash/v1/gpu-prices",
    create=CREATE,
    listing="GET /akash/v1/deployments",
    destroy="DELETE /akash/v1/deployments",
    bill_tolerance=Decimal("0.3"),  # an offer has the median of all bids, and each provider asks what it likes
    cases=[
        Case(name="nobody bids", faults=[{"fault": "no_bids"}], call="create", raises=errors.NoCapacity),
        Case(name="only dear bids", faults=[{"fault": "high_bids"}], call="create", raises=errors.NoCapacity),
        Case(
            name="a bid that is lost once", faults=[{"fault": "bid_not_open", "times": 1}], call="create", raises=None
        ),
        Case(
            name="bids that are lost again", faults=[{"fault": "bid_not_open"}], call="create", raises=errors.NoCapacity
        ),
        Case(
            name="a refusal of the chain",
            faults=[{"fault": "chain_refused"}],
            call="create",
            raises=errors.NoFunds,
            created_ids=1,
        ),
        Case(name="an empty wallet", faults=[{"fault": "no_funds"}], call="create", raises=errors.NoFunds),
        Case(name="a refused manifest", faults=[{"fault": "manifest"}], call="create", raises=errors.NoCapacity),
        Case(name="a lost broadcast", faults=[{"fault": "error_after"}], call="create", raises=errors.OutcomeUnknown),
        Case(
            name="a lost answer to the lease",
            faults=[{"fault": "drop_after", "call": LEASE}],
            call="create",
            raises=errors.OutcomeUnknown,
            created_ids=1,
        ),
        Case(
            name="an end that can't be asked for",
            faults=[{"fault": "no_bids"}, {"fault": "drop_before", "call": "DELETE /akash/v1/deployments"}],
            call="create",
            raises=errors.OutcomeUnknown,
            created_ids=1,
        ),
        Case(name="no prices", faults=[{"fault": "null_prices"}], call="search", raises=None),
    ],
)
