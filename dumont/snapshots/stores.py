"""Where repositories lie: opened for the server itself, and lent out object by object for a short while."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TypeVar
from urllib.parse import unquote, urlsplit
from uuid import UUID

from dumont.basics.clock import Clock
from dumont.basics.errors import Conflict, Failure, Invalid, NotFound, Unavailable
from dumont.platform.settings import Settings
from dumont.snapshots.lenders import Bucket, Lender, Loan, OwnDoor, Thing
from dumont.snapshots.signing import DoorSigner
from dumont.snapstore import errors
from dumont.snapstore.blobs import Blobs, Keys, open_blobs
from dumont.snapstore.blobs.presigning import Presigner
from dumont.snapstore.sealed_prune import Untold

T = TypeVar("T")
OPEN_MAX = 64


class StoreNotThere(Unavailable):
    code = "store_away"
    hint = "The object store does not answer just now. Nothing is lost: try again in a while."


class Encrypted(Conflict):
    code = "repository_encrypted"
    hint = "The server has no key to it. Use `dumont snapshots` on a machine of yours, with the passphrase."


class Damaged(Unavailable):
    code = "snapshot_damaged"
    hint = "Have the repository checked with reading of data, to see which files are touched."


class Stores:
    """Opening is cheap and asks nobody; a repository's blobs are kept open for the next one who wants them."""

    def __init__(self, settings: Settings, clock: Clock, secret: str) -> None:
        self._settings = settings
        self._clock = clock
        self._open: OrderedDict[UUID, Blobs] = OrderedDict()
        self._lock = Lock()
        self.root = root_of(settings)
        self.signer = DoorSigner(secret)
        self._lender = self._make_lender()

    @property
    def kind(self) -> str:
        return self.root.partition("://")[0]

    def folder(self, repository_id: UUID) -> Path:
        """Of a store in a folder."""
        return _folder(self.root, repository_id)

    def blobs(self, repository_id: UUID) -> Blobs:
        with self._lock:
            if repository_id not in self._open:
                self._open[repository_id] = self._opened(f"{self.root}/{repository_id}")
            self._open.move_to_end(repository_id)
            if len(self._open) > OPEN_MAX:
                self._open.popitem(last=False)[1].close()  # what is under way on it goes on
            return self._open[repository_id]

    def lend(self, verb: str, repository_id: UUID, things: Sequence[Thing]) -> Loan:
        return self._lender.lend(verb, repository_id, things, self.until())

    def presigner(self, repository_id: UUID) -> Presigner | None:
        """Signs as of this moment, however long it is used. None where the only door is this server's."""
        return None if self.kind == "file" else self._presigner(repository_id, at=_seconds(self._clock))

    def until(self) -> datetime:
        """In whole seconds, as they are signed."""
        return self._clock.now().replace(microsecond=0) + timedelta(seconds=self._settings.snapshots_url_seconds)

    def close(self) -> None:
        with self._lock:
            opened, self._open = list(self._open.values()), OrderedDict()
        for blobs in opened:
            blobs.close()

    def keys(self) -> Keys | None:
        access, secret = self._settings.snapshots_access_key, self._settings.snapshots_secret_key
        return Keys(access.get_secret_value(), secret.get_secret_value()) if access and secret else None

    def _opened(self, where: str) -> Blobs:
        settings = self._settings
        return open_blobs(where, self.keys(), region=settings.snapshots_region, endpoint=settings.snapshots_endpoint)

    def _presigner(self, repository_id: UUID, at: float | None = None) -> Presigner:
        keys, settings = self.keys() or Keys("", ""), self._settings
        where, region = f"{self.root}/{repository_id}", settings.snapshots_region
        now = partial(_seconds, self._clock) if at is None else lambda: at
        return Presigner(where, keys, region=region, endpoint=settings.snapshots_endpoint, now=now)

    def _make_lender(self) -> Lender:
        if self.kind == "file":
            return OwnDoor(self.signer)
        if self.keys() is None:
            raise Invalid(
                "The object store of snapshots has no keys.",
                hint="Set snapshots_access_key and snapshots_secret_key.",
            )
        return Bucket(self._presigner, self._settings.snapshots_url_seconds)


def root_of(settings: Settings) -> str:
    return settings.snapshots_store or (settings.home / "snapshots").absolute().as_uri()


def folder_of(settings: Settings, repository_id: UUID) -> Path | None:
    """For machines of this computer, which may read what this server may; None where the store is no folder."""
    root = root_of(settings)
    return _folder(root, repository_id) if root.startswith("file://") else None


def _folder(root: str, repository_id: UUID) -> Path:
    return Path(unquote(urlsplit(root).path)) / str(repository_id)


def _seconds(clock: Clock) -> float:
    return clock.now().timestamp()


def failure_of(error: errors.SnapError) -> Failure:
    """The engine's kinds of error in the words of ours."""
    if isinstance(error, Untold):
        return Encrypted(error.message, hint=error.hint)
    if isinstance(error, errors.KeyNeeded):
        return Encrypted("This repository is encrypted.")
    if isinstance(error, errors.Missing):
        return NotFound(error.message, code=error.code, hint=error.hint or None)
    if isinstance(error, errors.StoreAway | errors.StoreRefused):
        return StoreNotThere("The object store does not answer just now.")
    if isinstance(error, errors.Damaged | errors.Unreadable):
        return Damaged(error.message)
    return Unavailable(error.message, code=error.code, hint=error.hint or None)


def asked(function: Callable[[], T]) -> T:
    """Of the engine; what it raises is one of our errors."""
    try:
        return function()
    except errors.SnapError as error:
        raise failure_of(error) from error
