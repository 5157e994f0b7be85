"""Vast's forms, read and written: offers into ours, instances into machines, an order into its request."""

import gzip
import shlex
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from dumont.basics.gpu import NOT_A_WHOLE_GPU, Gpu, canonical, named
from dumont.providers.errors import Invalid
from dumont.providers.port import Address, Listed, Machine, Order, State

MB = 1024
ONSTART_CHARACTERS_MAX = 4000
"""Vast takes 4096, together with the arguments."""
LABEL_CHARACTERS_MAX = 256
SSH = "22/tcp"
BROKEN_START = (
    "oci runtime create failed",
    "unable to find image",
    "no such image",
    "manifest unknown",
    "docker login",
    "error",
    "failed",
)
NO_IMAGE_YET: Mapping[str | None, State] = {None: "pending", "created": "booting", "creating": "booting"}
Row = Mapping[str, Any]


@dataclass
class Read:
    """Offers by their id, and what became of the rest."""

    offers: dict[str, Listed] = field(default_factory=dict)
    slices: int = 0
    unnamed: int = 0
    skipped: list[Any] = field(default_factory=list)


def read_offers(rows: Iterable[Any]) -> Read:
    found = Read()
    for row in rows:
        try:
            _read_offer(row, found)
        except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError):
            found.skipped.append(row)
    return found


def bids(rows: Iterable[Any]) -> dict[str, Decimal]:
    """The lowest bid by the id of the offer."""
    lowest = {}
    for row in rows:
        try:
            lowest[str(row["id"])] = _price(row["min_bid"])
        except (KeyError, TypeError, ValueError, ArithmeticError):
            continue
    return lowest


def wanted(order: Order) -> dict[str, Any]:
    """`cancel_unavail` keeps a failed order from leaving a stopped machine, whose disk costs."""
    if len(order.label) > LABEL_CHARACTERS_MAX:
        raise Invalid(f"A label at Vast has at most {LABEL_CHARACTERS_MAX} characters.")
    body = {
        "client_id": "me",
        "image": order.image,
        "disk": order.disk_gb,
        "label": order.label,
        "runtype": "ssh_direc ssh_proxy",  # their spelling: direct, with the gateway beside it
        "env": {**order.env, **{f"-p {number}:{number}": "1" for number in order.ports}},
        "onstart": _onstart(order),
        "target_state": "running",
        "cancel_unavail": True,
    }
    if order.spot:
        bid = order.max_price_hour or order.offer.spot_price_hour
        if bid is None:
            raise Invalid("A spot machine at Vast needs a bid.")
        body["price"] = float(bid)  # its presence is what makes it a spot machine
    return body


def machine(row: Row) -> Machine:
    state, reason = _state(row)
    bid = bool(row.get("is_bid"))
    gpu = canonical(str(row.get("gpu_name") or ""), _gb(row.get("gpu_ram")))
    return Machine(
        id=str(row["id"]),
        state=state,
        raw_state=_raw(row),
        label=row.get("label"),
        machine_id=_text(row.get("machine_id")),
        gpu_name=gpu.name if gpu else None,
        gpu_count=int(row.get("num_gpus") or 0),
        price_hour=_cost_now(row, state),
        compute_hour=decimal(row.get("dph_base")) if state == "running" else None,
        spot=bid,
        region=row.get("geolocation"),
        addresses=tuple(_addresses(row)),
        created_at=_moment(row.get("start_date")),
        ends_at=_moment(row.get("end_date")),
        reason=reason,
        outbid=bid and state == "stopped" and _outbid(row),
    )


def decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _read_offer(row: Row, found: Read) -> None:
    count, name, memory = int(row["num_gpus"]), str(row.get("gpu_name") or ""), _gb(row.get("gpu_ram"))
    gpu = canonical(name, memory)
    if count and gpu is None:
        if NOT_A_WHOLE_GPU.search(name) or named(name):
            found.slices += 1
        else:
            found.unnamed += 1
        return
    offer = _listed(row, gpu if count else None, count)
    found.offers[offer.provider_offer_id] = offer


def _listed(row: Row, gpu: Gpu | None, count: int) -> Listed:
    place = str(row.get("geolocation") or "").strip()
    return Listed(
        provider_offer_id=str(row["id"]),
        machine_id=str(row["machine_id"]),
        host_id=_text(row.get("host_id")),
        gpu_name=gpu.name if gpu else None,
        gpu_count=count,
        vram_gb=round(_gb(row["gpu_ram"]) or 0, 2) if gpu else 0,
        cpu_cores=_number(row.get("cpu_cores_effective")),
        ram_gb=_ram_gb(row),
        disk_gb=_number(row.get("disk_space")),
        inet_down_mbps=_number(row.get("inet_down")),
        inet_up_mbps=_number(row.get("inet_up")),
        cuda_max=_number(row.get("cuda_max_good")),
        driver=row.get("driver_version"),
        region=place.strip(", ") or None,
        country=_country(place),
        price_hour=_price(row["dph_base"]),
        storage_price_gb_month=decimal(row.get("storage_cost")),
        egress_price_gb=decimal(row.get("inet_up_cost")),
        provider_reliability=_number(row.get("reliability2", row.get("reliability"))),
        verified=row.get("verification") == "verified" or row.get("verified") is True,
        available=bool(row.get("rentable", True)) and not row.get("rented"),
    )


