"""Which repository is meant, and what opens it: addresses, keys and passphrases, by environment, file or prompt."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Union

from dumont.snapstore import repository
from dumont.snapstore.blobs import Blobs, Keys, open_blobs
from dumont.snapstore.errors import BadRequest, KeyNeeded, StoreAway, StoreRefused
from dumont.snapstore.rekeying import change_passphrase
from dumont.snapstore.repository import Repository
from dumont.snapstore.restic import SCHEME, Restic

REPOSITORY = "DUMONT_REPOSITORY"
PASSPHRASE, PASSPHRASE_FILE = "DUMONT_SNAPSHOTS_PASSPHRASE", "DUMONT_SNAPSHOTS_PASSPHRASE_FILE"
NEW_PASSPHRASE = "DUMONT_SNAPSHOTS_NEW_PASSPHRASE"  # noqa: S105  its name
ENDPOINTS = ("DUMONT_S3_ENDPOINT", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")
Opened = Union[Repository, Restic]


@dataclass(frozen=True)
class Place:
    """What is said on the command line; what isn't is taken from the environment. No secret is in it."""

    address: str = ""
    endpoint: str = ""
    region: str = ""
    passphrase_file: str = ""
    prompt: bool = True
    """Whether a person may be asked for the passphrase."""
    connections: int = 32


def opened(place: Place, env: Mapping[str, str]) -> Opened:
    address = _address(place, env)
    if address.startswith(SCHEME):
        return _restic(address, place, env)
    store = blobs(place, env)
    try:
        return repository.open_repository(store, passphrase(place, env))
    except StoreAway as error:  # nothing has begun that could go on
        raise StoreAway(error.message, "Check the address and the endpoint, or try again when it is there.") from error
    except StoreRefused as error:
        if keys(env) is not None:
            raise
        hint = "No keys are given: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
        raise StoreRefused(error.message, hint) from error
    except KeyNeeded:
        if passphrase(place, env) or not (place.prompt and sys.stdin.isatty()):
            raise
        return repository.open_repository(store, getpass.getpass("Passphrase of the repository: "))


def ours(place: Place, env: Mapping[str, str]) -> Repository:
    """For what only our own format can do."""
    found = opened(place, env)
    if isinstance(found, Restic):
        raise BadRequest("That can't be done with a restic repository from here.", "Use `restic` itself for it.")
    return found


def made(place: Place, env: Mapping[str, str], *, encrypted: bool) -> Opened:
    """A new repository; encrypted with a passphrase that is given, or asked for twice."""
    address = _address(place, env)
    if address.startswith(SCHEME):
        restic = _restic(address, place, env)
        restic.create()
        return restic
    phrase = passphrase(place, env) or (_new_passphrase(place) if encrypted else None)
    return repository.create(blobs(place, env), phrase)


def changed(place: Place, env: Mapping[str, str], new_file: str) -> str:
    """Gives the repository another passphrase, and tells its address."""
    if _address(place, env).startswith(SCHEME):
        raise BadRequest("restic keeps its own keys.", "Use `restic key passwd`.")
    store = blobs(place, env)
    old = passphrase(place, env)
    if old is None and place.prompt and sys.stdin.isatty():
        old = getpass.getpass("Passphrase of the repository: ")
    repository.open_repository(store, old)  # says what is wrong before anybody thinks of another one
    new = _read(new_file) if new_file else env.get(NEW_PASSPHRASE) or _new_passphrase(place, NEW_PASSPHRASE)
    change_passphrase(store, old or "", new)
    return store.address


def blobs(place: Place, env: Mapping[str, str]) -> Blobs:
    return open_blobs(
        _address(place, env),
        keys(env),
        region=place.region or _first(env, REGIONS),
        endpoint=place.endpoint or _first(env, ENDPOINTS),
    )


def keys(env: Mapping[str, str]) -> Keys | None:
    access, secret = env.get("AWS_ACCESS_KEY_ID"), env.get("AWS_SECRET_ACCESS_KEY")
    return Keys(access, secret, env.get("AWS_SESSION_TOKEN", "")) if access and secret else None


def passphrase(place: Place, env: Mapping[str, str]) -> str | None:
    """Of the file that is named, or of the environment; never of an argument, which everybody can see."""
    file = place.passphrase_file or ("" if env.get(PASSPHRASE) else env.get(PASSPHRASE_FILE, ""))
    return _read(file) if file else env.get(PASSPHRASE) or None


def _read(file: str) -> str:
    try:
        said = Path(file).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadRequest(f"The passphrase can't be read from {file}.") from error
    if not said:
        raise BadRequest(f"There is no passphrase in {file}.")
    return said


def _restic(address: str, place: Place, env: Mapping[str, str]) -> Restic:
    phrase = passphrase(place, env)
    if phrase is None and place.prompt and sys.stdin.isatty():
        phrase = getpass.getpass("Passphrase of the restic repository: ")
    if phrase is None:
        raise KeyNeeded("A restic repository always has a passphrase.", f"Set {PASSPHRASE}, or name a file with it.")
    region = place.region or _first(env, REGIONS)
    return Restic(address, phrase, keys(env), region=region, connections=place.connections)


def _new_passphrase(place: Place, name: str = PASSPHRASE) -> str:
    if not (place.prompt and sys.stdin.isatty()):
        raise KeyNeeded("Which passphrase is it to have?", f"Set {name}, or name a file with it.")
    said = getpass.getpass("The new passphrase: ")
    if not said:
        raise BadRequest("The new passphrase is empty.")
    if said != getpass.getpass("The same again: "):
        raise BadRequest("The two passphrases are not the same.")
    return said


def _address(place: Place, env: Mapping[str, str]) -> str:
    address = place.address or env.get(REPOSITORY, "")
    if not address:
        raise BadRequest(
            "Which repository?", f"Say --repository file:///folder or s3://bucket/prefix, or set {REPOSITORY}."
        )
    return address


def _first(env: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((env[name] for name in names if env.get(name)), "")
