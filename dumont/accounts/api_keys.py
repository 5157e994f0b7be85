"""Keys for programs: made with a part of their owner's permissions, shown once, removed at any time."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from dumont.accounts import audit
from dumont.accounts.rules import roles, tokens
from dumont.accounts.store import api_keys as store
from dumont.accounts.tables import ApiKey
from dumont.basics import ids
from dumont.basics.errors import Invalid, NotFound
from dumont.basics.page import Page, cut, read_cursor
from dumont.platform.work import Work


async def mine(work: Work, cursor: str | None, limit: int) -> Page[ApiKey]:
    found = await store.page(work.tx, work.caller.me, read_cursor(cursor), limit)
    return cut(found, limit, lambda key: (key.created_at, key.id))


async def create(
    work: Work, *, name: str, scopes: Sequence[str], expires_at: datetime | None
) -> tuple[ApiKey, tokens.ApiKeyText]:
    """A key can't do more than the one who makes it, so a key that makes keys only passes on what and while it has."""
    if beyond := roles.beyond(scopes, work.caller.permissions):
        raise Invalid.field("scopes", f"has what you may not do yourself: {', '.join(beyond)}")
    if expires_at is not None and expires_at <= work.now:
        raise Invalid.field("expires_at", "must lie in the future")
    if work.caller.api_key_id is not None:
        ends = await store.expiry(work.tx, work.caller.api_key_id)
        if ends is not None and (expires_at is None or expires_at > ends):
            raise Invalid.field("expires_at", f"must not be later than the end of this key: {ends.isoformat()}")
    text = tokens.new_api_key()
    key = ApiKey(
        id=ids.new(work.now, work.random),
        user_id=work.caller.me,
        name=name,
        prefix=text.prefix,
        hash=tokens.digest(text.secret),
        scopes=sorted(set(scopes)),
        created_at=work.now,
        expires_at=expires_at,
    )
    await store.add(work.tx, key)
    details = {"name": name, "scopes": key.scopes}
    await audit.record(work, "api_key.created", ("api_key", key.id), f"Made the API key {name}", details=details)
    return key, text


async def remove(work: Work, key_id: UUID) -> None:
    name = await store.remove(work.tx, key_id, work.caller.me)
    if name is None:
        raise NotFound("There is no such API key.")
    await audit.record(work, "api_key.removed", ("api_key", key_id), f"Removed the API key {name}")
