"""Akash by the console's API with a managed wallet: an auction, in which providers bid for a container.

- An offer is `vendor/model/memory/interface@provider`. The price is the median of real bids for one such GPU, on the
  whole market: what this provider asks is only known once it bids, and the order's ceiling holds it. Several GPUs at
  once have no price in the list, and are not offered.
- `create` is four steps: a deployment, its bids, the lease, the manifest. What fails before the lease is closed again,
  so that no deposit stays behind; if that is in doubt, the error names the deployment.
- There are no labels. A deployment's number is the moment of its creation in milliseconds: after a lost answer, what
  is younger than the order and known to nobody is ours, if this wallet is used for nothing else.
- A deployment lives off its deposit. `extend` adds to it, where the console does not refill it by itself.
"""

import time
from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from dumont.providers import errors, port
from dumont.providers.adapters import akash_forms as forms
from dumont.providers.adapters import akash_offers
from dumont.providers.http import Answer, Http
from dumont.providers.limits import Every
from dumont.providers.refusals import USUAL, refused, says

DEPOSIT_MIN, DEPOSIT_HOURS = Decimal(5), 12
LOOKS, BID_SECONDS_MAX = 30, 120
"""For bids, one in two seconds, shared by all orders of the account; providers take 2 to 20 seconds."""
PAGE = 100
SHORT = ("insufficient", "not enough")
NOT_OPEN = ("bid not open", "order not open")
_refusal = partial(refused, "Akash", {**USUAL, 402: (errors.NoFunds, "asks for a higher balance")})

CAN = port.Capabilities(
    balance=True,
    images=True,
    extends=True,
    why_not={
        "machine_images": "It starts containers, not whole machines.",
        "spot": "Akash has one market; a provider may end any lease, and says so only where notice was asked for.",
        "stop_start": "A lease is only ended, and its disk goes with it.",
        "labels": "A deployment has a number and no name; its environment carries the label, and no list shows it.",
        "relabel": "A deployment has a number and no name.",
        "idempotent_create": "The number of a deployment is chosen by the console.",
        "loss_notice_seconds": "A provider closes a lease without a word, unless the order asked for notice.",
        "logs": "Logs are kept by each provider behind a token of its own, not by the console.",
        "prepaid_hours_min": "Akash charges by the block, about six seconds.",
        "physical_machines": "An offer names the provider, which may have many machines.",
        "self_destroy": "There is no key that can only end one deployment.",
    },
)


