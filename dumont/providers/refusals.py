"""What a cloud's refusal means where its status alone says it, and its API keeps to the usual meanings of HTTP."""

from collections.abc import Iterable, Mapping, Sequence

from dumont.providers import errors
from dumont.providers.http import Answer

Refusals = Mapping[int, tuple[type[errors.ProviderError], str]]

USUAL: Refusals = {
    400: (errors.Invalid, "refuses the order"),
    401: (errors.BadCredentials, "does not accept the key"),
    403: (errors.BadCredentials, "does not allow this with that key"),
    404: (errors.MachineGone, "does not know this deployment"),
    409: (errors.Unavailable, "says that it can't be done now"),
    422: (errors.Invalid, "refuses the order"),
}


def refused(
    who: str, known: Refusals, answer: Answer, *, effect: bool = False, ids: Sequence[str] = ()
) -> errors.ProviderError:
    if answer.status >= 500:
        kind: type[errors.ProviderError] = errors.OutcomeUnknown if effect else errors.Unavailable
        return kind(f"{who} did not do it (HTTP {answer.status}).", status=answer.status, created_ids=ids)
    unknown = (errors.ContractBroken, "answers in a form that is not known")
    kind, what = known.get(answer.status, unknown)
    return kind(f"{who} {what}.", status=answer.status, created_ids=ids)


def says(text: str, words: Iterable[str]) -> bool:
    return any(word in text.lower() for word in words)
