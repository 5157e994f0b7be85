"""Credentials in a file of their owner alone: one session or key per server, renewed by one process at a time.

A refresh token can be used once; used twice it ends the session. So a process that wants to renew takes the file's
lock, reads again, and finds that another was faster, or is the one.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from dumont.basics.errors import Invalid, NotSignedIn, Unavailable
from dumont.client.tokens import Exchange


@dataclass(frozen=True, slots=True)
class Entry:
    """How to speak to one server: by an API key, or by a session's two tokens."""

    email: str | None = None
    api_key: str | None = field(default=None, repr=False)
    access_token: str | None = field(default=None, repr=False)
    refresh_token: str | None = field(default=None, repr=False)

    @property
    def bearer(self) -> str | None:
        return self.api_key or self.access_token


@dataclass(frozen=True, slots=True)
class Credentials:
    current: str | None = None
    """The server that was signed in to last."""
    servers: dict[str, Entry] = field(default_factory=dict)


class CredentialFile:
    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Credentials:
        try:
            found = json.loads(self.path.read_text())
            entries = {server: Entry(**entry) for server, entry in found["servers"].items()}
            return Credentials(found["current"], entries)
        except FileNotFoundError:
            return Credentials()
        except OSError as error:
            raise Unavailable(f"{self.path} can't be read: {error.strerror}.") from None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Invalid(
                f"{self.path} is not a credentials file.", hint="Remove it and sign in again: `dumont login`."
            ) from None

    def keep(self, server: str, entry: Entry) -> None:
        with self._alone():
            self._write(_with(self.read(), server, entry))

    def forget(self, server: str) -> None:
        with self._alone():
            self._write(_with(self.read(), server, None))

    def renew(self, server: str, refused: str, exchange: Exchange) -> str | None:
        """The token that another process got meanwhile, or a new one. A session that is over is forgotten."""
        with self._alone():
            credentials = self.read()
            entry = credentials.servers.get(server, Entry())
            if entry.bearer != refused:
                return entry.bearer
            if entry.refresh_token is None:
                return None
            try:
                grant = exchange(entry.refresh_token)
            except NotSignedIn:
                self._write(_with(credentials, server, None))
                raise
            following = grant.get("refresh_token") or entry.refresh_token  # never nothing over something
            fresh = replace(entry, access_token=grant["access_token"], refresh_token=following)
            self._write(_with(credentials, server, fresh, current=credentials.current))
            return fresh.access_token

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """The lock is a file beside it, since the file itself is replaced at every change."""
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise Unavailable(
                f"Credentials can't be kept in {self.path.parent}: {error.strerror}.",
                hint="Set XDG_CONFIG_HOME to a folder of yours, or use DUMONT_TOKEN.",
            ) from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _write(self, credentials: Credentials) -> None:
        """Whole or not at all: a session half written could not be renewed any more."""
        fresh = self.path.with_suffix(f".{os.getpid()}")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(asdict(credentials), file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path)


@dataclass(frozen=True, slots=True)
class StoredTokens:
    """The tokens of one server in a credentials file."""

    file: CredentialFile
    server: str

    def access(self) -> str | None:
        return self.file.read().servers.get(self.server, Entry()).bearer

    def renew(self, refused: str, exchange: Exchange) -> str | None:
        return self.file.renew(self.server, refused, exchange)


def _with(credentials: Credentials, server: str, entry: Entry | None, current: str | None = None) -> Credentials:
    others = {name: kept for name, kept in credentials.servers.items() if name != server}
    if entry is None:
        left = None if credentials.current == server else credentials.current
        return Credentials(left, others)
    return Credentials(current or server, {**others, server: entry})
