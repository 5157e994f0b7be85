"""A restic repository of one's own for an instance: its address by option, what opens it as restic itself takes it."""

from pathlib import Path
from typing import Any

from dumont.basics.errors import Invalid
from dumont.cli import environment, prompts

PASSWORD, PASSWORD_FILE = "RESTIC_PASSWORD", "RESTIC_PASSWORD_FILE"
KEYS = {"access_key": "AWS_ACCESS_KEY_ID", "secret_key": "AWS_SECRET_ACCESS_KEY"}
REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")


def told(address: str | None, restore_from: str | None) -> dict[str, Any] | None:
    """None where none is named."""
    if address is None:
        if restore_from is not None:
            raise Invalid("--restore-from is of a restic repository.", hint="Name it by --restic.")
        return None
    known = environment.of_restic()
    lacking = [name for name in KEYS.values() if not known.get(name)]
    if lacking:
        raise Invalid(f"{lacking[0]} is not set.", hint="Set the keys of the bucket, as for restic itself.")
    keys = {word: known[name] for word, name in KEYS.items()}
    region = next((known[name] for name in REGIONS if known.get(name)), "")
    said = {"address": address, "password": _password(known), "region": region, **keys}
    return said if restore_from is None else said | {"restore_from": restore_from}


def _password(known: dict[str, str]) -> str:
    if known.get(PASSWORD):
        return known[PASSWORD]
    if not known.get(PASSWORD_FILE):
        return prompts.secret("Password of the restic repository", from_input=False, otherwise=f"Set {PASSWORD}.")
    try:
        return Path(known[PASSWORD_FILE]).expanduser().read_text().strip()
    except (OSError, UnicodeDecodeError):
        raise Invalid(f"The file that {PASSWORD_FILE} names can't be read.") from None
