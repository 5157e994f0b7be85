"""What every cloud looks like from here: the law that each adapter keeps and the conformance suite proves.

- An adapter is one file, `adapters/<name>.py`, with one `KIND`; `registry.py` lists the kinds.
- It speaks the cloud's real API over the seam it is given, and remembers nothing between calls.
- Money is `Decimal` US dollars, an hour and the whole machine, whatever the cloud counts in. Times are aware, in UTC.
- It raises only `errors.ProviderError`s. A call whose effect is in doubt raises `OutcomeUnknown`, never a retry.
- What does not parse is skipped and counted, never guessed. Half a list says that it is half: `complete=False`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal, Protocol, runtime_checkable

from dumont.providers.http import Http
from dumont.providers.limits import Every

State = Literal["pending", "booting", "running", "stopping", "stopped", "failed", "terminating", "unknown"]
"""Of a machine. `running` is the cloud's word for it; whether SSH answers is for the caller to find out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One rentable configuration, as the cloud offers it now."""

    provider_offer_id: str
    """What `create` takes. Where the cloud has no offers, made of all that chooses one: `SECURE:RTX 4090:EU-RO-1:2`."""
    machine_id: str
    """The physical box where the cloud names it; else the smallest place that history can stick to."""
    host_id: str | None = None
    gpu_name: str | None
    """Canonical (`basics.gpu`); None for a machine without GPU."""
    gpu_count: int
    vram_gb: float = 0
    """Of one GPU."""
    cpu_cores: float | None = None
    ram_gb: float | None = None
    disk_gb: float | None = None
    inet_down_mbps: float | None = None
    inet_up_mbps: float | None = None
    cuda_max: float | None = None
    driver: str | None = None
    region: str | None = None
    """As the cloud calls it."""
    country: str | None = None
    """Two capital letters."""
    price_hour: Decimal | None
    """On demand, the whole machine without storage; None where it can only be had at a spot price."""
    spot_price_hour: Decimal | None = None
    """The lowest bid or the spot price, the whole machine."""
    storage_price_gb_month: Decimal | None = None
    """None where it is not known; zero where the disk is in the price."""
    egress_price_gb: Decimal | None = None
    provider_reliability: float | None = None
    """0 to 1, as the cloud claims."""
    verified: bool = False
    """By the cloud: a data centre, an audited or verified host."""
    available: bool = True


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The answer to a search for everything."""

    offers: Sequence[Listed]
    complete: bool
    """False if any page, region or part is missing: what is not in it may still be there."""
    skipped: int = 0
    """Offers that did not parse; the seam has logged one raw body of them."""
    slices: int = 0
    """Parts of GPUs, which are not shown as whole ones."""
    unnamed: int = 0
    """GPUs that the facts table does not know."""
    notes: Sequence[str] = ()
    """In words for the operator, such as `2 of 31 regions did not answer`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to create. `label` is ours, unique to this rental, and is how a machine is found again."""

    offer: Listed
    label: str
    image: str
    disk_gb: float
    ssh_keys: Sequence[str]
    """Public keys, in the form of `authorized_keys`."""
    onstart: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    ports: Sequence[int] = ()
    """Besides 22."""
    spot: bool = False
    max_price_hour: Decimal | None = None
    """The bid for a spot machine; for others the price above which the order must fail."""
    hours: int | None = None
    """Only for clouds that sell hours in advance (`Capabilities.prepaid_hours_min`)."""


@dataclass(frozen=True, slots=True)
class Address:
    host: str
    port: int
    user: str = "root"
    direct: bool = True
    """False for a gateway of the cloud. Host and port of two addresses are never mixed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A machine that the account holds, as the cloud tells it now."""

    id: str
    state: State
    raw_state: str
    """The cloud's own word."""
    label: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    machine_id: str | None = None
    """As in `Listed`, where the cloud tells it."""
    gpu_name: str | None = None
    gpu_count: int = 0
    price_hour: Decimal | None = None
    """What it costs now; a stopped machine's disk too, where the cloud says so."""
    compute_hour: Decimal | None = None
    """What running costs now, without the disk; None where the cloud does not tell the two apart, or keeps to what was
    agreed."""
    spot: bool = False
    region: str | None = None
    addresses: Sequence[Address] = ()
    """The best first; empty until the cloud knows them."""
    created_at: datetime | None = None
    ends_at: datetime | None = None
    """When the cloud takes it away, if it says so."""
    reason: str | None = None
    """Why it is not running, in the cloud's words."""
    outbid: bool = False


