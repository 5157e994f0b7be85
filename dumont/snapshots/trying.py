"""Tries the object store of this installation by lent addresses, as machines use them: for who looks after it."""

import secrets
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import httpx

from dumont.basics.clock import Clock
from dumont.platform.settings import Settings
from dumont.snapshots.lenders import Thing
from dumont.snapshots.stores import Stores
from dumont.snapstore.blobs import refusals

NOBODY = UUID(int=0)
PROBE, BODY = "doctor", b"dumont"
SECONDS = 5.0
STANDS = (409, 412)
SETTINGS = "Check snapshots_store, snapshots_endpoint, snapshots_region, snapshots_access_key and snapshots_secret_key."
OTHER = (
    "Snapshots by a grant need it, so that no machine writes over what is there. Set snapshots_store to a store that "
    "has it (Amazon, Cloudflare R2, MinIO of 2024 or newer), or to a folder: `file:///folder`."
)


@dataclass(frozen=True, slots=True)
class Trial:
    state: Literal["ok", "wrong"]
    says: str
    mend: str = ""


def try_store(settings: Settings, clock: Clock) -> Trial:
    """Blocking. Puts a small object, makes sure that it is not written over, and takes it away."""
    stores = Stores(settings, clock, "")
    if stores.kind == "file":
        return Trial("ok", "in a folder of this computer")
    try:
        with httpx.Client(timeout=SECONDS) as client:
            return _tried(stores, client)
    except httpx.HTTPError as error:
        return Trial("wrong", f"{stores.root} does not answer ({type(error).__name__})", SETTINGS)


def _tried(stores: Stores, client: httpx.Client) -> Trial:
    name = f"{PROBE}/{secrets.token_hex(8)}"
    try:
        first = _put(stores, client, name)
        if first.status_code == 501:
            return Trial("wrong", f"{stores.root} does not know If-None-Match", OTHER)
        if not first.is_success:
            code = refusals.read(first.status_code, first.headers, first.content).code
            return Trial("wrong", f"{stores.root} refused an object ({first.status_code} {code})".strip(), SETTINGS)
        if _put(stores, client, name).status_code not in STANDS:
            return Trial("wrong", f"{stores.root} takes no notice of If-None-Match", OTHER)
    finally:
        client.delete(stores.lend("DELETE", NOBODY, [Thing(name)]).urls[name])
    return Trial("ok", f"{stores.root} takes objects, and none twice")


def _put(stores: Stores, client: httpx.Client, name: str) -> httpx.Response:
    lent = stores.lend("PUT", NOBODY, [Thing(name, len(BODY), once=True)])
    return client.put(lent.urls[name], content=BODY, headers=dict(lent.headers.get(name, {})))
