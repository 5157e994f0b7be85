"""How a setting is declared: its default, what it is for, and the other names that tools know it by."""

from typing import Any

from pydantic import Field

MINUTE, HOUR, DAY = 60, 3600, 86400


def setting(default: Any, description: str, *env: str, **rules: Any) -> Any:
    """`env` are names in the environment besides `DUMONT_<NAME>`; `rules` are pydantic's."""
    return Field(default, description=description, json_schema_extra={"env": list(env)}, **rules)
