"""Rents at io.net by its enterprise API: hours bought in advance, for one kind of GPU in one place.

- An offer is `hardware:location:GPUs`; `machine_id` is `hardware:location`, since no list tells of single machines.
- A price is a quote for the whole time. It is asked anew before an order, which fails if it has gone up: the order
  itself can't name a highest price.
- The private name is unique in the account, so a second order of the same name is refused and the first one is found.
- An ended deployment stays in the list under its final word; here it is gone.
- A machine is destroyed when its hours are over. `extend` buys more before that. What is destroyed early is paid back
  for the hours not used, but never for the first one.
- A deployment is a virtual machine of the cloud's own image and takes SSH keys, no script and no environment: what an
  order has of those is run over SSH by whoever ordered.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from dumont.basics.gpu import NOT_A_WHOLE_GPU
from dumont.providers import errors, port
from dumont.providers.adapters import ionet_forms as forms
from dumont.providers.http import Answer, Http
from dumont.providers.limits import Every
from dumont.providers.refusals import USUAL, refused, says

PREFIX = "/enterprise/v1/io-cloud/vmaas"
SIZES = (1, 2, 4, 8)
AT_ONCE = 8
PAGE = 100
PAGES_MAX = 50
CENT = Decimal("0.01")
OVER = frozenset({"completed", "destroyed", "terminated"})
TAKEN = ("already exist", "already in use", "unique", "duplicate")
SOLD_OUT = ("not enough", "no available", "not available", "unavailable", "capacity", "replica")
SHORT = ("insufficient", "balance", "credit")
_refusal = partial(refused, "io.net", {**USUAL, 402: (errors.NoFunds, "asks for more credit")})

CAN = port.Capabilities(
    labels=True,
    idempotent_create=True,
    logs=True,
    prepaid_hours_min=1,
    extends=True,
    scripts=False,
    why_not={
        "scripts": "A deployment takes SSH keys, and neither a script nor an environment.",
        "images": "It makes whole machines: containers are started inside, with Docker.",
        "machine_images": "The image is its own, by the sort of machine.",
        "spot": "io.net sells hours in advance, at one price.",
        "stop_start": "Paid hours run on; destroying gives back the unused ones, but never the first.",
        "relabel": "The private name of a deployment is given once.",
        "loss_notice_seconds": "A worker that fails is not announced.",
        "balance": "It is not documented that an API key may read the balance.",
        "physical_machines": "A kind of GPU in a place is sold, not one machine.",
        "self_destroy": "There is no key that can only end one deployment.",
    },
)


@dataclass
class _Found:
    offers: list[port.Listed] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    skipped: int = 0
    slices: int = 0
    unnamed: int = 0


class IoNet:
    def __init__(self, http: Http, credentials: Mapping[str, str]) -> None:
        self._http = http
        self._key = credentials.get("api_key", "")
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def search(self) -> port.Catalogue:
        data = await self._read("/hardware/max-gpus-per-vm")
        hardware = data.get("hardware") if isinstance(data, dict) else None
        if not isinstance(hardware, list):
            raise errors.ContractBroken("io.net told its hardware in a form that is not known.")
        found = _Found(notes=[] if hardware else ["The list of hardware came back empty."])
        await asyncio.gather(*(self._kind(row, found) for row in hardware))
        return port.Catalogue(
            found.offers,
            complete=not found.notes,
            skipped=found.skipped,
            slices=found.slices,
            unnamed=found.unnamed,
            notes=found.notes,
        )

    async def create(self, order: port.Order) -> port.Created:
        if order.spot:
            raise errors.Unsupported(CAN.why_not["spot"])
        hours = max(order.hours or 0, 1)
        hardware, location, gpus = forms.chosen(order.offer.provider_offer_id)
        hour = await self._quote(hardware, location, gpus, hours=hours)
        listed = order.offer.price_hour
        agreed = listed + CENT if order.max_price_hour is None and listed is not None else order.max_price_hour
        if agreed is not None and hour > agreed:
            raise errors.OfferGone(f"io.net now asks {hour:.4f} an hour, more than was agreed.")
        body = forms.deployment(order, hours=hours, hardware=hardware, location=location, gpus=gpus)
        answer = await self._call("POST", "/deploy", effect=True, json=body, group="create", seconds=60)
        if not answer.good and says(answer.text, TAKEN):
            return await self._found_by(order.label, answer)
        if not answer.good:
            raise _order_refused(answer)
        if made := forms.id_of(answer.data):
            return port.Created(made, price_hour=hour)
        raise errors.OutcomeUnknown("io.net took the order, and named no deployment.", status=answer.status)

    async def machines(self) -> port.Held:
        seen: dict[str, port.Machine | None] = {}
        total = 0
        for number in range(PAGES_MAX):
            rows, total = await self._page(number)
            seen |= {forms.row_id(row): forms.listed_machine(row) for row in rows}
            # Whether pages begin at 0 or at 1 is told in two ways: the second page settles it.
            if len(seen) >= total or (number > 1 and not rows):
                break
        held = [machine for machine in seen.values() if machine and machine.raw_state not in OVER]
        return port.Held(held, complete=len(seen) >= total and None not in seen.values())

    async def machine(self, machine_id: str) -> port.Machine:
        told = await self._read(f"/deployment/{forms.uuid(machine_id)}")
        if isinstance(told, dict) and told.get("status") in OVER:
            raise errors.MachineGone(f"io.net says: {told['status']}.")
        workers = await self._workers(machine_id)
        try:
            return forms.machine(told, workers)
        except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation):
            self._http.unfit("deployment", told)
            raise errors.ContractBroken("io.net told of a deployment in a form that is not known.") from None

    async def destroy(self, machine_id: str) -> None:
        answer = await self._call("DELETE", f"/deployment/{forms.uuid(machine_id)}", effect=True)
        if not answer.good and answer.status != 404:
            raise _refusal(answer, effect=True)

    async def extend(self, machine_id: str, hours: int) -> None:
        """Buys so many hours more, at the price of now."""
        path = f"/deployment/{forms.uuid(machine_id)}/extend"
        answer = await self._call("POST", path, effect=True, json={"duration_hours": hours})
        if not answer.good:
            raise _order_refused(answer) if answer.status != 404 else _refusal(answer)

    async def quote(self, provider_offer_id: str, hours: int) -> Decimal:
        hardware, location, gpus = forms.chosen(provider_offer_id)
        return await self._quote(hardware, location, gpus, hours=hours)

    async def start(self, machine_id: str) -> None:
        raise errors.Unsupported(CAN.why_not["stop_start"])

    async def stop(self, machine_id: str) -> None:
        raise errors.Unsupported(CAN.why_not["stop_start"])

    async def relabel(self, machine_id: str, label: str) -> None:
        raise errors.Unsupported(CAN.why_not["relabel"])

    async def balance(self) -> Decimal:
        raise errors.Unsupported(CAN.why_not["balance"])

    async def logs(self, machine_id: str, *, lines: int = 200) -> str:
        """What the cloud noted about the machine's life; not its own output."""
        events = [event for worker in await self._workers(machine_id) for event in worker.get("vm_events") or ()]
        return "\n".join(f"{event.get('time')} {event.get('message')}" for event in events[-lines:])

    async def _kind(self, row: Any, found: _Found) -> None:
        """All offers of one kind of GPU."""
        try:
            name = f"{row['brand_name']} {row['hardware_name']}"
            hardware, free, largest = int(row["hardware_id"]), int(row["available"]), int(row["max_gpus_per_vm"])
        except (KeyError, TypeError, ValueError):
            self._http.unfit("hardware", row)
            found.skipped += 1
            return
        gpu = forms.gpu_of(name)
        if gpu is None:
            found.slices += bool(NOT_A_WHOLE_GPU.search(name))
            found.unnamed += not NOT_A_WHOLE_GPU.search(name)
            return
        sizes = [size for size in SIZES if size <= min(free, largest)]
        await asyncio.gather(*(self._size(hardware, size, gpu, found) for size in sizes))

    async def _size(self, hardware: int, gpus: int, gpu: tuple[str, float], found: _Found) -> None:
        params = {"hardware_id": hardware, "hardware_qty": gpus}
        places: Any = None
        try:
            places = await self._read("/available-vms", params=params)
            fit = [place for place in places if int(place["available_replicas"]) > 0]
            for place, hour in zip(fit, await self._quotes(hardware, fit, gpus), strict=True):
                found.offers.append(forms.offer(f"{hardware}:{int(place['id'])}", gpus, gpu, place=place, hour=hour))
        except errors.ProviderError as error:
            found.notes.append(f"{gpu[0]} x{gpus}: {error.message}")
        except (KeyError, TypeError, ValueError):
            self._http.unfit("available-vms", places)
            found.skipped += 1

    async def _quotes(self, hardware: int, places: Sequence[Any], gpus: int) -> Sequence[Decimal]:
        return await asyncio.gather(*(self._quote(hardware, int(place["id"]), gpus) for place in places))

    async def _quote(self, hardware: int, location: int, gpus: int, *, hours: int = 1) -> Decimal:
        """Dollars an hour, fees included; io.net counts in a coin worth a dollar, for the whole time."""
        params = {
            "location_ids": location,
            "hardware_id": hardware,
            "currency": "usdc",
            "duration_hours": hours,
            "gpus_per_vm": gpus,
            "replica_count": 1,
        }
        told = await self._read("/price", params=params)
        try:
            return Decimal(str(told["total_cost_usdc"])) / hours
        except (KeyError, TypeError, InvalidOperation):
            self._http.unfit("price", told)
            raise errors.ContractBroken("io.net told a price in a form that is not known.") from None

    async def _found_by(self, label: str, refused: Answer) -> port.Created:
        """The deployment that already has this name, which is the answer to an order sent twice."""
        held = await self.machines()
        if same := [machine for machine in held.machines if machine.label == label]:
            return port.Created(same[0].id, same[0])
        if not held.complete:
            raise errors.OutcomeUnknown("io.net knows the name already, and did not list whose it is.")
        raise errors.Invalid("io.net has had a deployment of this name before.", status=refused.status)

    async def _page(self, number: int) -> tuple[list[Any], int]:
        data = await self._read("/deployments", params={"page": number, "page_size": PAGE})
        try:
            return list(data["deployments"]), int(data["total"])
        except (KeyError, TypeError, ValueError):
            self._http.unfit("deployments", data)
            raise errors.ContractBroken("io.net told its deployments in a form that is not known.") from None

    async def _workers(self, machine_id: str) -> Sequence[Mapping[str, Any]]:
        data = await self._read(f"/deployment/{forms.uuid(machine_id)}/vms")
        workers = data.get("workers") if isinstance(data, dict) else None
        if not isinstance(workers, list):
            raise errors.ContractBroken("io.net told of a deployment's machines in a form that is not known.")
        return [worker for worker in workers if isinstance(worker, dict)]

    async def _read(self, path: str, *, params: Mapping[str, Any] | None = None) -> Any:
        async with self._turns:
            answer = await self._call("GET", path, params=params)
        if not answer.good:
            raise _refusal(answer)
        if not isinstance(answer.data, dict) or "data" not in answer.data:
            self._http.unfit(f"GET {path}", answer.text)
            raise errors.ContractBroken("io.net answered in a form that is not known.", status=answer.status)
        return answer.data["data"]

    async def _call(self, method: str, path: str, **how: Any) -> Answer:
        return await self._http.call(method, f"{PREFIX}{path}", headers={"x-api-key": self._key}, **how)


def _order_refused(answer: Answer) -> errors.ProviderError:
    """Only 422 is in the documents; the rest is told apart by words."""
    if answer.status < 500 and answer.status not in (401, 403):
        for words, kind in ((SOLD_OUT, errors.NoCapacity), (SHORT, errors.NoFunds)):
            if says(answer.text, words):
                return kind("io.net has no such machine free." if kind is errors.NoCapacity else "io.net lacks credit.")
    made = forms.id_of(answer.data)
    return _refusal(answer, effect=True, ids=[made] if made else [])


KIND = port.Kind(
    name="ionet",
    title="io.net",
    url="https://api.io.solutions",
    can=CAN,
    make=IoNet,
    credentials=(port.CredentialField("api_key", "API key", hint="Of an enterprise account that holds credit."),),
    where="cloud.io.net, under API keys",
    site="https://io.net",
    sync_seconds=300,
    limits=(Every("read", 0.2, burst=10), Every("create", 1.0)),
)
