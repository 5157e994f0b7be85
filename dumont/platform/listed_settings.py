"""Settings as they are listed: each with its value, where that came from, and what it is for."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from dumont.platform.settings import Loaded, Settings, Source, env_names


@dataclass(frozen=True, slots=True)
class Row:
    """One line of `dumont config show`; a secret's value is never in it."""

    name: str
    env: tuple[str, ...]
    value: str
    default: str
    source: Source
    secret: bool
    description: str


def rows(loaded: Loaded) -> list[Row]:
    return [_row(name, loaded) for name in Settings.model_fields]


def _row(name: str, loaded: Loaded) -> Row:
    field = Settings.model_fields[name]
    value = getattr(loaded.settings, name)
    secret = "SecretStr" in str(field.annotation)
    return Row(
        name=name,
        env=env_names(name),
        value=("•••••• (set)" if value is not None else "") if secret else _text(value),
        default="" if secret or name == "home" else _text(field.default),
        source=loaded.sources[name],
        secret=secret,
        description=field.description or "",
    )


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return json.dumps(dict(value)) if value else ""
    return ", ".join(str(part) for part in value) if isinstance(value, tuple) else str(value)
