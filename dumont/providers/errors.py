"""What can go wrong with a provider, told apart by what the caller must do.

ProviderError
 ├─ NoCapacity      this kind is sold out there: take the next candidate
 ├─ OfferGone       this one offer is taken: search again, or take the next candidate
 ├─ RateLimited     too fast: wait `retry_seconds`
 ├─ BadCredentials  the key is wrong or may not: tell its owner, stop until it changes
 ├─ NoFunds         the account is empty: tell its owner, stop creating
 ├─ QuotaReached    a limit of the account: tell its owner, take another provider
 ├─ MachineGone     a positive answer that this machine is no more: done
 ├─ Invalid         we asked for something that can't be: a fault of ours or of the order, never retry
 ├─ Unavailable     nothing was done, and later it may work: retry with pauses
 └─ OutcomeUnknown  the effect may or may not have happened: look (twice) before doing anything again

An error answer can still have made a machine: `created_ids` names every id that the body held, whatever the status.
"""

from collections.abc import Sequence


class ProviderError(Exception):
    """`message` is for people: it holds no secret and no raw body."""

    code = "provider_error"

    def __init__(self, message: str, *, status: int | None = None, created_ids: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.created_ids = tuple(created_ids)


class NoCapacity(ProviderError):
    code = "no_capacity"


class OfferGone(ProviderError):
    code = "offer_gone"


class RateLimited(ProviderError):
    code = "rate_limited"

    def __init__(self, message: str, *, retry_seconds: float, status: int | None = None) -> None:
        super().__init__(message, status=status)
        self.retry_seconds = retry_seconds


class BadCredentials(ProviderError):
    code = "bad_credentials"


class NoFunds(ProviderError):
    code = "no_funds"


class QuotaReached(ProviderError):
    code = "quota_reached"


class MachineGone(ProviderError):
    code = "machine_gone"


class Invalid(ProviderError):
    code = "invalid"


class Unavailable(ProviderError):
    code = "unavailable"


class OutcomeUnknown(ProviderError):
    code = "outcome_unknown"


class Unsupported(Invalid):
    """The provider has no such thing; `Capabilities.why_not` says so before anyone asks."""

    code = "unsupported"


class ContractBroken(Unavailable):
    """An answer that no longer fits the API as we know it: nothing is destroyed there until a person has looked."""

    code = "contract_broken"


class Frozen(Unavailable):
    """Nothing may be ended at this cloud until an operator has looked: it answered in a form we don't know."""

    code = "provider_frozen"
