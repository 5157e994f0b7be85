"""Amazon EC2 on paper: moto's server behind a gate that knows what moto does not.

The gate checks signatures, sells only what is in stock, repeats its answer to the same client token, moves spot prices
in steps, boots, interrupts and bills. Its own faults: `refuse` (`code`, `status`, `message`: any error of EC2),
`not_known_yet` (`seconds`: a young instance is not found), `bad_row` (a price that is no number), and the acts
`interrupt` (`seconds` of notice, none by default) and `spike` (`factor` on all spot prices from now on).
"""

import hashlib
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from dumont.simulators import aws_moto, aws_xml
from dumont.simulators.aws_signature import region_of, signed_by_us
from dumont.simulators.aws_stock import spot_price_now, stock, type_of
from dumont.simulators.faults import FaultMiddleware
from dumont.simulators.rentals import Rental
from dumont.simulators.stock import SimMachine
from dumont.simulators.world import Setup, SoldOut, Wanted, World

SECRET = "simulated-secret-of-nobody"  # noqa: S105 - opens nothing
SETUP = Setup(
    provider="aws",
    key="AKIASIMULATED0000001",
    boot_median_seconds=30,
    boot_sigma=0.3,
    stock=stock,
    slices=False,
    pages=("POST /aws",),
)
NO_CAPACITY = "We currently do not have sufficient capacity in the Availability Zone you requested."
FORM, BODY = "dumont.aws.form", "dumont.aws.body"


def app(world: World) -> ASGIApp:
    gate = Gate(world)
    world.actions |= {"interrupt": gate.interrupt, "spike": gate.spike}
    return Named(FaultMiddleware(gate, world.faults))


def credentials(world: World, _url: str) -> dict[str, str]:
    return {"access_key_id": world.setup.key, "secret_access_key": SECRET}


