"""Google Compute Engine: GPU machines, and small CPU machines for standby, on demand and as spot machines.

Google sells machine types in zones: an offer is `g2-standard-4:us-central1-a`, and a machine is `us-central1-a/name`.
What a type costs stands in our table of list prices; which zones have it, Google says. Only machines with our label are
seen: a project may hold others.

The label makes the name and the id of the request, so a create that is asked again finds the first machine. A spot
machine that Google takes back is stopped, not deleted: it stays in the list until it is destroyed, and the zone's
operations say that it was preempted.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any
from uuid import uuid4

from dumont.providers.adapters.gcp_calls import URL, Compute, NotFound, Taken
from dumont.providers.adapters.gcp_rows import (
    chosen,
    firewall,
    instance_body,
    label_of,
    listed,
    machine_of,
    name_of,
    parts,
    request_id,
    with_label,
)
from dumont.providers.errors import Invalid, MachineGone, Unavailable, Unsupported
from dumont.providers.http import Http
from dumont.providers.limits import Every
from dumont.providers.port import Capabilities, Catalogue, Created, CredentialField, Held, Kind, Listed, Machine, Order

TYPES = "(a2|a3|g2)-.*|e2-(micro|small|medium|standard-2|standard-4|standard-8)"
OURS = "labels.dumont=1"
PAGES_MAX = 100
LOST = {"UNREACHABLE", "PARTIAL_SUCCESS"}

CAN = Capabilities(
    spot=True,
    stop_start=True,
    stopped_costs=True,
    labels=True,
    relabel=True,
    idempotent_create=True,
    loss_notice_seconds=30,
    logs=True,
    why_not={
        "images": "It makes whole machines: containers are started inside, with Docker.",
        "machine_images": "The boot image is chosen with the key, not for each machine.",
        "balance": "Google is paid afterwards: there is no balance to read.",
        "extends": "Google is paid afterwards: a machine has no end of its own.",
        "self_destroy": "A machine that shuts itself down keeps its disk, which costs.",
    },
)


class Gcp:
    def __init__(self, http: Http, credentials: Mapping[str, str]) -> None:
        self._http = http
        self._compute = Compute(http, credentials)
        self._regions = frozenset(credentials.get("regions", "").replace(",", " ").split())
        self._images = (credentials.get("image") or "", credentials.get("gpu_image") or "")

    async def search(self) -> Catalogue:
        zones, lost = await self._everywhere("machineTypes", f'name eq "{TYPES}"')
        offers: list[Listed] = []
        skipped = 0
        for row in zones:
            try:
                kind, zone = str(row["name"]), str(row["zone"]).rpartition("/")[2]
            except (KeyError, TypeError):
                self._http.unfit("machine type", row)
                skipped += 1
                continue
            if (offer := listed(kind, zone)) and self._wanted(offer) and "deprecated" not in row:
                offers.append(offer)
        notes = [f"{zone} did not answer" for zone in lost] or ([] if offers else ["No machine types were shown."])
        return Catalogue(offers, complete=not notes, skipped=skipped, notes=notes)

    async def create(self, order: Order) -> Created:
        kind, zone = chosen(order)
        name = name_of(order.label)
        gate = await self._open(order.ports)
        body = instance_body(order, kind, zone, images=self._images, gate=gate)
        try:
            operation = await self._compute.call(
                "POST",
                f"/zones/{zone}/instances",
                group="create",
                effect=True,
                params={"requestId": request_id(order)},
                json=body,
            )
        except Taken:
            return await self._adopted(f"{zone}/{name}", order)
        await self._compute.done(operation)
        price = order.offer.spot_price_hour if order.spot else order.offer.price_hour
        return Created(f"{zone}/{name}", price_hour=price)

    async def machines(self) -> Held:
        rows, lost = await self._everywhere("instances", OURS)
        preempted: set[str] = set()
        for zone in sorted({_zone(row) for row in rows if _stopped_spot(row)}):
            preempted |= await self._preempted(zone)
        return Held([machine_of(row, preempted) for row in rows], complete=not lost)

    async def machine(self, machine_id: str) -> Machine:
        row = await self._instance(machine_id)
        preempted = await self._preempted(_zone(row)) if _stopped_spot(row) else set()
        return machine_of(row, preempted)

    async def start(self, machine_id: str) -> None:
        await self._do("POST", machine_id, "/start")

    async def stop(self, machine_id: str) -> None:
        await self._do("POST", machine_id, "/stop")

    async def destroy(self, machine_id: str) -> None:
        try:
            await self._do("DELETE", machine_id)
        except MachineGone:
            return

    async def extend(self, machine_id: str, hours: int) -> None:
        raise Unsupported(CAN.why_not["extends"])

    async def relabel(self, machine_id: str, label: str) -> None:
        """Guarded by the labels' fingerprint: if somebody else was faster, this one must look again."""
        row = await self._instance(machine_id)
        body = {
            "labels": with_label(row, label),
            "labelFingerprint": row.get("labelFingerprint"),
        }
        await self._do("POST", machine_id, "/setLabels", json=body)

    async def balance(self) -> Decimal:
        raise Unsupported(CAN.why_not["balance"])

    async def logs(self, machine_id: str, *, lines: int = 200) -> str:
        zone, name = parts(machine_id)
        answer = await self._compute.call("GET", f"/zones/{zone}/instances/{name}/serialPort", params={"port": 1})
        return "\n".join(str(answer.get("contents") or "").splitlines()[-lines:])

    def _wanted(self, offer: Listed) -> bool:
        return not self._regions or offer.region in self._regions

    async def _everywhere(self, what: str, wanted: str) -> tuple[list[Mapping[str, Any]], list[str]]:
        """All rows of all zones, and the zones that did not answer."""
        found: list[Mapping[str, Any]] = []
        lost: list[str] = []
        params: dict[str, Any] = {"filter": wanted, "maxResults": 500, "returnPartialSuccess": "true"}
        for _ in range(PAGES_MAX):
            page = await self._compute.call("GET", f"/aggregated/{what}", params=params)
            if not isinstance(page.get("items"), dict):
                raise self._http.broken(f"a list of {what} without items", page)
            for zone, part in page["items"].items():
                found += part.get(what) or ()
                lost += [zone] if (part.get("warning") or {}).get("code") in LOST else []
            lost += page.get("unreachables") or ()
            lost += ["some zone"] if (page.get("warning") or {}).get("code") in LOST else []
            if not page.get("nextPageToken"):
                return found, [zone.rpartition("/")[2] for zone in dict.fromkeys(lost)]
            params["pageToken"] = page["nextPageToken"]
        raise Unavailable(f"Google has more pages of {what} than can be true.")

    async def _instance(self, machine_id: str) -> Mapping[str, Any]:
        zone, name = parts(machine_id)
        try:
            row: Mapping[str, Any] = await self._compute.call("GET", f"/zones/{zone}/instances/{name}")
        except NotFound:
            raise MachineGone(f"Google has no machine {machine_id}.") from None
        return row

    async def _preempted(self, zone: str) -> set[str]:
        """The ids of machines that Google took back in this zone."""
        wanted = {"filter": 'operationType="compute.instances.preempted"', "maxResults": 500}
        page = await self._compute.call("GET", f"/zones/{zone}/operations", params=wanted)
        return {str(row.get("targetId")) for row in page.get("items") or ()}

    async def _adopted(self, machine_id: str, order: Order) -> Created:
        """The name is in use: ours if the label says so."""
        row = await self._instance(machine_id)
        if label_of(row) != order.label:
            raise Invalid(f"The name of {machine_id} is in use by another machine.")
        return Created(machine_id)

    async def _open(self, ports: Sequence[int]) -> str:
        """The tag of machines with port 22 and these ports open; its rule is made at the first need."""
        rule = firewall(ports)
        with suppress(Taken):
            await self._compute.done(await self._compute.call("POST", "/global/firewalls", group="change", json=rule))
        return str(rule["name"])

    async def _do(self, method: str, machine_id: str, verb: str = "", *, json: Any = None) -> None:
        zone, name = parts(machine_id)
        path, params = f"/zones/{zone}/instances/{name}{verb}", {"requestId": str(uuid4())}
        try:
            operation = await self._compute.call(method, path, group="change", effect=True, params=params, json=json)
        except NotFound:
            raise MachineGone(f"Google has no machine {machine_id}.") from None
        await self._compute.done(operation)


