"""Lambda Cloud: whole virtual machines at fixed prices, sold by type and region.

- An offer is `type:region`; the region `*` stands for a type that is sold out everywhere now.
- Money is whole cents an hour for the whole machine. The machine's disk is in the price, and has the size it has.
- The label is a tag, and the name as well, since tags do not always come back. A name has 64 characters at most: of
  a longer label it keeps the end, which is what makes it unique.
- A launch names exactly one registered SSH key: the order's first is registered under a name made of itself, and the
  others come by cloud-init.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from dumont.basics.gpu import NOT_A_WHOLE_GPU, canonical
from dumont.providers import errors, port
from dumont.providers.http import Answer, Http
from dumont.providers.limits import Every
from dumont.providers.vm_boot import cloud_config

DESCRIPTION = re.compile(r"^(\d+)x (?:Tesla )?(.+) \((\d+) GB(?: ([A-Za-z]+)\d*)?\)$")
STATES: Mapping[str, port.State] = {
    "booting": "booting",
    "active": "running",
    "unhealthy": "failed",
    "preempted": "failed",
    "terminating": "terminating",
}
OVER = "terminated"
COUNTRIES = {"USA": "US", "Germany": "DE", "Japan": "JP", "India": "IN", "Israel": "IL", "Australia": "AU"}
LABEL = "dumont-label"
NOWHERE = "*"
NAME_LENGTH_MAX = 64
USER_DATA_BYTES_MAX = 1_000_000
IMAGE_FAMILY = re.compile(r"lambda-stack[\w.-]*|ubuntu-[\w.-]+")
NO_SUCH = "global/object-does-not-exist"
DUPLICATE = "global/duplicate"
REFUSALS: Mapping[str, type[errors.ProviderError]] = {
    "instance-operations/launch/insufficient-capacity": errors.NoCapacity,
    "instance-operations/launch/file-system-in-wrong-region": errors.Invalid,
    "global/quota-exceeded": errors.QuotaReached,
    "global/invalid-api-key": errors.BadCredentials,
    "global/account-inactive": errors.BadCredentials,
    "global/invalid-address": errors.BadCredentials,
    "global/invalid-parameters": errors.Invalid,
    NO_SUCH: errors.Invalid,
    DUPLICATE: errors.Invalid,
}
BY_STATUS: Mapping[int, type[errors.ProviderError]] = {
    400: errors.Invalid,
    401: errors.BadCredentials,
    403: errors.BadCredentials,
}

CAN = port.Capabilities(
    labels=True,
    why_not={
        "images": "It makes whole machines: containers are started inside, with Docker.",
        "machine_images": "The image is its own, by the sort of machine.",
        "spot": "Lambda sells at one fixed price.",
        "stop_start": "Lambda's machines can only be ended.",
        "stopped_costs": "Lambda's machines can't be stopped.",
        "relabel": "Lambda lets the name of a machine be changed, but not its tags.",
        "idempotent_create": "Lambda knows no idempotency keys, and names need not be unique.",
        "loss_notice_seconds": "Lambda says nothing before it takes a machine away.",
        "balance": "Lambda's API does not tell the balance.",
        "logs": "Lambda's API has no logs.",
        "prepaid_hours_min": "Lambda bills what was used.",
        "extends": "Lambda bills what was used: a machine has no end of its own.",
        "ssh_gateway": "Lambda's machines have addresses of their own.",
        "self_destroy": "Only the key of the whole account can end a machine at Lambda.",
        "physical_machines": "Lambda does not tell the physical machine.",
    },
)


class Lambda:
    def __init__(self, http: Http, credentials: Mapping[str, str]) -> None:
        self._http = http
        self._key = credentials.get("api_key", "")

    async def search(self) -> port.Catalogue:
        types = await self._types()
        offers: list[port.Listed] = []
        skipped = slices = unnamed = 0
        for each in types.values():
            try:
                read = _offers(each)
            except (KeyError, TypeError, ValueError, AttributeError):
                self._http.unfit("instance type", each)
                skipped += 1
                continue
            offers += read or ()
            is_slice = NOT_A_WHOLE_GPU.search(each["instance_type"]["description"])
            slices += bool(read is None and is_slice)
            unnamed += bool(read is None and not is_slice)
        notes = [] if types else ["The list of types came back empty."]
        return port.Catalogue(offers, bool(types), skipped, slices, unnamed, notes)

    async def create(self, order: port.Order) -> port.Created:
        kind, _, region = order.offer.provider_offer_id.rpartition(":")
        if order.spot:
            raise errors.Unsupported(CAN.why_not["spot"])
        if region == NOWHERE:
            raise errors.NoCapacity(f"Lambda has no {kind} left anywhere.")
        if not order.ssh_keys:
            raise errors.Invalid("Lambda wants exactly one SSH key with an order.")
        price = await self._price_agreed(kind, order.max_price_hour)
        launch: dict[str, Any] = {
            "region_name": region,
            "instance_type_name": kind,
            "ssh_key_names": [await self._registered(order.ssh_keys[0])],
            "name": order.label[-NAME_LENGTH_MAX:],
            "tags": [{"key": LABEL, "value": order.label}],
            "user_data": cloud_config(order, bytes_max=USER_DATA_BYTES_MAX).decode(),
        }
        if IMAGE_FAMILY.fullmatch(order.image):
            launch["image"] = {"family": order.image}
        answer = await self._call("POST", "/instance-operations/launch", launch, group="launch", effect=True)
        ids = _ids(answer.data)
        if not answer.good:
            raise self._refusal(answer, ids)
        if not ids:
            raise errors.OutcomeUnknown("Lambda took the order, and named no machine.", status=answer.status)
        return port.Created(ids[0], price_hour=price)

    async def machines(self) -> port.Held:
        rows = self._data(await self._call("GET", "/instances"), list)
        read = [self._machine_or_none(row) for row in rows if not _is_over(row)]
        return port.Held([machine for machine in read if machine], complete=None not in read)

    async def machine(self, machine_id: str) -> port.Machine:
        answer = await self._call("GET", f"/instances/{quote(machine_id, safe='')}")
        if _code(answer) == NO_SUCH:
            raise errors.MachineGone(f"Lambda has no machine {machine_id} any more.", status=answer.status)
        row = self._data(answer, dict)
        if _is_over(row):
            raise errors.MachineGone(f"Lambda has ended the machine {machine_id}.", status=answer.status)
        machine = self._machine_or_none(row)
        if not machine:
            raise errors.ContractBroken("Lambda told of a machine in a form that is not known.")
        return machine

    async def start(self, machine_id: str) -> None:
        raise errors.Unsupported(CAN.why_not["stop_start"])

    async def stop(self, machine_id: str) -> None:
        raise errors.Unsupported(CAN.why_not["stop_start"])

    async def destroy(self, machine_id: str) -> None:
        wanted = {"instance_ids": [machine_id]}
        answer = await self._call("POST", "/instance-operations/terminate", wanted, effect=True)
        if not answer.good and _code(answer) != NO_SUCH:
            raise self._refusal(answer)

    async def extend(self, machine_id: str, hours: int) -> None:
        raise errors.Unsupported(CAN.why_not["extends"])

    async def relabel(self, machine_id: str, label: str) -> None:
        raise errors.Unsupported(CAN.why_not["relabel"])

    async def balance(self) -> Decimal:
        raise errors.Unsupported(CAN.why_not["balance"])

    async def logs(self, machine_id: str, *, lines: int = 200) -> str:
        raise errors.Unsupported(CAN.why_not["logs"])

    async def _types(self) -> Mapping[str, Any]:
        types: Mapping[str, Any] = self._data(await self._call("GET", "/instance-types"), dict)
        return types

    async def _price_agreed(self, kind: str, most: Decimal | None) -> Decimal | None:
        """A launch takes no highest price and answers none, so the list is asked just before."""
        if most is None:
            return None
        try:
            price = _price((await self._types())[kind]["instance_type"])
        except KeyError:
            raise errors.OfferGone(f"Lambda sells no {kind} any more.") from None
        except (TypeError, ValueError):
            raise self._http.broken("an instance type", kind) from None
        if price > most:
            raise errors.OfferGone(f"Lambda wants {price} an hour for it now, more than was agreed.")
        return price

    async def _registered(self, public_key: str) -> str:
        """The name under which the account knows the key."""
        body = " ".join(public_key.split()[:2])
        name = f"dumont-{sha256(body.encode()).hexdigest()[:16]}"
        known = self._data(await self._call("GET", "/ssh-keys"), list)
        for key in known:
            if isinstance(key, dict) and str(key.get("public_key", "")).split()[:2] == body.split():
                return str(key["name"])
        answer = await self._call("POST", "/ssh-keys", {"name": name, "public_key": body})
        if not answer.good and _code(answer) != DUPLICATE:  # somebody was quicker with the same key
            raise self._refusal(answer)
        return name

    async def _call(
        self, method: str, path: str, body: Any = None, *, group: str = "calls", effect: bool = False
    ) -> Answer:
        headers = {"Authorization": f"Bearer {self._key}"}
        return await self._http.call(method, path, group=group, headers=headers, json=body, effect=effect, seconds=60)

    def _data(self, answer: Answer, form: type) -> Any:
        data = answer.data.get("data") if answer.good and isinstance(answer.data, dict) else None
        if not isinstance(data, form):
            raise self._refusal(answer)
        return data

    def _machine_or_none(self, row: Any) -> port.Machine | None:
        try:
            return _machine(row)
        except (KeyError, TypeError, ValueError, AttributeError):
            self._http.unfit("machine", row)
            return None

    def _refusal(self, answer: Answer, created_ids: tuple[str, ...] = ()) -> errors.ProviderError:
        if answer.status >= 500:
            return self._http.doubt(answer, created_ids)
        if not isinstance(answer.data, dict):  # a page of some proxy on the way, which knows nothing of us
            return errors.Unavailable(f"Lambda did not answer itself (HTTP {answer.status}).", status=answer.status)
        kind = REFUSALS.get(_code(answer)) or BY_STATUS.get(answer.status)
        if kind is None:
            return self._http.broken(f"HTTP {answer.status}", answer.data)
        said = str(_error(answer).get("message") or f"HTTP {answer.status}")[:300]
        return kind(f"Lambda refuses: {said}", status=answer.status, created_ids=created_ids)


def _offers(each: Mapping[str, Any]) -> list[port.Listed] | None:
    """None for a GPU that has no canonical name."""
    kind, specs = each["instance_type"], each["instance_type"]["specs"]
    gpu_name, memory = None, 0.0
    if specs["gpus"]:
        count, memory, gpu_name = _described(kind["description"])
        if count != specs["gpus"]:
            raise ValueError("two counts of GPUs")
        if not gpu_name:
            return None
    regions = each["regions_with_capacity_available"] or [{"name": NOWHERE, "description": ""}]
    return [_listed(kind, region, gpu_name, memory) for region in regions]


def _described(text: str) -> tuple[int, float, str | None]:
    """Count, memory and canonical name of `8x A100 (80 GB SXM4)`."""
    fits = DESCRIPTION.match(text)
    if not fits:
        raise ValueError(text)
    count, model, memory, interface = fits[1], fits[2], float(fits[3]), fits[4] or ""
    gpu = canonical(f"{model} {interface}", memory) or canonical(model, memory, interface=interface)
    return int(count), memory, gpu.name if gpu else None


def _listed(kind: Mapping[str, Any], region: Mapping[str, Any], gpu_name: str | None, memory: float) -> port.Listed:
    specs, place = kind["specs"], str(region["name"])
    offer_id = f"{kind['name']}:{place}"
    return port.Listed(
        provider_offer_id=offer_id,
        machine_id=offer_id,
        gpu_name=gpu_name,
        gpu_count=int(specs["gpus"]),
        vram_gb=memory,
        cpu_cores=float(specs["vcpus"]),
        ram_gb=float(specs["memory_gib"]),
        disk_gb=float(specs["storage_gib"]),
        region=None if place == NOWHERE else place,
        country=_country(region),
        price_hour=_price(kind),
        storage_price_gb_month=Decimal(0),
        verified=True,
        available=place != NOWHERE,
    )


def _country(region: Mapping[str, Any]) -> str | None:
    if str(region["name"]).startswith("us-"):
        return "US"
    return COUNTRIES.get(str(region.get("description", "")).rpartition(", ")[2])


def _price(kind: Mapping[str, Any]) -> Decimal:
    cents = kind["price_cents_per_hour"]
    if not isinstance(cents, int) or cents <= 0:
        raise ValueError(f"{cents} is no price in whole cents")
    return Decimal(cents) / 100


def _machine(row: Mapping[str, Any]) -> port.Machine:
    kind, region, status = row["instance_type"], row["region"]["name"], str(row["status"])
    specs = kind["specs"]
    tags = _tags(row.get("tags") or ())
    return port.Machine(
        id=_id(row["id"]),
        state=STATES.get(status, "unknown"),
        raw_state=status,
        label=_label(row.get("name"), tags.get(LABEL)),
        tags=tags,
        machine_id=f"{kind['name']}:{region}",
        gpu_name=_described(kind["description"])[2] if specs["gpus"] else None,
        gpu_count=int(specs["gpus"]),
        price_hour=_price(kind),
        region=region,
        addresses=(port.Address(row["ip"], 22, "ubuntu"),) if row.get("ip") else (),
        reason={"unhealthy": "Lambda calls it unhealthy.", "preempted": "Lambda took it away."}.get(status),
    )


def _tags(rows: Iterable[Mapping[str, Any]]) -> Mapping[str, str]:
    return {str(row["key"]): str(row["value"]) for row in rows}


def _label(name: str | None, tag: str | None) -> str | None:
    """The whole label where the tag came back, else what the name kept of it."""
    return tag or name or None


def _is_over(row: Any) -> bool:
    return isinstance(row, dict) and row.get("status") == OVER


def _error(answer: Answer) -> Mapping[str, Any]:
    told = answer.data.get("error") if isinstance(answer.data, dict) else None
    return told if isinstance(told, dict) else {}


def _code(answer: Answer) -> str:
    return str(_error(answer).get("code", ""))


def _ids(body: Any) -> tuple[str, ...]:
    data = body.get("data") if isinstance(body, dict) else None
    rows = data.get("instance_ids") if isinstance(data, dict) else None
    return tuple(row for row in rows if isinstance(row, str)) if isinstance(rows, list) else ()


def _id(given: Any) -> str:
    if not isinstance(given, str) or not given:
        raise ValueError("no id")
    return given


KIND = port.Kind(
    name="lambda",
    title="Lambda",
    url="https://cloud.lambda.ai/api/v1",
    can=CAN,
    make=Lambda,
    credentials=(port.CredentialField("api_key", "API key"),),
    where="Lambda's dashboard, API keys, Generate.",
    site="https://lambda.ai",
    sync_seconds=30,
    limits=(Every("calls", 1.0, burst=2), Every("launch", 10.0)),
)
