"""Identifiers that sort by the time they were made, from a moment and a source of chance given by the caller."""

from datetime import datetime
from random import Random
from uuid import UUID


def new(now: datetime, random: Random) -> UUID:
    """A UUID of version 7: 48 bits of milliseconds, then chance. PostgreSQL before 18 has no function for it."""
    milliseconds = int(now.timestamp() * 1000)
    value = (milliseconds & (1 << 48) - 1) << 80 | random.getrandbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


def read(text: str) -> UUID | None:
    """None for what is no id: where somebody else wrote it, and a wrong one is as good as none."""
    try:
        return UUID(text)
    except ValueError:
        return None
