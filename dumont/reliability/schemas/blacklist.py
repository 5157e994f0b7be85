"""Entries of the blacklist, as they are wished for and shown."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from dumont.basics.machine_key import MACHINE_ID
from dumont.platform.http.bodies import RequestBody
from dumont.reliability.blacklist import ByHand
from dumont.reliability.rules.blacklist import Kind, active
from dumont.reliability.schemas.fields import Key, MachineId, ProviderName, Words
from dumont.reliability.tables import ReliabilityBlacklist


class BlacklistWish(RequestBody):
    provider: Annotated[str, Field(max_length=40, examples=["vast"])]
    machine_id: Annotated[str, StringConstraints(max_length=200, pattern=f"^{MACHINE_ID.pattern}$")] = Field(
        description="Its own id there.", examples=["12345"]
    )
    reason: Annotated[Words, Field(examples=["The disk is far slower than promised."])]
    blacklist_type: ByHand = Field(
        "manual", description="`manual` has no end; `temporary` is for everyone, and takes the right to block for them."
    )
    for_everyone: bool = Field(False, description="A manual one is for your account alone, unless an operator asks.")


class BlacklistEntry(BaseModel):
    id: UUID
    provider: ProviderName
    machine_id: MachineId
    key: Key
    blacklist_type: Kind = Field(examples=["automatic"])
    reason: str = Field(examples=["3 failures in a row, the last one boot_timeout"])
    for_everyone: bool = Field(description="False for an entry of your account alone.")
    active: bool = Field(description="Whether it counts at this moment.")
    created_at: datetime
    created_by: UUID | None = Field(description="Null where the system decided.")
    expires_at: datetime | None = Field(description="The moment from which it no longer counts; null for no end.")
    ended_at: datetime | None = Field(description="When it ran out, was replaced or was removed.")
    ended_by: UUID | None
    ended_why: str | None = Field(
        description="`expired`, `replaced`, or the words of who removed it.", examples=["The owner changed the disk."]
    )


class BlacklistCheck(BaseModel):
    is_blacklisted: bool
    entry: BlacklistEntry | None = Field(description="The strongest that counts for you.")


def shown(entry: ReliabilityBlacklist, now: datetime) -> BlacklistEntry:
    """An entry whose time is up is over from that moment, whether or not it has been tidied up."""
    counts = active(entry.expires_at, now, ended=entry.ended_at is not None)
    lapsed = entry.ended_at is None and not counts
    return BlacklistEntry.model_validate(
        {
            "id": entry.id,
            "provider": entry.provider,
            "machine_id": entry.machine_id,
            "key": f"{entry.provider}:{entry.machine_id}",
            "blacklist_type": entry.kind,
            "reason": entry.reason,
            "for_everyone": entry.user_id is None,
            "active": counts,
            "created_at": entry.created_at,
            "created_by": entry.created_by,
            "expires_at": entry.expires_at,
            "ended_at": entry.expires_at if lapsed else entry.ended_at,
            "ended_by": entry.ended_by,
            "ended_why": "expired" if lapsed else entry.ended_why,
        }
    )
