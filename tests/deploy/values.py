"""Ways to install the chart that the tests go through."""

from typing import Any

BUILT_IN: dict[str, Any] = {
    "secrets": {"secretKey": "s" * 48, "encryptionKeys": "k1:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="},
    "postgresql": {"superuserPassword": "p" * 24, "ownerPassword": "o" * 24, "appPassword": "a" * 24},
    "redis": {"password": "r" * 24},
}
OWN_SECRET: dict[str, Any] = {
    "existingSecret": "mine",
    "postgresql": {"enabled": False},
    "redis": {"enabled": False},
    "ingress": {"enabled": True, "className": "nginx", "tlsSecret": "tls"},
    "metrics": {"serviceMonitor": {"enabled": True}},
    "web": {"autoscaling": {"enabled": False}},
    "settings": {
        "DUMONT_REQUEST_BYTES_MAX": 5_000_000,
        "DUMONT_DATABASE_SLOW_SECONDS": 0.25,
        "DUMONT_DRAIN_SECONDS": 40,
    },
}
OWN_DATABASE: dict[str, Any] = {
    "secrets": BUILT_IN["secrets"],
    "database": {"url": "postgresql://app:x@db/dumont", "ownerUrl": "postgresql://owner:y@db/dumont"},
    "postgresql": {"enabled": False},
    "redis": {"enabled": False, "url": "redis://cache:6379/0"},
}
WAYS = {"built-in": BUILT_IN, "own-secret": OWN_SECRET, "own-database": OWN_DATABASE}
