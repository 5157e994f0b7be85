"""What the suite needs to know of io.net."""

from dumont.providers import errors
from dumont.simulators.ionet import PREFIX, SETUP
from tests.providers.profile import Case, Profile

CREATE = f"POST /ionet{PREFIX}/deploy"
HOURS = 6

PROFILE = Profile(
    credentials={"api_key": SETUP.key},
    search=f"GET /ionet{PREFIX}/hardware",
    create=CREATE,
    listing=f"GET /ionet{PREFIX}/deployments",
    destroy=f"DELETE /ionet{PREFIX}/deployment",
    hours=HOURS,
    bill=lambda offer, _seconds: (offer.price_hour or 0) * HOURS,  # all at once, before anything runs
    cases=[
        Case(name="a price that has risen", faults=[{"fault": "dearer"}], call="create", raises=errors.OfferGone),
        Case(name="no replica left", faults=[{"fault": "sold_out"}], call="create", raises=errors.NoCapacity),
        Case(name="too little credit", faults=[{"fault": "no_funds"}], call="create", raises=errors.NoFunds),
        Case(
            name="a failure after the order",
            faults=[{"fault": "error_after"}],
            call="create",
            raises=errors.OutcomeUnknown,
        ),
        Case(
            name="an answer without a number",
            faults=[{"fault": "nameless"}],
            call="create",
            raises=errors.OutcomeUnknown,
        ),
        Case(
            name="a part of the search that fails",
            faults=[{"fault": "status", "call": f"GET /ionet{PREFIX}/price", "times": 1}],
            call="search",
            raises=None,
        ),
    ],
)
