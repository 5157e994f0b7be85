"""Proves that a key and its adapter work at a cloud, without renting anything: offers, machines, balance.

What comes of it is told in rows for people: what was tried, how long it took, what is wrong and what to do about it.
"""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from dumont.providers import errors
from dumont.providers.opening import Clouds, Opened
from dumont.providers.port import Catalogue, Held, Kind
from dumont.providers.recording import Fixture
from dumont.providers.registry import kind as kind_of

State = Literal["ok", "warning", "failed", "unsupported", "skipped"]

WHAT_TO_DO: Mapping[type[errors.ProviderError], str] = {
    errors.RateLimited: "Wait so long, then try again; something else may be using the same account.",
    errors.NoFunds: "Add money to the account.",
    errors.QuotaReached: "Ask the cloud for a higher quota, or wait until it begins anew.",
    errors.ContractBroken: "The cloud has changed its answers: keep them with --record, and look for a newer version.",
    errors.OutcomeUnknown: "Look at the cloud's own console, then try again.",
    errors.Unavailable: "See whether the cloud has trouble, and whether this server reaches it; then try again.",
}


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    state: State
    seconds: float
    found: str
    """In words: what came, or what is wrong."""
    to_do: str | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    provider: str
    steps: Sequence[Step]
    fixtures: Sequence[Fixture] = ()

    @property
    def good(self) -> bool:
        return all(step.state != "failed" for step in self.steps)


async def prove(clouds: Clouds, name: str, credentials: Mapping[str, str], *, record: bool = False) -> Proof:
    """Nothing is changed at the cloud. With `record`, every answer comes along, without secrets."""
    kind = kind_of(name)
    began = time.monotonic()
    try:
        opened = clouds.open(name, credentials, keep=record)
    except errors.ProviderError as error:
        return Proof(name, [_failed("key", error, kind, began)])
    steps = [_given(kind, credentials, began)]
    for step, call, tell in _calls(opened):
        done = await _tried(step, call, tell, kind)
        steps.append(done)
        if done.state == "failed" and done.to_do == _key_advice(kind):
            break  # the rest would fail in the same way, and too many wrong keys lock an account
    return Proof(name, steps, opened.recording.fixtures())


_Call = tuple[str, Callable[[], Awaitable[Any]], Callable[[Any], tuple[State, str]]]


def _calls(opened: Opened) -> list[_Call]:
    adapter = opened.adapter
    return [
        ("offers", adapter.search, _offers),
        ("machines", adapter.machines, _machines),
        ("balance", adapter.balance, _balance),
    ]


async def _tried(
    name: str, call: Callable[[], Awaitable[Any]], tell: Callable[[Any], tuple[State, str]], kind: Kind
) -> Step:
    began = time.monotonic()
    try:
        state, found = tell(await call())
    except errors.Unsupported as error:
        return Step(name, "unsupported", _since(began), error.message)
    except errors.ProviderError as error:
        return _failed(name, error, kind, began)
    return Step(name, state, _since(began), found)


def _given(kind: Kind, credentials: Mapping[str, str], began: float) -> Step:
    names = [field.title for field in kind.credentials if credentials.get(field.name)]
    found = f"given: {', '.join(names)}" if names else "none needed" if not kind.credentials else "none given"
    return Step("key", "ok" if names or not kind.credentials else "skipped", _since(began), found)


def _offers(found: Catalogue) -> tuple[State, str]:
    gpus = len({offer.gpu_name for offer in found.offers if offer.gpu_name})
    words = [f"{len(found.offers)} offers of {gpus} GPU models"]
    words += [f"{found.skipped} could not be read"] if found.skipped else []
    words += [f"{found.unnamed} of GPUs that are not in our table"] if found.unnamed else []
    words += [] if found.complete else ["not all of them"]
    words += found.notes
    return ("ok" if found.complete and not found.skipped else "warning"), "; ".join(words)


def _machines(held: Held) -> tuple[State, str]:
    running = sum(machine.state == "running" for machine in held.machines)
    words = f"{len(held.machines)} machines, {running} running"
    return ("ok", words) if held.complete else ("warning", f"{words}; not all of them")


def _balance(balance: Decimal) -> tuple[State, str]:
    if balance <= 0:
        return "warning", f"${balance:.2f}: nothing can be rented"
    return "ok", f"${balance:.2f}"


def _failed(name: str, error: errors.ProviderError, kind: Kind, began: float) -> Step:
    advice = _key_advice(kind) if isinstance(error, errors.BadCredentials) else _advice(error)
    return Step(name, "failed", _since(began), error.message, advice)


def _advice(error: errors.ProviderError) -> str | None:
    return next((advice for kind, advice in WHAT_TO_DO.items() if isinstance(error, kind)), None)


def _key_advice(kind: Kind) -> str:
    where = f" ({kind.where})" if kind.where else ""
    hints = [field.hint for field in kind.credentials if field.hint]
    return " ".join([f"Make a key{where}, and store it with `dumont provider-keys set {kind.name}`.", *hints])


def _since(began: float) -> float:
    return round(time.monotonic() - began, 3)
