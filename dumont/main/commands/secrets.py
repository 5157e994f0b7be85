"""`dumont secrets`: make keys, and seal what is stored with a new one."""

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from dumont.basics.errors import Conflict

if TYPE_CHECKING:
    from dumont.platform.secrets import Key
    from dumont.platform.settings import Settings

app = typer.Typer(help="The keys that stored secrets are sealed with.", no_args_is_help=True)
Signing = Annotated[bool, typer.Option("--signing", help="One for DUMONT_SECRET_KEY instead.")]
ForgetOld = Annotated[bool, typer.Option("--forget-old", help="Remove older keys: exports and backups stay closed.")]


@app.callback()
def _noun() -> None:
    """The keys that stored secrets are sealed with."""


@app.command(
    "new-key",
    epilog="\b\nExamples:\n  dumont secrets new-key            # for DUMONT_ENCRYPTION_KEYS\n"
    "  dumont secrets new-key --signing  # for DUMONT_SECRET_KEY",
)
def make_key(signing: Signing = False) -> None:
    """Print a fresh key. Nothing is changed."""
    from dumont.platform.secrets import new_key, new_text

    print(new_text() if signing else new_key().written())


@app.command("rotate", epilog="\b\nExamples:\n  dumont secrets rotate\n  dumont secrets rotate --forget-old")
def rotate(forget_old: ForgetOld = False) -> None:
    """Seal all stored secrets with the newest key.

    Keys in the home folder: makes the new key itself, while the server is stopped. Keys in DUMONT_ENCRYPTION_KEYS: put
    a new one behind the old, restart everything, put it in front, restart again; then run this, with all running.
    """
    from dumont.main.database import database
    from dumont.main.wiring import encryption_keys, key_place
    from dumont.platform.secrets import replace_key_file
    from dumont.platform.settings import load

    settings = load().settings
    ours = settings.encryption_keys is None
    keys = encryption_keys(settings)
    with database(settings) as url:
        if ours:
            asyncio.run(_demand_stopped(url))
            keys = _with_new_key(settings, keys)
        count = asyncio.run(_reseal(settings, url, keys))
    _say(f"{count} stored secrets are now sealed with key {keys[0].id}.")
    old = ", ".join(key.id for key in keys[1:])
    if ours and forget_old:
        replace_key_file(key_place(settings), keys[0].written())
        _say(f"Forgot {old}.")
    elif old:
        where = key_place(settings) if ours else "DUMONT_ENCRYPTION_KEYS"
        _say(f"{old} may leave {where} once no backup needs it.")


async def _demand_stopped(url: str) -> None:
    """A process that runs knows only the keys it started with, and could not open what is sealed anew."""
    from dumont.platform.db import transfer

    connection = await transfer.connect(url)
    try:
        users = await transfer.users_of(connection)
    finally:
        await connection.close()
    if users:
        raise Conflict(f"The server is running ({users}).", code="server_running", hint="Stop it, then rotate.")


def _with_new_key(settings: "Settings", keys: "list[Key]") -> "list[Key]":
    """Written down before anything is sealed with it."""
    from dumont.main.wiring import key_place
    from dumont.platform.secrets import new_key, replace_key_file

    ring = [new_key(), *keys]
    replace_key_file(key_place(settings), "\n".join(key.written() for key in ring))
    return ring


async def _reseal(settings: "Settings", url: str, keys: "list[Key]") -> int:
    from dumont.accounts import provider_keys
    from dumont.fleet import resealing
    from dumont.notices import keeping
    from dumont.platform.db.engine import make_db, make_engine
    from dumont.platform.http import idempotency
    from dumont.platform.secrets import Vault
    from dumont.snapshots import restic

    engine = make_engine(url, settings, name="dumont secrets")
    vault = Vault(keys)
    try:
        async with make_db(engine).begin() as tx:
            known = (provider_keys.reseal, idempotency.reseal, resealing.reseal, keeping.reseal, restic.reseal)
            return sum([await reseal(tx, vault) for reseal in known])
    finally:
        await engine.dispose()


def _say(line: str) -> None:
    print(line, file=sys.stderr)