def _price(value: Any) -> Decimal:
    price = Decimal(str(value))
    if not price > 0 or not price.is_finite():
        raise ValueError(f"no price: {value}")
    return price


def _ram_gb(row: Row) -> float | None:
    """`cpu_ram` is the whole box; ours is in proportion to our cores."""
    whole, ours, cores = _number(row.get("cpu_ram")), _number(row.get("cpu_cores_effective")), row.get("cpu_cores")
    if whole is None:
        return None
    share = ours / float(cores) if ours and cores else _number(row.get("gpu_frac")) or 1
    return round(whole * min(1.0, share) / MB, 1)


def _country(place: str) -> str | None:
    """Free text that ends in the country: `Texas, US`, `, CN`."""
    code = place[-2:]
    return code if len(code) == 2 and code.isascii() and code.isupper() and code.isalpha() else None


def _onstart(order: Order) -> str:
    """Keys are written here as well: attaching them takes seconds, and now and then fails."""
    lines = ["touch ~/.no_auto_tmux", "env >> /etc/environment", "mkdir -p ~/.ssh && chmod 700 ~/.ssh"]
    lines += [f"echo {shlex.quote(key.strip())} >> ~/.ssh/authorized_keys" for key in order.ssh_keys]
    lines += ["chmod 600 ~/.ssh/authorized_keys", order.onstart]
    script = "\n".join(line for line in lines if line)
    if len(script) > ONSTART_CHARACTERS_MAX:
        packed = b64encode(gzip.compress(script.encode(), mtime=0)).decode()
        script = f"echo {packed} | base64 -d | gunzip | bash"
    if len(script) > ONSTART_CHARACTERS_MAX:
        raise Invalid(f"The start script is longer than Vast takes ({ONSTART_CHARACTERS_MAX} characters, packed).")
    return script


def _state(row: Row) -> tuple[State, str | None]:
    """From three words: what is wanted, what the scheduler has given, what the container does."""
    does, said = row.get("actual_status"), str(row.get("status_msg") or "").strip() or None
    if does in ("offline", "unknown"):
        return "unknown", said or f"the host is {does}"
    if row.get("intended_status") == "stopped":
        return ("stopping" if does == "running" else "stopped"), said
    if row.get("cur_state") == "stopped":
        return "pending", "waits for its GPU"
    return ("running", None) if does == "running" else _starting(does, said)


def _starting(does: str | None, said: str | None) -> tuple[State, str | None]:
    if does in ("exited", "stopped"):
        return "failed", said or "the container ended"
    if said and any(word in said.lower() for word in BROKEN_START):
        return "failed", said
    return NO_IMAGE_YET.get(does, "booting"), said


def _outbid(row: Row) -> bool:
    """A stopped machine does not say who stopped it; one whose bid is below what others pay was outbid."""
    mine, lowest = decimal(row.get("dph_base")), decimal(row.get("min_bid"))
    stopped = row.get("cur_state") == "stopped" and row.get("next_state") == "stopped"
    return stopped and mine is not None and lowest is not None and lowest > mine


def _raw(row: Row) -> str:
    return f"{row.get('intended_status')}/{row.get('cur_state')}/{row.get('actual_status')}"


def _cost_now(row: Row, state: State) -> Decimal | None:
    """Disk alone while it does not run."""
    if state in ("running", "stopping"):
        return decimal(row.get("dph_total"))
    disk = (row.get("instance") or {}).get("diskHour", row.get("storage_total_cost"))
    return decimal(disk) if state == "stopped" else decimal(row.get("dph_total"))


def _addresses(row: Row) -> Iterable[Address]:
    host, ports = str(row.get("public_ipaddr") or "").strip(), row.get("ports") or {}
    inside = ports.get(SSH) or []
    if host and inside and inside[0].get("HostPort"):
        yield Address(host, int(inside[0]["HostPort"]))
    if row.get("ssh_host") and row.get("ssh_port") and row.get("actual_status") == "running":
        yield Address(str(row["ssh_host"]).strip(), int(row["ssh_port"]), direct=False)


def _gb(megabytes: Any) -> float | None:
    return None if megabytes is None else float(megabytes) / MB


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _moment(seconds: Any) -> datetime | None:
    return datetime.fromtimestamp(float(seconds), UTC) if seconds else None
