"""Amazon EC2: GPU machines on demand and as spot machines, in every zone of the regions that the account chose.

EC2 sells types in zones, not machines, so an offer is `g5.xlarge:us-east-1a`, and a machine is `us-east-1/i-0abc`, for
an id alone does not say whom to ask. What a type costs on demand stands in no EC2 call: it comes from our table of list
prices, the spot price from EC2. Only machines that carry our label are seen: an account may hold others.

Label and offer make the client token, so a create that is asked again returns the first machine. The boot image is the
newest Deep Learning Base AMI of Amazon's own (NVIDIA driver, Docker), found by name among Amazon's images; the
credentials may name another one. No key pair is kept at Amazon: cloud-init writes the order's keys.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple, TypeVar

from dumont.basics.machine_types import machine_types
from dumont.platform.clock import SystemClock
from dumont.providers.adapters.aws_calls import URL, AlreadyThere, Ec2, NotFound, Repeated
from dumont.providers.adapters.aws_rows import (
    LABEL,
    STATES,
    SpotPrices,
    chosen,
    listed,
    machine_of,
    ours,
    parts,
    reason,
    request,
    spot_price,
)
from dumont.providers.errors import (
    BadCredentials,
    Invalid,
    MachineGone,
    OutcomeUnknown,
    ProviderError,
    RateLimited,
    Unsupported,
)
from dumont.providers.http import Http
from dumont.providers.limits import Every
from dumont.providers.port import Capabilities, Catalogue, Created, CredentialField, Held, Kind, Listed, Machine, Order

REGIONS = ("us-east-1", "us-east-2", "us-west-2")
IMAGE = "Deep Learning Base OSS Nvidia Driver GPU AMI (Ubuntu 2?.04)*"
CAN = Capabilities(
    spot=True,
    stop_start=True,
    stopped_costs=True,
    labels=True,
    relabel=True,
    idempotent_create=True,
    loss_notice_seconds=120,
    machine_images=True,
    logs=True,
    self_destroy=True,
    why_not={
        "images": "It makes whole machines: containers are started inside, with Docker.",
        "balance": "EC2 is paid afterwards: there is no balance to read.",
        "extends": "EC2 is paid afterwards: a machine has no end of its own.",
    },
)


T = TypeVar("T")


class Offers(NamedTuple):
    """Of one region."""

    offers: Sequence[Listed]
    skipped: int
    missing: Sequence[str]
    """Lists that came empty, which says nothing: every region has GPUs."""


class Aws:
    def __init__(self, http: Http, credentials: Mapping[str, str]) -> None:
        self._http = http
        self._ec2 = Ec2(http, credentials)
        self._regions = _regions(credentials)
        self._image = credentials.get("image") or IMAGE
        self._clock = SystemClock()

    async def search(self) -> Catalogue:
        found, failures = await self._in_each_region(self._offers)
        notes = [*map(str, failures), *(f"A region shows no {what}." for part in found for what in part.missing)]
        return Catalogue(
            [offer for part in found for offer in part.offers],
            complete=not notes,
            skipped=sum(part.skipped for part in found),
            notes=notes,
        )

    async def create(self, order: Order) -> Created:
        kind, zone = chosen(order)
        region = zone[:-1]
        image = await self._boot_image(region, order.image)
        group = await self._security_group(region, order.ports)
        wanted = request(order, kind, zone, image=image, group=group)
        try:
            answer = await self._ec2.call(region, "run_instances", group="create", effect=True, **wanted)
        except Repeated:
            return await self._made_before(region, order)
        price = order.offer.spot_price_hour if order.spot else order.offer.price_hour
        return Created(f"{region}/{answer['Instances'][0]['InstanceId']}", price_hour=price)

    async def machines(self) -> Held:
        found, failures = await self._in_each_region(self._held)
        return Held([machine for region in found for machine in region], complete=not failures)

    async def machine(self, machine_id: str) -> Machine:
        region, instance_id = parts(machine_id)
        rows = await self._ec2.pages(region, "describe_instances", "Reservations", InstanceIds=[instance_id])
        instances = [row for reservation in rows for row in reservation.get("Instances") or ()]
        if not instances:
            raise NotFound(f"AWS does not know {machine_id}.")
        if not _alive(rows):
            raise MachineGone(f"{machine_id} is terminated: {reason(instances[0]) or 'no reason given'}")
        return (await self._read(region, instances))[0]

    async def start(self, machine_id: str) -> None:
        await self._do(machine_id, "start_instances")

    async def stop(self, machine_id: str) -> None:
        if (await self.machine(machine_id)).spot:
            raise Unsupported("A one-time spot machine of EC2 can't be stopped, only ended.")
        await self._do(machine_id, "stop_instances")

    async def destroy(self, machine_id: str) -> None:
        await self._do(machine_id, "terminate_instances")

    async def extend(self, machine_id: str, hours: int) -> None:
        raise Unsupported(CAN.why_not["extends"])

    async def relabel(self, machine_id: str, label: str) -> None:
        region, instance_id = parts(machine_id)
        tags = [{"Key": LABEL, "Value": label}, {"Key": "Name", "Value": label}]
        await self._ec2.call(region, "create_tags", group="change", effect=True, Resources=[instance_id], Tags=tags)

    async def balance(self) -> Decimal:
        raise Unsupported(CAN.why_not["balance"])

    async def logs(self, machine_id: str, *, lines: int = 200) -> str:
        region, instance_id = parts(machine_id)
        answer = await self._ec2.call(region, "get_console_output", InstanceId=instance_id)
        return "\n".join(str(answer.get("Output") or "").splitlines()[-lines:])

    async def _in_each_region(self, work: Callable[[str], Awaitable[T]]) -> tuple[list[T], list[ProviderError]]:
        """What came, and what went wrong in some regions; raises if it did in all, or where none may be asked now."""
        failures: list[ProviderError] = []
        found: list[T] = []
        for region in self._regions:
            try:
                found.append(await work(region))
            except (RateLimited, BadCredentials):
                raise
            except ProviderError as failure:
                failures.append(failure)
        if not found:
            raise failures[0]
        return found, failures

    async def _offers(self, region: str) -> Offers:
        types = list(machine_types("aws"))
        sold = await self._ec2.pages(
            region,
            "describe_instance_type_offerings",
            "InstanceTypeOfferings",
            LocationType="availability-zone",
            Filters=[{"Name": "instance-type", "Values": types}],
        )
        spot, skipped = await self._spot_prices(region, types)
        places = {(str(row.get("InstanceType")), str(row.get("Location"))) for row in sold} | set(spot)
        found = (listed(kind, zone, spot.get((kind, zone))) for kind, zone in sorted(places))
        missing = [what for what, rows in (("types", sold), ("spot prices", spot)) if not rows]
        return Offers([offer for offer in found if offer], skipped, missing)

    async def _spot_prices(self, region: str, types: Sequence[str]) -> tuple[SpotPrices, int]:
        """The newest of each type and zone, and how many rows did not parse."""
        rows = await self._ec2.pages(
            region,
            "describe_spot_price_history",
            "SpotPriceHistory",
            InstanceTypes=list(types),
            ProductDescriptions=["Linux/UNIX"],
            StartTime=self._clock.now(),  # asks for what is valid now, not for ninety days of changes
        )
        newest: dict[tuple[str, str], tuple[datetime, Decimal]] = {}
        skipped = 0
        for row in rows:
            try:
                place, seen = (row["InstanceType"], row["AvailabilityZone"]), (row["Timestamp"], spot_price(row))
            except (KeyError, InvalidOperation, ValueError):
                self._http.unfit("spot price", row)
                skipped += 1
                continue
            newest[place] = max(newest.get(place, seen), seen)
        return {place: price for place, (_, price) in newest.items()}, skipped

    async def _boot_image(self, region: str, wanted: str) -> Mapping[str, Any]:
        image = wanted if wanted.startswith("ami-") else self._image
        by_id = {"ImageIds": [image]}
        by_name = {
            "Owners": ["amazon", "self"],
            "Filters": [
                {"Name": "name", "Values": [image]},
                {"Name": "architecture", "Values": ["x86_64"]},
                {"Name": "state", "Values": ["available"]},
            ],
        }
        rows = await self._ec2.pages(region, "describe_images", "Images", **(by_id if image[:4] == "ami-" else by_name))
        if not rows:
            raise Invalid(f"AWS {region} has no image {image!r}.")
        found: Mapping[str, Any] = max(rows, key=lambda row: str(row.get("CreationDate")))
        return found

    async def _security_group(self, region: str, ports: Sequence[int]) -> str:
        """Ours, with port 22 and those asked for open; one for each set of ports, made at the first need."""
        name = "-".join(("dumont", *map(str, sorted(set(ports) - {22}))))
        group, ready = await self._known_group(region, name)
        if ready:
            return group
        if not group:
            made = {"GroupName": name, "Description": "Machines rented through Dumont Cloud"}
            answer = await self._unless_there(region, "create_security_group", made)
            group = answer.get("GroupId") or (await self._known_group(region, name))[0]
        rules = [
            {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
            for port in sorted({22, *ports})
        ]
        await self._unless_there(region, "authorize_security_group_ingress", {"GroupId": group, "IpPermissions": rules})
        return group

    async def _known_group(self, region: str, name: str) -> tuple[str, bool]:
        """Its id, and whether its doors are open: a worker may have died between the two."""
        named = [{"Name": "group-name", "Values": [name]}]
        rows = await self._ec2.pages(region, "describe_security_groups", "SecurityGroups", Filters=named)
        return (str(rows[0]["GroupId"]), bool(rows[0].get("IpPermissions"))) if rows else ("", False)

    async def _unless_there(self, region: str, operation: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Nothing that costs: a lost answer here means only that the order comes again."""
        try:
            answer: Mapping[str, Any] = await self._ec2.call(region, operation, group="change", **given)
        except AlreadyThere:
            return {}
        return answer

    async def _made_before(self, region: str, order: Order) -> Created:
        """The same label came with other wishes, for the newest image may have changed: it is that machine, if any."""
        instances = _alive(
            await self._ec2.pages(region, "describe_instances", "Reservations", Filters=ours(order.label))
        )
        if not instances:
            raise OutcomeUnknown(f"AWS {region} has taken an order with this label, and shows no machine of it.")
        return Created(f"{region}/{instances[0]['InstanceId']}")

    async def _held(self, region: str) -> list[Machine]:
        rows = await self._ec2.pages(region, "describe_instances", "Reservations", Filters=ours())
        return await self._read(region, _alive(rows))

    async def _read(self, region: str, instances: Sequence[Mapping[str, Any]]) -> list[Machine]:
        types = {str(row["InstanceType"]) for row in instances if row.get("InstanceLifecycle") == "spot"}
        spot = (await self._spot_prices(region, sorted(types)))[0] if types else {}
        return [machine_of(region, row, spot) for row in instances]

    async def _do(self, machine_id: str, operation: str) -> None:
        region, instance_id = parts(machine_id)
        await self._ec2.call(region, operation, group="change", effect=True, InstanceIds=[instance_id])


