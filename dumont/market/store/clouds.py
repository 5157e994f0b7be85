"""How each cloud stands, as the last readings of it left it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dumont.platform.db import Tx, raw
from dumont.platform.jobs.rows import read_json


@dataclass(frozen=True, slots=True)
class Cloud:
    name: str
    seen_at: datetime | None
    last_complete_at: datetime | None
    last_started_at: datetime | None
    last_finished_at: datetime | None
    last_error_code: str | None
    last_error: str | None
    last_error_at: datetime | None
    offers: int
    next_at: datetime | None
    failures: int
    last_report: dict[str, Any] | None


async def all_of_them(tx: Tx) -> dict[str, Cloud]:
    """By name; those that no worker has met yet are not among them."""
    records = await (await raw(tx)).fetch(_ALL)
    return {record["name"]: Cloud(**{**record, "last_report": read_json(record["last_report"])}) for record in records}


_ALL = """
    SELECT name, seen_at, last_complete_at, last_started_at, last_finished_at, last_error_code, last_error,
        last_error_at, offers, next_at, failures, last_report
    FROM market_providers ORDER BY name
"""
