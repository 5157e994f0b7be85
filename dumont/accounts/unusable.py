"""Accounts with which nobody can sign in: for people who are only invented, as those of the demo are."""

import secrets
from collections.abc import Mapping
from uuid import UUID

from dumont.accounts.hashing import PasswordHasher
from dumont.accounts.store import users
from dumont.accounts.tables import User
from dumont.platform.work import Work

ADDRESS = "renter-{}@demo.invalid"


async def add(work: Work, hasher: PasswordHasher, names: Mapping[UUID, str]) -> bool:
    """False if they are all there already. Not on an empty system: the first account becomes administrator."""
    nobodys = await hasher.hash(secrets.token_urlsafe())
    added = False
    for number, (person, name) in enumerate(names.items(), 1):
        user = User(
            id=person,
            email=ADDRESS.format(number),
            name=name,
            role="user",
            password_hash=nobodys,
            session_version=1,
            created_at=work.now,
            disabled_at=work.now,
        )
        added = await users.add(work.tx, user) or added
    return added