def _alive(reservations: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    instances = [row for reservation in reservations for row in reservation.get("Instances") or ()]
    return [row for row in instances if row.get("State", {}).get("Name") in STATES]


def _regions(credentials: Mapping[str, str]) -> Sequence[str]:
    return tuple(credentials.get("regions", "").replace(",", " ").split()) or REGIONS


KIND = Kind(
    name="aws",
    title="Amazon EC2",
    url=URL,
    can=CAN,
    make=Aws,
    credentials=(
        CredentialField("access_key_id", "Access key id", secret=False),
        CredentialField("secret_access_key", "Secret access key"),
        CredentialField("session_token", "Session token", optional=True, hint="Only for temporary keys."),
        CredentialField("regions", "Regions", secret=False, optional=True, hint=f"Such as {', '.join(REGIONS)}."),
        CredentialField(
            "image",
            "Boot image",
            secret=False,
            optional=True,
            hint="An AMI id, or a name with *: the newest is taken. By default Amazon's Deep Learning Base AMI.",
        ),
    ),
    where="AWS console, IAM, Users, Security credentials. The key needs ec2:Describe*, RunInstances, CreateTags, "
    "StartInstances, StopInstances, TerminateInstances, GetConsoleOutput, CreateSecurityGroup and "
    "AuthorizeSecurityGroupIngress.",
    site="https://aws.amazon.com/ec2/",
    sync_seconds=300,
    limits=(
        Every("read", 0.05, burst=20),
        Every("create", 0.5, burst=5),
        Every("change", 0.2, burst=10),
    ),
)
