"""The server's configuration: small, local, and written anew at every start."""

import re
from collections.abc import Mapping
from pathlib import Path

from dumont.basics.errors import Invalid

PORT = 5432  # only the name of the socket file: nothing listens on a network


def defaults(major: int) -> dict[str, str]:
    chosen = {
        "max_connections": "60",
        "shared_buffers": "16MB",
        "work_mem": "4MB",
        "maintenance_work_mem": "32MB",
        "max_wal_size": "128MB",
        "min_wal_size": "32MB",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "max_logical_replication_workers": "0",
        "huge_pages": "off",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %a ",
        "log_checkpoints": "off",
        "log_min_duration_statement": "1s",
        "log_parameter_max_length": "0",  # parameters may be secrets
    }
    if major >= 18:
        chosen["io_method"] = "sync"  # three processes fewer
    return chosen


def render(*, major: int, socket_dir: Path, options: Mapping[str, str]) -> str:
    """Later lines win: what is asked for over our defaults, where the server listens over everything."""
    fixed = {
        "listen_addresses": "",
        "unix_socket_directories": str(socket_dir),
        "unix_socket_permissions": "0700",
        "port": str(PORT),
        "logging_collector": "off",
    }
    chosen = defaults(major) | {name.lower(): value for name, value in options.items()} | fixed
    lines = [f"{_checked(name)} = {_quoted(value)}" for name, value in chosen.items()]
    return "\n".join(["# Written at every start. Changes here are lost: use ALTER SYSTEM.", *lines, ""])


def _checked(name: str) -> str:
    if not re.fullmatch(r"[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?", name):
        raise Invalid(f"{name!r} can't be the name of a PostgreSQL setting.", code="database_option_invalid")
    return name


def _quoted(value: str) -> str:
    if "\n" in value or "\0" in value:
        raise Invalid("A PostgreSQL setting can't hold a line break.", code="database_option_invalid")
    escaped = value.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