class Akash:
    def __init__(self, http: Http, credentials: Mapping[str, str]) -> None:
        self._http = http
        self._key = credentials.get("api_key", "")

    async def search(self) -> port.Catalogue:
        prices = await self._read("/v1/gpu-prices")
        providers = await self._read("/v1/providers", params={"scope": "all"})
        models = prices.get("models") if isinstance(prices, dict) else None
        if not isinstance(models, list) or not isinstance(providers, list):
            raise errors.ContractBroken("Akash told its prices in a form that is not known.")
        found = akash_offers.offers(models, providers)
        for what, told in found.unread:
            self._http.unfit(what, told)
        notes = ["The price list or the list of providers came back empty."] if not models or not providers else []
        unpriced = [f"Nobody has bid on {len(found.unpriced)} models of late: they have no price."]
        return port.Catalogue(
            list(found.offers.values()),
            complete=not notes,
            skipped=len(found.unread),
            slices=len(found.slices),
            unnamed=len(found.unnamed),
            notes=notes + (unpriced if found.unpriced else []),
        )

    async def create(self, order: port.Order) -> port.Created:
        if order.spot:
            raise errors.Unsupported(CAN.why_not["spot"])
        ceiling = forms.ceiling(order)
        dseq, manifest = await self._deploy(order, ceiling)
        try:
            hour = await self._lease(dseq, manifest, order.offer.machine_id, ceiling)
        except errors.OutcomeUnknown as doubt:
            raise errors.OutcomeUnknown(doubt.message, status=doubt.status, created_ids=[dseq]) from None
        except errors.ProviderError as error:
            await self._close_after(dseq, error)
            raise
        return port.Created(dseq, price_hour=hour)

    async def machines(self) -> port.Held:
        seen: dict[str, port.Machine | None] = {}
        more, total = True, 0
        while more:
            data = await self._read("/v1/deployments", params={"skip": len(seen), "limit": PAGE}, envelope=True)
            page, total, more = forms.page(data)
            fresh = {forms.dseq(item): forms.machine_or_none(item) for item in page}
            more = more and bool(fresh.keys() - seen.keys())
            seen |= fresh
        held = [machine for machine in seen.values() if machine and machine.raw_state != "closed"]
        return port.Held(held, complete=len(seen) >= total and None not in seen.values())

    async def machine(self, machine_id: str) -> port.Machine:
        machine = forms.machine_or_none(await self._read(f"/v1/deployments/{machine_id}", envelope=True))
        if machine is None:
            raise errors.ContractBroken("Akash told of a deployment in a form that is not known.")
        if machine.raw_state == "closed":
            raise errors.MachineGone("Akash has closed this deployment.")
        return machine

    async def destroy(self, machine_id: str) -> None:
        answer = await self._call("DELETE", f"/v1/deployments/{machine_id}", effect=True)
        if not answer.good and answer.status != 404:
            raise _refusal(answer, effect=True)

    async def extend(self, machine_id: str, hours: int) -> None:
        """Adds so many hours to the deposit, at the price of now."""
        hour = (await self.machine(machine_id)).price_hour or Decimal(0)
        body = {"data": {"dseq": machine_id, "deposit": float(forms.cents(hour * hours))}}
        answer = await self._call("POST", "/v1/deposit-deployment", effect=True, json=body)
        if not answer.good:
            raise _refusal(answer, effect=True)

    async def start(self, machine_id: str) -> None:
        raise errors.Unsupported(CAN.why_not["stop_start"])

    async def stop(self, machine_id: str) -> None:
        raise errors.Unsupported(CAN.why_not["stop_start"])

    async def relabel(self, machine_id: str, label: str) -> None:
        raise errors.Unsupported(CAN.why_not["relabel"])

    async def balance(self) -> Decimal:
        data = await self._read("/v1/balances", envelope=True)
        amount = forms.decimal(data.get("balance")) if isinstance(data, dict) else None
        if amount is None:
            raise errors.ContractBroken("Akash told the balance in a form that is not known.")
        return amount

    async def logs(self, machine_id: str, *, lines: int = 200) -> str:
        raise errors.Unsupported(CAN.why_not["logs"])

    async def _deploy(self, order: port.Order, ceiling: Decimal) -> tuple[str, str]:
        deposit = max(DEPOSIT_MIN, forms.cents(ceiling * (order.hours or DEPOSIT_HOURS)))
        body = {"data": {"sdl": forms.sdl(order, ceiling), "deposit": float(deposit)}}
        answer = await self._call("POST", "/v1/deployments", effect=True, json=body, group="create", seconds=60)
        data = answer.data.get("data") if isinstance(answer.data, dict) else None
        made = data if isinstance(data, dict) else {}
        ids = [str(made["dseq"])] if made.get("dseq") else []
        if not answer.good:
            raise _refusal(answer, effect=True, ids=ids)
        if not ids or not isinstance(made.get("manifest"), str):
            raise errors.OutcomeUnknown("Akash took the order, and told no deployment of it.", created_ids=ids)
        signed = made.get("signTx") or {}
        if signed.get("code", 0) != 0:
            kind = errors.NoFunds if says(str(signed.get("rawLog")), SHORT) else errors.Unavailable
            raise kind(f"The chain refused the order (code {signed['code']}).", created_ids=ids)
        return ids[0], made["manifest"]

    async def _lease(self, dseq: str, manifest: str, provider: str, ceiling: Decimal) -> Decimal:
        """What an hour costs. A bid may be lost between seeing and taking it: then bids are read once more."""
        ends = time.monotonic() + BID_SECONDS_MAX
        for _ in range(2):
            bid, hour = await self._bid(dseq, provider, ceiling, ends)
            wanted = {name: bid[name] for name in ("dseq", "gseq", "oseq", "provider")}
            body = {"manifest": manifest, "leases": [wanted]}
            answer = await self._call("POST", "/v1/leases", effect=True, json=body, group="create", seconds=90)
            if answer.good:
                return hour
            if not (answer.status == 400 and says(answer.text, NOT_OPEN)):
                raise _no_lease(answer, dseq)
        raise errors.NoCapacity("Akash's provider withdrew its bid before it was taken.")

    async def _bid(self, dseq: str, provider: str, ceiling: Decimal, ends: float) -> tuple[Mapping[str, Any], Decimal]:
        """The provider's open bid and its price. Looks are spaced by their own limit; a lost one is made good."""
        others = 0
        silence: errors.ProviderError | None = None
        for _ in range(LOOKS):
            try:
                told = await self._read("/v1/bids", params={"dseq": dseq}, envelope=True, group="bids")
            except (errors.Unavailable, errors.RateLimited) as error:
                silence = error
            else:
                bids, silence = forms.open_bids(told), None
                others = len(bids)
                if own := [bid for bid in bids if bid[0]["provider"] == provider and bid[1] <= ceiling]:
                    return min(own, key=lambda bid: bid[1])
            if time.monotonic() >= ends:
                break
        if silence is not None:
            raise silence
        raise errors.NoCapacity(f"Akash's provider made no bid within the price; {others} others are open.")

    async def _close_after(self, dseq: str, error: errors.ProviderError) -> None:
        try:
            await self.destroy(dseq)
        except errors.ProviderError as second:
            what = f"{error.message} Then closing it was in doubt: {second.message}"
            raise errors.OutcomeUnknown(what, status=second.status, created_ids=[dseq]) from None

    async def _read(
        self, path: str, *, params: Mapping[str, Any] | None = None, envelope: bool = False, group: str = "read"
    ) -> Any:
        answer = await self._call("GET", path, params=params, group=group)
        if not answer.good:
            raise _refusal(answer)
        if answer.data is None or (envelope and not (isinstance(answer.data, dict) and "data" in answer.data)):
            self._http.unfit(f"GET {path.split('/')[2]}", answer.text)
            raise errors.ContractBroken("Akash answered in a form that is not known.", status=answer.status)
        return answer.data["data"] if envelope else answer.data

    async def _call(self, method: str, path: str, **how: Any) -> Answer:
        headers = {"x-api-key": self._key} if self._key else None
        return await self._http.call(method, path, headers=headers, **how)


def _no_lease(answer: Answer, dseq: str) -> errors.ProviderError:
    if answer.status >= 500 and says(answer.text, ("manifest",)):
        return errors.NoCapacity("Akash's provider took the lease and refused the container.", status=answer.status)
    return _refusal(answer, effect=True, ids=[dseq])


KIND = port.Kind(
    name="akash",
    title="Akash",
    url="https://console-api.akash.network",
    can=CAN,
    make=Akash,
    credentials=(port.CredentialField("api_key", "API key", hint="Of a console account that only Dumont uses."),),
    where="console.akash.network, under API keys",
    site="https://akash.network",
    public_search=True,
    sync_seconds=120,
    limits=(Every("read", 1.0, burst=3), Every("bids", 2.0), Every("create", 1.0)),
)
