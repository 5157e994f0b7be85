"""Webhooks as their owner keeps them: made with a secret that is shown once, changed, removed."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from dumont.accounts import audit
from dumont.basics import ids
from dumont.basics.errors import Invalid, NotFound
from dumont.notices import addresses
from dumont.notices.rules import signing
from dumont.notices.store import webhooks as store
from dumont.notices.tables import Webhook
from dumont.platform.db import Tx
from dumont.platform.secrets import Vault
from dumont.platform.work import Work

MOST = 20
ENDING = 4


async def mine(work: Work) -> Sequence[Webhook]:
    return await store.of_user(work.tx, work.caller.me)


async def one(work: Work, webhook_id: UUID) -> Webhook:
    found = await store.mine(work.tx, webhook_id, work.caller.me)
    if found is None:
        raise NotFound("There is no such webhook.")
    return found


async def create(
    work: Work, vault: Vault, *, name: str, url: str, form: str, topics: Sequence[str]
) -> tuple[Webhook, str]:
    """And the secret that its messages are signed with."""
    if await store.count(work.tx, work.caller.me) >= MOST:
        raise Invalid.field("name", f"can't be one more: there are {MOST} webhooks already")
    identity, secret = ids.new(work.now, work.random), signing.SECRET_PREFIX + secrets.token_urlsafe(32)
    webhook = Webhook(
        id=identity,
        user_id=work.caller.me,
        name=name,
        **_address(work, vault, identity, url),
        secret_sealed=vault.seal(secret, place(identity, "secret")),
        form=form,
        topics=sorted(set(topics)),
        enabled=True,
        created_at=work.now,
        changed_at=work.now,
    )
    work.tx.add(webhook)
    await work.tx.flush()
    await _record(work, "created", webhook, f"Made the webhook {name}")
    return webhook, secret


async def change(work: Work, vault: Vault, webhook_id: UUID, changes: Mapping[str, Any]) -> Webhook:
    webhook = await one(work, webhook_id)
    told = dict(changes)
    if (url := told.pop("url", None)) is not None:
        told |= _address(work, vault, webhook.id, url)
    if "topics" in told:
        told["topics"] = sorted(set(told["topics"]))
    for name, value in told.items():
        setattr(webhook, name, value)
    webhook.changed_at = work.now
    await work.tx.flush()
    await _record(work, "changed", webhook, f"Changed the webhook {webhook.name}")
    return webhook


async def remove(work: Work, webhook_id: UUID) -> None:
    name = await store.remove(work.tx, webhook_id, work.caller.me)
    if name is None:
        raise NotFound("There is no such webhook.")
    await audit.record(work, "webhook.removed", ("webhook", webhook_id), f"Removed the webhook {name}")


async def reseal(tx: Tx, vault: Vault) -> int:
    """With the newest key, what an older one sealed; how many there were."""
    resealed = 0
    for webhook in await store.all_of_them(tx):
        for what in ("url", "secret"):
            text, where = getattr(webhook, f"{what}_sealed"), place(webhook.id, what)
            if not vault.is_newest(text):
                setattr(webhook, f"{what}_sealed", vault.seal(vault.open(text, where), where))
                resealed += 1
    return resealed


def place(identity: UUID, what: str) -> str:
    return f"notices_webhooks:{identity}:{what}"


def _address(work: Work, vault: Vault, identity: UUID, url: str) -> dict[str, str]:
    host = addresses.checked(url, private=work.settings.webhooks_private_addresses)
    return {"url_sealed": vault.seal(url, place(identity, "url")), "host": host, "ending": url[-ENDING:]}


async def _record(work: Work, verb: str, webhook: Webhook, summary: str) -> None:
    details = {"host": webhook.host, "topics": webhook.topics, "enabled": webhook.enabled}
    await audit.record(work, f"webhook.{verb}", ("webhook", webhook.id), summary, details=details)
