"""What the tests of every cloud do: order, look, try; and which clouds and which broken answers there are."""

from collections.abc import Awaitable, Mapping
from typing import Any

import pytest

from dumont.providers import registry
from dumont.providers.errors import ProviderError, RateLimited, Unavailable
from dumont.providers.port import Catalogue, Created, Held, Listed, Machine, Order
from tests.providers.conftest import Lab
from tests.providers.profile import Profile

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGNvbmZvcm1hbmNlc3VpdGVrZXlmb3J0ZXN0cw conformance"
LABEL = "dumont/0a1b2c3d/01935e1b-6d2a-7cc3-98c4-dc0c0c07398f"
"""As the fleet writes them."""
BROKEN: Mapping[str, Mapping[str, Any]] = {
    "error 500": {"fault": "status", "status": 500},
    "an HTML page with 502": {"fault": "html", "status": 502},
    "an HTML page with 200": {"fault": "html", "status": 200},
    "half a JSON": {"fault": "garbage"},
    "a cut connection": {"fault": "drop_before"},
}
USABLE = [name for name in registry.NAMES if name not in ("render", "local")]
"""Without this computer, which has no API that could be simulated: its own tests live its real life."""
each = pytest.mark.parametrize("name", USABLE)
broken = pytest.mark.parametrize("fault", BROKEN.values(), ids=list(BROKEN))


async def order(lab: Lab, profile: Profile, *, spot: bool = False, label: str = LABEL) -> Order:
    offer = profile.choose((await lab.adapter.search()).offers, spot=spot)
    return Order(
        offer=offer,
        label=label,
        image="nvidia/cuda:12.4.1-base-ubuntu22.04",
        disk_gb=50,
        ssh_keys=[KEY],
        onstart="echo ready > /root/ready",
        env={"GREETING": "hello"},
        spot=spot,
        max_price_hour=offer.spot_price_hour if spot else None,
        hours=profile.hours,
    )


async def rent(lab: Lab, profile: Profile, *, spot: bool = False) -> tuple[Created, Listed]:
    wanted = await order(lab, profile, spot=spot)
    return await lab.adapter.create(wanted), wanted.offer


async def listed(lab: Lab, machine_id: str) -> Machine | None:
    held = await lab.adapter.machines()
    return next((machine for machine in held.machines if machine.id == machine_id), None)


async def attempt(work: Awaitable[Any]) -> Any:
    """What came of it, error or not."""
    try:
        return await work
    except ProviderError as error:
        return error


def no_news(told: Any) -> bool:
    return isinstance(told, Unavailable | RateLimited) or (isinstance(told, Catalogue | Held) and not told.complete)
