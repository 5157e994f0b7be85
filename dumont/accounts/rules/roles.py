"""Who may do what: permissions by role, and what an API key keeps of them."""

from collections.abc import Iterable, Mapping
from typing import Literal, get_args

AccountRole = Literal["user", "operator", "admin"]
Permission = Literal[
    "account:read",
    "account:write",
    "teams:read",
    "teams:write",
    "provider-keys:write",
    "jobs:read",
    "jobs:manage",
    "workers:read",
    "audit:read",
    "users:manage",
    "settings:read",
    "providers:sync",
    "machines:read",
    "machines:write",
    "machines:manage",
    "snapshots:read",
    "snapshots:write",
    "fleet:read",
    "fleet:write",
    "fleet:manage",
]
PERMISSIONS: tuple[Permission, ...] = get_args(Permission)

_USER: frozenset[str] = frozenset(
    {
        *("account:read", "account:write", "teams:read", "teams:write", "provider-keys:write"),
        *("machines:read", "machines:write", "snapshots:read", "snapshots:write"),
        *("fleet:read", "fleet:write"),
    }
)
_OPERATOR: frozenset[str] = _USER | {
    *("jobs:read", "jobs:manage", "workers:read", "audit:read", "providers:sync", "machines:manage"),
    *("fleet:manage",),
}
_ADMIN: frozenset[str] = _OPERATOR | {"users:manage", "settings:read"}
BY_ROLE: Mapping[AccountRole, frozenset[str]] = {"user": _USER, "operator": _OPERATOR, "admin": _ADMIN}


def allowed(role: AccountRole, scopes: Iterable[str] | None = None) -> frozenset[str]:
    """What a role may do; with an API key's scopes, only what both allow, so a lost role takes the key's power too."""
    permissions = BY_ROLE[role]
    return permissions if scopes is None else permissions & frozenset(scopes)


def beyond(wanted: Iterable[str], permissions: frozenset[str]) -> list[str]:
    """The scopes that someone with these permissions can't give away."""
    return sorted(set(wanted) - permissions)
