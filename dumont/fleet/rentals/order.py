"""What is ordered at a cloud for a rental: the image, who may come in, and how the machine installs its agent."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from dumont.agent.protocol import SERVER, TOKEN, WORKSPACE
from dumont.fleet.rules.wanted import Wanted
from dumont.providers.port import Kind, Listed, Order

IMAGE = "pytorch/pytorch:2.6.0-cuda12.4-cudnn9-devel"
"""The house's own: a GPU's tools, and Python for the agent."""
CEILINGS: Mapping[str, Decimal] = {"akash": Decimal("1.2")}
"""Where the price in the list is what others paid, and the real one is known only once somebody bids."""
CHECKED = frozenset({"ionet"})
"""Adapters that hold an order to its listed price themselves, to the cent."""
INSTALL = """\
u="$DUMONT_SERVER/api/v1/agent/install.sh" f="${TMPDIR:-/tmp}/dumont-install.$$"
python='import sys, urllib.request as r; open(sys.argv[2], "wb").write(r.urlopen(sys.argv[1], timeout=60).read())'
fetch() {
  curl -fsSL --max-time 60 "$u" -o "$f" 2>/dev/null || wget -qT 60 -O "$f" "$u" 2>/dev/null ||
    python3 -c "$python" "$u" "$f" 2>/dev/null
}
install() {
  n=0; until fetch && sh "$f"; do n=$((n + 1)); [ $n -lt 60 ] || return 1; sleep $((n > 5 ? 5 : 1)); done; rm -f "$f"
}
install >/tmp/dumont-install.log 2>&1 &
"""
"""In the background, since a cloud may wait for its start script; run anew at each boot, which does no harm. All of it
is tried again: the server may go away between the script and the agent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a rental's row says of the order."""

    listed: Listed
    label: str
    disk_gb: float
    spot: bool
    price_hour: Decimal


def order_of(kind: Kind, terms: Terms, wanted: Wanted, *, env: Mapping[str, str], server: str, token: str) -> Order:
    """The owner's own start script is no part of it: the agent runs it once the workspace is in place."""
    own = {SERVER: server, TOKEN: token}
    own |= {WORKSPACE: wanted.workspace} if wanted.workspace else {}
    return Order(
        offer=terms.listed,
        label=terms.label,
        image=wanted.image or IMAGE,
        disk_gb=terms.disk_gb,
        ssh_keys=wanted.ssh_keys,
        onstart=INSTALL,
        env={**env, **own},
        ports=wanted.ports,
        spot=terms.spot,
        max_price_hour=_price_max(kind, terms),
        hours=kind.can.prepaid_hours_min,
    )


def _price_max(kind: Kind, terms: Terms) -> Decimal | None:
    """What was agreed, or the bid. A spot machine that is billed at the market's price, not at a bid, may rise up to
    the price on demand: it is interrupted less often then."""
    if kind.name in CHECKED or (terms.spot and not kind.can.physical_machines):
        return None
    return terms.price_hour * CEILINGS.get(kind.name, Decimal(1))
