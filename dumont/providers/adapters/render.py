"""Render Network: disabled, since none of its interfaces can rent a machine that could be compared.

What is public is the interface of its offshoot Dispersed, which runs jobs in containers by the amount of memory, and
tells neither the model of a GPU nor a price. The signature of its requests is kept, for the day on which it does.
"""

import hmac
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NoReturn

from dumont.providers import errors, port
from dumont.providers.http import Http

DISABLED = "Render's public interface sells jobs, and tells neither the model of a GPU nor a price."
FLAGS = (
    *("search", "create", "spot", "stop_start", "stopped_costs", "labels", "relabel", "idempotent_create"),
    *("loss_notice_seconds", "balance", "logs", "prepaid_hours_min", "extends", "ssh_gateway", "self_destroy"),
    *("physical_machines", "scripts", "images", "machine_images"),
)
CAN = port.Capabilities(search=False, create=False, scripts=False, why_not=dict.fromkeys(FLAGS, DISABLED))


class Render:
    """Refuses everything, and says why."""

    def __init__(self, http: Http, credentials: Mapping[str, str]) -> None: ...

    async def search(self) -> NoReturn:
        raise errors.Unsupported(DISABLED)

    async def create(self, order: port.Order) -> NoReturn:
        raise errors.Unsupported(DISABLED)

    async def machines(self) -> NoReturn:
        raise errors.Unsupported(DISABLED)

    async def machine(self, machine_id: str) -> NoReturn:
        raise errors.Unsupported(DISABLED)

    async def start(self, machine_id: str) -> NoReturn:
        raise errors.Unsupported(DISABLED)

    async def stop(self, machine_id: str) -> NoReturn:
        raise errors.Unsupported(DISABLED)

    async def destroy(self, machine_id: str) -> NoReturn:
        raise errors.Unsupported(DISABLED)

    async def extend(self, machine_id: str, hours: int) -> NoReturn:
        raise errors.Unsupported(DISABLED)

    async def relabel(self, machine_id: str, label: str) -> NoReturn:
        raise errors.Unsupported(DISABLED)

    async def balance(self) -> NoReturn:
        raise errors.Unsupported(DISABLED)

    async def logs(self, machine_id: str, *, lines: int = 200) -> NoReturn:
        raise errors.Unsupported(DISABLED)


def signature(secret: str, *parts: Any, body: bytes = b"") -> str:
    """Of `public key, time, nonce, METHOD, /v1/path, sorted query` and the body's digest, in small hexadecimal."""
    signed = "|".join([*map(str, parts), sha256(body).hexdigest()])
    return hmac.new(secret.encode(), signed.encode(), sha256).hexdigest()


KIND = port.Kind(
    name="render",
    title="Render Network",
    url="https://api.dispersed.com/v1",
    can=CAN,
    make=Render,
    credentials=(port.CredentialField("public_key", "Public key"), port.CredentialField("secret", "Secret key")),
    site="https://rendernetwork.com",
    disabled=DISABLED,
)