class Named:
    """All calls of EC2 go to one path: writes the action behind it, so that faults can be told apart."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        form = dict(parse_qsl(body.decode(), keep_blank_values=True))
        path = f"{scope['path'].rstrip('/')}/{form.get('Action', '')}"
        await self._app({**scope, "signed_path": scope["path"], "path": path, FORM: form, BODY: body}, receive, send)


class Gate:
    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await self._answer(scope)
        await answer(scope, receive, send)

    def interrupt(self, rental: Rental | None, given: Mapping[str, Any]) -> bool:
        """With or without the two minutes that EC2 tries to give."""
        if rental is None:
            return False
        why = "Server.SpotInstanceTermination: Server.SpotInstanceTermination: Instance terminated by Amazon EC2"
        self._world.after(float(given.get("seconds", 0)), lambda: self._world.end(rental, why))
        self._world.settle()
        return True

    def spike(self, _rental: Rental | None, given: Mapping[str, Any]) -> bool:
        self._world.extra["spike"] = Decimal(str(given.get("factor", 2)))
        for rental in self._world.live():
            if rental.spot and (machine := self._world.machine(rental.machine)):
                rental.reprice(spot_price_now(self._world, machine), self._world.now())
        return True

    async def _answer(self, scope: Scope) -> Response:
        form, headers = scope[FORM], {name.decode(): value.decode() for name, value in scope["headers"]}
        action, call = str(form.get("Action")), f"POST {scope['path']}"
        if not signed_by_us(scope, headers, scope[BODY], (self._world.setup.key, SECRET)):
            return aws_xml.refusal("AuthFailure", "AWS was not able to validate the provided access credentials", 401)
        if fault := self._world.faults.take("refuse", call):
            told = fault.given
            return aws_xml.refusal(told["code"], told.get("message", "simulated"), int(told.get("status", 400)))
        region = region_of(headers)
        for rental in self._world.live():
            if rental.state == "failed":  # EC2 has no such state
                self._world.end(rental, f"Server.InternalError: {rental.why}")
        aws_moto.keep_in_step(self._world)
        if action in aws_xml.LISTS and self._world.faults.take("first_page_only", call):
            return self._first_page(action, form)
        own = getattr(self, f"_{_snake(action)}", None)
        made = own(region, form, call) if own else None
        if made is None:
            made = await self._by_moto(region, form, headers, scope[BODY])
        return made

    def _first_page(self, action: str, form: Mapping[str, str]) -> Response:
        """Empty, as EC2's pages may be, and the next one does not come."""
        if form.get("NextToken"):
            return aws_xml.refusal("ServiceUnavailable", "The service is unavailable. Please try again shortly.", 503)
        return aws_xml.nothing(action, aws_xml.LISTS[action], next_token="1")  # noqa: S106 - no password

    async def _by_moto(self, region: str, form: Mapping[str, str], headers: Mapping[str, str], body: bytes) -> Response:
        rental = None
        try:
            if form["Action"] == "RunInstances":
                rental = self._rented(region, form)
            status, answer = await aws_moto.ask(self._world, region, headers, body)
        except SoldOut:
            return aws_xml.refusal("InsufficientInstanceCapacity", NO_CAPACITY, 500)
        except aws_moto.MotoMissing as missing:
            return aws_xml.refusal("ServiceUnavailable", str(missing), 503)
        if rental:
            answer = self._launched(rental, form, answer)
        elif status < 300:
            self._done(form)
        return Response(answer, status, media_type="text/xml")

    def _describe_instance_type_offerings(self, region: str, _form: Mapping[str, str], call: str) -> Response:
        empty = self._world.faults.take("empty_list", call)
        places = {(type_of(machine), machine.region) for machine in self._in(region)}
        return aws_xml.offerings([] if empty else sorted(place for place in places if place[0]))

    def _describe_spot_price_history(self, region: str, form: Mapping[str, str], call: str) -> Response:
        asked = {value for name, value in form.items() if name.startswith("InstanceType.")}
        rows = [
            (kind, zone, f"{spot_price_now(self._world, machine):.6f}")
            for (kind, zone), machine in {(type_of(m), m.region): m for m in self._in(region)}.items()
            if kind in asked and machine.spot_share is not None
        ]
        if self._world.faults.take("bad_row", call) and rows:
            rows[0] = (*rows[0][:2], "a few cents")
        return aws_xml.spot_prices(sorted(rows), self._world.now(), form.get("NextToken"))

    def _describe_images(self, _region: str, _form: Mapping[str, str], _call: str) -> Response:
        return aws_xml.images()

    def _describe_instances(self, _region: str, form: Mapping[str, str], call: str) -> Response | None:
        if self._world.faults.take("empty_list", call):
            return aws_xml.nothing("DescribeInstances", "reservationSet")
        young = self._world.faults.take("not_known_yet", call)
        rental = self._world.rentals.get(form.get("InstanceId.1", ""))
        age = (self._world.now() - rental.created_at).total_seconds() if rental else 0
        if young and rental and age < young.number("seconds", 10):
            return aws_xml.refusal("InvalidInstanceID.NotFound", f"The instance ID '{rental.id}' does not exist", 400)
        return None

    def _run_instances(self, region: str, form: Mapping[str, str], _call: str) -> Response | None:
        """None where moto may make it; a repeated token gets the first answer."""
        token, wishes = form.get("ClientToken", ""), _digest(form)
        known = self._world.extra.setdefault("tokens", {}).get((region, token))
        if known and known[0] != wishes:
            return aws_xml.refusal("IdempotentParameterMismatch", "The token was used with other parameters.", 400)
        if known:
            return Response(known[1], media_type="text/xml")
        machine = self._free(region, form)
        if machine is None:
            return aws_xml.refusal("InsufficientInstanceCapacity", NO_CAPACITY, 500)
        bid = form.get("InstanceMarketOptions.SpotOptions.MaxPrice")
        if bid and Decimal(bid) < spot_price_now(self._world, machine):
            return aws_xml.refusal("SpotMaxPriceTooLow", "Your Spot request price is lower than required.", 400)
        return None

    def _stop_instances(self, _region: str, form: Mapping[str, str], _call: str) -> Response | None:
        if any(rental.spot for rental in self._named(form)):
            message = "You can't stop the Spot Instance because it is associated with a one-time Spot request."
            return aws_xml.refusal("UnsupportedOperation", message, 400)
        return None

    def _rented(self, region: str, form: Mapping[str, str]) -> Rental:
        machine, call = self._free(region, form), "POST /aws/RunInstances"
        self._world.faults.take("double_answer", call)  # client tokens make it impossible here
        if machine is None:
            raise SoldOut
        spot = form.get("InstanceMarketOptions.MarketType") == "spot"
        wanted = Wanted(
            machine=machine,
            count=machine.gpu_count,
            label=_tag(form, "dumont:label"),
            price_hour=self._price(machine, spot),
            disk_gb=float(form.get("BlockDeviceMapping.1.Ebs.VolumeSize", 8)),
            spot=spot,
            image=form.get("ImageId", ""),
        )
        rental = self._world.rent(wanted, call)
        rental.extra["region"] = region
        if spot:
            self._follow(rental, machine)
        return rental

    def _price(self, machine: SimMachine, spot: bool) -> Decimal:
        return spot_price_now(self._world, machine) if spot else self._world.price(machine, machine.gpu_count)

    def _launched(self, rental: Rental, form: Mapping[str, str], answer: bytes) -> bytes:
        """The rental takes the name that moto gave."""
        found = re.search(rb"<instanceId>(i-[0-9a-f]+)</instanceId>", answer)
        del self._world.rentals[rental.id]
        if found is None:
            return answer
        rental.id = found[1].decode()
        self._world.rentals[rental.id] = rental
        pending = re.sub(rb"<code>16</code><name>running</name>", b"<code>0</code><name>pending</name>", answer)
        self._world.extra["tokens"][rental.extra["region"], form.get("ClientToken", "")] = (_digest(form), pending)
        return pending

    def _follow(self, rental: Rental, machine: SimMachine) -> None:
        """A spot machine pays what is valid now, not what was valid when it began."""
        begun = (self._world.now() - self._world.start).total_seconds()

        def step() -> None:
            if rental.state != "gone":
                rental.reprice(spot_price_now(self._world, machine), self._world.now())

        for since, _ in machine.extra.get("spot", ()):
            if since > begun:
                self._world.after(since - begun + 0.001, step)  # surely after it, however times are rounded

    def _done(self, form: Mapping[str, str]) -> None:
        """What a call that moto took means for the world."""
        for rental in self._named(form):
            if form["Action"] == "TerminateInstances":
                self._world.end(rental, "Client.UserInitiatedShutdown: User initiated shutdown")
            elif form["Action"] == "StopInstances":
                self._world.stop(rental, "Client.UserInitiatedShutdown: User initiated shutdown")
            elif form["Action"] == "StartInstances" and rental.state == "stopped":
                rental.wants = "running"
                rental.become("booting", self._world.now())
                self._world.boot(rental, call="POST /aws/StartInstances")

    def _named(self, form: Mapping[str, str]) -> list[Rental]:
        ids = [value for name, value in form.items() if re.fullmatch(r"InstanceId\.\d+", name)]
        return [self._world.rentals[each] for each in ids if each in self._world.rentals]

    def _in(self, region: str) -> list[SimMachine]:
        return [machine for machine in self._world.stock if machine.region[:-1] == region]

    def _free(self, region: str, form: Mapping[str, str]) -> SimMachine | None:
        wanted = (form.get("InstanceType"), form.get("Placement.AvailabilityZone"))
        fitting = (machine for machine in self._in(region) if (type_of(machine), machine.region) == wanted)
        return next((m for m in fitting if len(self._world.free(m)) == max(1, m.gpu_count)), None)


def _digest(form: Mapping[str, str]) -> str:
    return hashlib.sha256(repr(sorted(form.items())).encode()).hexdigest()


def _tag(form: Mapping[str, str], key: str) -> str:
    name = next((name for name, value in form.items() if name.endswith(".Key") and value == key), "")
    return form.get(name.removesuffix("Key") + "Value", "") if name else ""


def _snake(action: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", action).lower()
