"""Sends one message: a short transaction reads it, the network is used with none open, a short one writes what came."""

import time
from dataclasses import dataclass
from datetime import timedelta
from socket import gaierror
from typing import Any

import httpx

from dumont.basics.errors import Unavailable
from dumont.notices import keeping, metrics
from dumont.notices.calling import Called, Refused, call
from dumont.notices.rules import signing
from dumont.notices.store import deliveries, webhooks
from dumont.notices.telling import ToDeliver
from dumont.platform.jobs.port import Run
from dumont.platform.jobs.retry import growing
from dumont.platform.secrets import Vault
from dumont.platform.settings import Settings
from dumont.platform.work import Work

TRIES = 8
RETRY = growing(TRIES, first_seconds=5, most_seconds=3600)
AGAIN = frozenset({408, 425, 429})
"""Of the statuses that say that the request is wrong, those that a later try may change."""
KEPT = timedelta(days=30)


class NotDelivered(Unavailable):
    code = "not_delivered"


@dataclass(frozen=True, slots=True)
class _Letter:
    url: str
    headers: dict[str, str]
    content: bytes


async def deliver(run: Run, wish: ToDeliver) -> dict[str, Any]:
    """At least once: whoever is told knows a repeated message by its id."""
    async with run.work() as work:
        letter = await _letter(work, run.part(Vault), wish)
    if letter is None:
        return {"state": "over"}
    begun = time.monotonic()
    private = run.part(Settings).webhooks_private_addresses
    try:
        found = await call(letter.url, letter.headers, letter.content, private=private)
        status, error, hopeless = found.status, _fault(found), 400 <= found.status < 500 and found.status not in AGAIN
    except Refused as refused:
        status, error, hopeless = None, str(refused), True
    except gaierror:
        status, error, hopeless = None, "Nobody knows its name.", False
    except (httpx.HTTPError, OSError, TimeoutError) as failed:
        status, error, hopeless = None, f"It can't be reached: {type(failed).__name__}.", False
    state = "delivered" if error is None else "dead" if hopeless or run.attempt >= TRIES else "waiting"
    took = time.monotonic() - begun
    metrics.TRIED.labels(state).inc()
    metrics.ANSWER_SECONDS.observe(took)
    async with run.work() as work:
        ended = None if state == "waiting" else work.now
        values = {"state": state, "status": status, "error": error, "tries": run.attempt, "ended_at": ended}
        tried = {"tried_at": work.now, "milliseconds": round(took * 1000)}
        await deliveries.note(work.tx, wish.delivery_id, values | tried)
    if state == "waiting":
        raise NotDelivered(error or "", hint="It is tried again.")
    return {"state": state, "status": status}


async def prune(work: Work) -> int:
    return await deliveries.prune(work.tx, work.now - KEPT)


async def _letter(work: Work, vault: Vault, wish: ToDeliver) -> _Letter | None:
    """None where it is delivered, or its webhook is no more."""
    delivery = await deliveries.one(work.tx, wish.delivery_id)
    webhook = await webhooks.one(work.tx, wish.webhook_id)
    if delivery is None or webhook is None or delivery.state != "waiting":
        return None
    content = signing.written(webhook.form, delivery.body)
    secret = vault.open(webhook.secret_sealed, keeping.place(webhook.id, "secret"))
    headers = {
        "content-type": "application/json",
        "user-agent": "dumont-webhooks",
        signing.EVENT: delivery.topic,
        signing.DELIVERY: str(delivery.id),
        signing.SIGNATURE: signing.signature(secret, int(work.now.timestamp()), content),
    }
    return _Letter(vault.open(webhook.url_sealed, keeping.place(webhook.id, "url")), headers, content)


def _fault(found: Called) -> str | None:
    if 200 <= found.status < 300:
        return None
    if 300 <= found.status < 400:
        return f"It answered {found.status}, and forwarding is not followed."
    return f"It answered {found.status}: {found.said}" if found.said else f"It answered {found.status}."
