"""What the doors of accounts hand to their use cases: adapters by type, and work by permission."""

from typing import Annotated

from fastapi import Depends

from dumont.accounts import guard
from dumont.accounts.belongings import Belongings
from dumont.accounts.hashing import PasswordHasher
from dumont.platform.http.buckets import Buckets
from dumont.platform.http.doors import part
from dumont.platform.secrets import Vault
from dumont.platform.work import Work

Hasher = Annotated[PasswordHasher, Depends(part(PasswordHasher))]
Throttle = Annotated[Buckets, Depends(part(Buckets))]
Owned = Annotated[Belongings, Depends(part(Belongings))]
Sealing = Annotated[Vault, Depends(part(Vault))]

AccountRead = Annotated[Work, guard.needs("account:read")]
AccountWrite = Annotated[Work, guard.needs("account:write")]
TeamsRead = Annotated[Work, guard.needs("teams:read")]
TeamsWrite = Annotated[Work, guard.needs("teams:write")]
ProviderKeysWrite = Annotated[Work, guard.needs("provider-keys:write")]
AuditRead = Annotated[Work, guard.needs("audit:read")]
UsersManage = Annotated[Work, guard.needs("users:manage")]