def _zone(row: Mapping[str, Any]) -> str:
    return str(row.get("zone", "")).rpartition("/")[2]


def _stopped_spot(row: Mapping[str, Any]) -> bool:
    spot = (row.get("scheduling") or {}).get("provisioningModel") == "SPOT"
    return spot and row.get("status") in ("STOPPING", "TERMINATED", "STOPPED")


KIND = Kind(
    name="gcp",
    title="Google Cloud",
    url=URL,
    can=CAN,
    make=Gcp,
    credentials=(
        CredentialField("service_account", "Service account key", hint="The whole JSON file."),
        CredentialField("project", "Project", secret=False, optional=True, hint="If it is not the account's own."),
        CredentialField("regions", "Regions", secret=False, optional=True, hint="Such as us-central1; all if empty."),
        CredentialField("image", "Boot image", secret=False, optional=True, hint="For machines without GPU."),
        CredentialField("gpu_image", "Boot image with NVIDIA driver", secret=False, optional=True),
    ),
    where="Google Cloud console, IAM & Admin, Service accounts, Keys, Add key, JSON. The account needs the role "
    "Compute Instance Admin, and Compute Security Admin for the firewall rule.",
    site="https://cloud.google.com/compute",
    sync_seconds=600,
    limits=(
        Every("read", 0.1, burst=20),
        Every("create", 0.5, burst=5),
        Every("change", 0.2, burst=10),
    ),
)
