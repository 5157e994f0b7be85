"""RunPod by its REST API, version 2: pods, sold by type of GPU and data centre, and not by machine.

- An offer is `CLOUD:gpu id:data centre:count`; `*` is for the data centre where the catalogue names none.
- There are no labels. The name is ours, is not unique, and is how a pod is found; the environment carries it as well.
- A pod's own disk is wiped by a stop, so the ordered disk is a volume on the host, at `/workspace`.
- The account's SSH keys are left alone, since writing them replaces them all: `PUBLIC_KEY` does it for one pod.
- The balance is only told by the older GraphQL interface, where an error has HTTP status 200.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any

from dumont.providers import errors, port
from dumont.providers.adapters import runpod_forms as forms
from dumont.providers.http import Answer, Http
from dumont.providers.limits import Every

NO_CAPACITY = re.compile(
    r"no longer any instances|no instances|capacity|could not be placed|(not|no longer|none) available"
    r"|no available|not enough|out of stock|insufficient (gpu|resource|stock)",
    re.IGNORECASE,
)
NOT_ALLOWED = re.compile(r"unauthori|forbidden|access denied|api key|\b40[13]\b", re.IGNORECASE)
UNKNOWN: tuple[type[errors.ProviderError], str] = (errors.ContractBroken, "answered in a form that is not known")
REFUSALS: Mapping[int, tuple[type[errors.ProviderError], str]] = {
    400: (errors.Invalid, "refuses the order"),
    401: (errors.BadCredentials, "does not accept the key"),
    402: (errors.NoFunds, "asks for a higher balance"),
    403: (errors.BadCredentials, "does not allow this with that key"),
    405: (errors.Invalid, "refuses the request"),
    409: (errors.Unavailable, "says that it can't be done now"),
    422: (errors.Invalid, "refuses the order"),
}
BALANCE = "query { myself { clientBalance } }"

CAN = port.Capabilities(
    stop_start=True,
    stopped_costs=True,
    labels=True,
    relabel=True,
    balance=True,
    images=True,
    ssh_gateway=True,
    self_destroy=True,
    why_not={
        "machine_images": "It starts containers, not whole machines.",
        "spot": "RunPod withdrew its spot market in 2026.",
        "idempotent_create": "RunPod knows no idempotency keys, and names need not be unique.",
        "loss_notice_seconds": "RunPod takes machines away without a word before.",
        "logs": "RunPod tells logs only as a stream without an end.",
        "prepaid_hours_min": "RunPod bills by the second.",
        "extends": "RunPod bills by the second: a pod has no end of its own.",
        "physical_machines": "RunPod does not tell which machine a pod stands on.",
    },
)


class RunPod:
    def __init__(self, http: Http, credentials: Mapping[str, str]) -> None:
        self._http = http
        self._key = credentials.get("api_key", "")

    async def search(self) -> port.Catalogue:
        asked = [(cloud, count) for cloud in forms.CLOUDS for count in forms.COUNTS]
        answers = await asyncio.gather(*(self._stock(cloud, count) for cloud, count in asked))
        failed = [answer for answer in answers if isinstance(answer, errors.ProviderError)]
        if len(failed) == len(answers):
            raise failed[0]
        found = forms.Found()
        for (cloud, count), answer in zip(asked, answers, strict=True):
            if not isinstance(answer, errors.ProviderError):
                forms.read_catalogue(answer, cloud, count, found)
        for what, body in found.unread.items():
            self._http.unfit(f"GPU type {what}", body)
        empty = any(not isinstance(answer, errors.ProviderError) and not answer for answer in answers)
        notes = [f"{len(failed)} of {len(asked)} parts of the catalogue did not answer."] if failed else []
        notes += ["A part of the catalogue came back empty."] if empty else []
        return port.Catalogue(
            found.offers,
            complete=not notes,
            skipped=len(found.unread),
            slices=len(found.slices),
            unnamed=len(found.unnamed),
            notes=notes,
        )

    async def create(self, order: port.Order) -> port.Created:
        if order.spot:
            raise errors.Unsupported(CAN.why_not["spot"])
        answer = await self._call("POST", "/v2/pods", effect=True, json=forms.pod_wanted(order), seconds=60)
        if not answer.good:
            raise self._refusal(answer, creating=True)
        ids = forms.ids(answer.data)
        if not ids:
            raise errors.OutcomeUnknown("RunPod took the order, and named no pod.", status=answer.status)
        machine = self._machine_or_none(answer.data)
        price = machine.price_hour if machine else None
        if price is not None and order.max_price_hour is not None and price > order.max_price_hour:
            with suppress(errors.ProviderError):  # the ids go up with the error, and the caller ends it
                await self.destroy(ids[0])
            raise errors.OfferGone(f"RunPod would charge {price} an hour, more than was agreed.", created_ids=ids)
        return port.Created(ids[0], machine, price)

    async def machines(self) -> port.Held:
        answer = await self._call("GET", "/v2/pods")
        pods = answer.data.get("pods") if answer.good and isinstance(answer.data, dict) else None
        if not isinstance(pods, list):
            raise self._refusal(answer)
        read = [self._machine_or_none(pod) for pod in pods if not forms.is_over(pod)]
        return port.Held([machine for machine in read if machine], complete=None not in read)

    async def machine(self, machine_id: str) -> port.Machine:
        pod = await self._pod(machine_id)
        machine = self._machine_or_none(pod)
        if not machine:
            raise errors.ContractBroken("RunPod told of a pod in a form that is not known.")
        return machine

    async def start(self, machine_id: str) -> None:
        pod = await self._act(machine_id, "start", already=("PROVISIONING", "STARTING", "RUNNING"))
        if forms.gpu_count(pod) == 0:
            raise errors.NoCapacity("The pod came back without its GPUs: they were taken while it was stopped.")

    async def stop(self, machine_id: str) -> None:
        await self._act(machine_id, "stop", already=("EXITED",))

    async def destroy(self, machine_id: str) -> None:
        answer = await self._call("DELETE", forms.path(machine_id), effect=True)
        if not answer.good and not forms.is_not_found(answer):
            raise self._refusal(answer)

    async def extend(self, machine_id: str, hours: int) -> None:
        raise errors.Unsupported(CAN.why_not["extends"])

    async def relabel(self, machine_id: str, label: str) -> None:
        answer = await self._call("PATCH", forms.path(machine_id), effect=True, json={"name": label})
        if not answer.good:
            raise self._gone_or_refusal(answer, machine_id)

    async def balance(self) -> Decimal:
        answer = await self._call("POST", "/graphql", json={"query": BALANCE})
        if answer.status in (404, 410):
            raise errors.Unsupported("RunPod has retired the interface that told the balance.", status=answer.status)
        if not answer.good:
            raise self._refusal(answer)
        told = answer.data if isinstance(answer.data, dict) else {}
        if told.get("errors"):
            raise _graphql_error(told["errors"])
        try:
            return Decimal(str(told["data"]["myself"]["clientBalance"]))
        except (KeyError, TypeError, ArithmeticError):
            self._http.unfit("balance", answer.text)
            raise errors.ContractBroken("RunPod told no balance.") from None

    async def logs(self, machine_id: str, *, lines: int = 200) -> str:
        raise errors.Unsupported(CAN.why_not["logs"])

    async def _stock(self, cloud: str, count: int) -> list[Any] | errors.ProviderError:
        """A part of the catalogue, or why there is none: the other parts may still come."""
        asked = {"include": "AVAILABILITY", "product": "POD", "cloud": cloud, "count": count}
        try:
            answer = await self._call("GET", "/v2/catalog/gpus", params=asked)
        except (errors.Unavailable, errors.RateLimited) as error:
            return error
        types = answer.data.get("gpus") if answer.good and isinstance(answer.data, dict) else None
        if isinstance(types, list):
            return types
        refusal = self._refusal(answer)
        if isinstance(refusal, errors.Unavailable):
            return refusal
        raise refusal

    async def _pod(self, machine_id: str) -> Any:
        answer = await self._call("GET", forms.path(machine_id))
        if answer.good and isinstance(answer.data, dict) and not forms.is_over(answer.data):
            return answer.data
        raise self._gone_or_refusal(answer, machine_id)

    async def _act(self, machine_id: str, action: str, *, already: Sequence[str]) -> Any:
        pod = await self._pod(machine_id)
        if pod.get("status") in already:
            return pod
        allowed = pod.get("actions")
        if not isinstance(allowed, list):
            raise self._http.broken("a pod without its actions", forms.without_secrets(pod))
        if action not in allowed:
            raise errors.Invalid(f"The pod is {str(pod.get('status')).lower()}: RunPod allows no {action} now.")
        answer = await self._call("POST", f"{forms.path(machine_id)}/action", effect=True, json={"action": action})
        if not answer.good:
            raise self._gone_or_refusal(answer, machine_id)
        return answer.data

    async def _call(self, method: str, path: str, **how: Any) -> Answer:
        headers = {"Authorization": f"Bearer {self._key}"}
        answer = await self._http.call(method, path, group="calls", headers=headers, **how)
        if left := forms.left(answer.headers.get("ratelimit", "")):
            await self._http.learn(left)
        return answer

    def _machine_or_none(self, pod: Any) -> port.Machine | None:
        try:
            return forms.machine(pod)
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError):
            self._http.unfit("pod", forms.without_secrets(pod))
            return None

    def _gone_or_refusal(self, answer: Answer, machine_id: str) -> errors.ProviderError:
        if forms.is_not_found(answer) or forms.is_over(answer.data):
            return errors.MachineGone(f"RunPod has no pod {machine_id} any more.", status=answer.status)
        return self._refusal(answer)

    def _refusal(self, answer: Answer, *, creating: bool = False) -> errors.ProviderError:
        status, said = answer.status, _said(answer)
        if status >= 500:
            return self._http.doubt(answer, forms.ids(answer.data))
        if not isinstance(answer.data, dict):  # a page of some proxy on the way, which knows nothing of us
            return errors.Unavailable(f"RunPod did not answer itself (HTTP {status}).", status=status)
        kind, words = REFUSALS.get(status, UNKNOWN)
        if status == 400 and NO_CAPACITY.search(said):
            kind, words = errors.NoCapacity, "has none left"
        elif status == 403 and creating:
            kind, words = errors.OfferGone, "does not let this account rent there"
        elif status == 404 and creating:
            kind, words = errors.Invalid, "misses something that the order names"
        if kind is errors.ContractBroken:
            self._http.unfit(f"HTTP {status}", answer.text)
        return kind(f"RunPod {words}: {said}", status=status)


def _said(answer: Answer) -> str:
    body = answer.data if isinstance(answer.data, dict) else {}
    parts = [str(body.get("detail") or body.get("title") or f"HTTP {answer.status}")]
    parts += [str(each) for each in body.get("errors") or ()]
    return "; ".join(parts)[:300]


def _graphql_error(told: Any) -> errors.ProviderError:
    said = str(told[0].get("message", "")) if isinstance(told, list) and isinstance(told[0], dict) else ""
    if NOT_ALLOWED.search(said):
        return errors.BadCredentials("RunPod does not let this key see the balance.")
    return errors.Unavailable("RunPod could not tell the balance.")


KIND = port.Kind(
    name="runpod",
    title="RunPod",
    url="https://api.runpod.io",
    can=CAN,
    make=RunPod,
    credentials=(port.CredentialField("api_key", "API key", hint="begins with rpa_"),),
    where="RunPod console, Settings, API keys: a key that may read and write pods.",
    site="https://www.runpod.io",
    sync_seconds=60,
    limits=(Every("calls", 1.0, burst=16),),
)