@dataclass(frozen=True, slots=True)
class Created:
    id: str
    machine: Machine | None = None
    """Where the answer held it."""
    price_hour: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """All machines of the account, by its one list call or all pages of it."""

    machines: Sequence[Machine]
    complete: bool
    """Only a complete list can say that a machine is not there; an empty one where something was expected can't."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a cloud can do; a door looks here before it offers anything."""

    search: bool = True
    create: bool = True
    spot: bool = False
    stop_start: bool = False
    stopped_costs: bool = False
    """Whether a stopped machine's disk still costs money."""
    labels: bool = False
    """Whether a label given at create comes back in the list."""
    relabel: bool = False
    idempotent_create: bool = False
    """Whether the cloud itself refuses or repeats a second create with the same label."""
    loss_notice_seconds: int | None = None
    """How long before it takes a machine away the cloud says so; None for never."""
    balance: bool = False
    logs: bool = False
    prepaid_hours_min: int | None = None
    extends: bool = False
    """Whether a machine ends when what is paid for it is used up, and `extend` pays for more (`Machine.ends_at`)."""
    scripts: bool = True
    """Whether it runs the start script of an order, which puts our agent there: without it nothing can be lived in."""
    images: bool = False
    """Whether it starts the container image of an order; else it makes a whole machine."""
    machine_images: bool = False
    """Whether the image of an order may be one of its own, of a whole machine."""
    ssh_gateway: bool = False
    self_destroy: bool = False
    """Whether a key that can only end this machine is put on it, or it can shut itself down for good."""
    physical_machines: bool = False
    """Whether `machine_id` is a physical box."""
    why_not: Mapping[str, str] = field(default_factory=dict)
    """For what is missing, the reason in a sentence: `{"spot": "withdrawn in 2026"}`."""


class Adapter(Protocol):
    """One account at one cloud. What `capabilities` denies raises `Unsupported`."""

    async def search(self) -> Catalogue:
        """Everything that is on offer now."""
        ...

    async def create(self, order: Order) -> Created: ...

    async def machines(self) -> Held: ...

    async def machine(self, machine_id: str) -> Machine:
        """Raises `MachineGone` only on a positive answer that it is no more."""
        ...

    async def start(self, machine_id: str) -> None: ...

    async def stop(self, machine_id: str) -> None: ...

    async def destroy(self, machine_id: str) -> None:
        """Asks for the end, and may be asked again; `machines` proves that it is over. Gone already is success."""
        ...

    async def extend(self, machine_id: str, hours: int) -> None:
        """Pays for so many hours more, at the price of now; that it was done, the machine's `ends_at` proves."""
        ...

    async def relabel(self, machine_id: str, label: str) -> None: ...

    async def balance(self) -> Decimal: ...

    async def logs(self, machine_id: str, *, lines: int = 200) -> str: ...


@runtime_checkable
class Witness(Protocol):
    """A cloud at which single offers can be asked for: what a list that has shrunk is checked by."""

    async def offered(self, offer_ids: Collection[str]) -> frozenset[str] | None:
        """Which of these, a few dozen at most, are on offer now; None where the cloud can't be asked so."""
        ...


@runtime_checkable
class Quoting(Protocol):
    """A cloud that sells more hours at what they cost then, which may be more than was agreed for the first."""

    async def quote(self, provider_offer_id: str, hours: int) -> Decimal | None:
        """Dollars an hour of so many more; None where the price stays what it is."""
        ...


@dataclass(frozen=True, slots=True)
class CredentialField:
    name: str
    title: str
    secret: bool = True
    optional: bool = False
    hint: str = ""


class Make(Protocol):
    def __call__(self, http: Http, credentials: Mapping[str, str]) -> Adapter: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A cloud, before anyone has an account there."""

    name: str
    title: str
    url: str
    """Of the real API; a setting may point elsewhere, as a simulator's address does."""
    can: Capabilities
    make: Make
    credentials: Sequence[CredentialField] = ()
    where: str = ""
    """Where the owner of an account makes a key, in words."""
    site: str = ""
    public_search: bool = False
    """Whether offers can be read without an account."""
    sync_seconds: float = 30
    limits: Sequence[Every] = ()
    """Each for a group of calls."""
    disabled: str | None = None
    """Why it can't be used at all, in a sentence."""

    @property
    def why_not(self) -> str | None:
        """Why nobody can live on a machine of this cloud; None where one can."""
        if self.disabled is not None:
            return self.disabled
        if not self.can.create:
            return self.can.why_not.get("create", f"{self.title} rents no machines.")
        return None if self.can.scripts else f"{self.title} runs no start script, so no agent can be put on a machine."
