"""Keeps the environment of an instance sealed: what is set there is often a secret."""

import json
from collections.abc import Mapping
from uuid import UUID

from dumont.fleet.tables import FleetInstance
from dumont.platform.secrets import Vault


def sealed(vault: Vault, instance_id: UUID, env: Mapping[str, str]) -> str | None:
    return vault.seal(json.dumps(dict(env)), place(instance_id)) if env else None


def of(vault: Vault, instance: FleetInstance) -> dict[str, str]:
    if instance.env_sealed is None:
        return {}
    found: dict[str, str] = json.loads(vault.open(instance.env_sealed, place(instance.id)))
    return found


def place(instance_id: UUID) -> str:
    return f"fleet_instances:{instance_id}:env"
