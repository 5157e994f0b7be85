"""SQL of addresses that save one thing once: found by hash alone, and gone with that."""

from datetime import datetime

from sqlalchemy import delete

from dumont.platform.db import Tx
from dumont.snapshots.tables import SnapshotDownload as Download


async def add(tx: Tx, download: Download) -> None:
    tx.add(download)
    await tx.flush()


async def take(tx: Tx, digest: bytes, now: datetime) -> Download | None:
    """Of two who come with the same one, one alone has it."""
    taken = delete(Download).where(Download.hash == digest, Download.expires_at > now).returning(Download)
    return (await tx.execute(taken)).scalar_one_or_none()


async def forget_expired(tx: Tx, now: datetime) -> None:
    await tx.execute(delete(Download).where(Download.expires_at <= now))
