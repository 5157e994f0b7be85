"""What the command line takes from its environment; the one place in it that reads any."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Environment:
    server: str | None
    token: str | None = field(repr=False)
    credentials: Path
    no_color: bool


def read(environ: Mapping[str, str] | None = None) -> Environment:
    environ = os.environ if environ is None else environ  # noqa: TID251 - the server's settings are not the client's
    config = environ.get("XDG_CONFIG_HOME") or str(Path(environ.get("HOME", "~")).expanduser() / ".config")
    return Environment(
        server=environ.get("DUMONT_SERVER") or None,
        token=environ.get("DUMONT_TOKEN") or None,
        credentials=Path(config) / "dumont" / "credentials.json",
        no_color=bool(environ.get("NO_COLOR")),
    )


def of_restic(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """What restic and its bucket go by."""
    environ = os.environ if environ is None else environ  # noqa: TID251 - the server's settings are not the client's
    return {name: value for name, value in environ.items() if name.startswith(("RESTIC_", "AWS_"))}
