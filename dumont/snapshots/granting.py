"""Grants: short keys to one repository, made for one snapshot or restore, and ended with it."""

import shlex
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from dumont.accounts.rules import tokens
from dumont.basics.errors import NotSignedIn
from dumont.platform.settings import Settings
from dumont.platform.work import Work
from dumont.snapshots.rules.states import Access
from dumont.snapshots.store import grants as store
from dumont.snapshots.tables import SnapshotGrant

PREFIX = "dsg_"
FILE = "dumont-snapshots.pyz"
TOKEN_NAME = "DUMONT_GRANT"  # noqa: S105 - the name of a variable, not what is in it


class NoGrant(NotSignedIn):
    code = "grant_over"
    hint = "It ends with its snapshot or restore, and when nothing is heard of that for long. Start another one."


@dataclass(frozen=True, slots=True)
class Handed:
    """What whoever asked is given, once."""

    token: str = field(repr=False)
    access: Access
    url: str
    expires_at: datetime

    def at(self, url: str) -> "Handed":
        """Under the address that whoever asks came by."""
        return replace(self, url=url)

    def command(self, *words: str) -> str:
        return self._run("dumont snapshots", words)

    def bare_command(self, *words: str) -> str:
        """For a machine that has Python and nothing of ours."""
        fetch = f"curl -fsS {shlex.quote(f'{self.url}/api/v1/snapshots/{FILE}')} -o {FILE}"
        return f"{fetch} && {self._run(f'python3 {FILE}', words)}"

    def _run(self, program: str, words: tuple[str, ...]) -> str:
        """The token is no argument: those are seen by everybody on a machine."""
        said = " ".join(shlex.quote(word) for word in words)
        return f"{TOKEN_NAME}={self.token} {program} {said} --server {shlex.quote(self.url)}"


async def for_snapshot(work: Work, repository_id: UUID, snapshot_id: UUID) -> Handed:
    return await _hand_out(work, SnapshotGrant(repository_id=repository_id, snapshot_id=snapshot_id))


async def for_restore(work: Work, repository_id: UUID, restore_id: UUID) -> Handed:
    return await _hand_out(work, SnapshotGrant(repository_id=repository_id, restore_id=restore_id))


async def standing(work: Work, token: str | None) -> SnapshotGrant:
    found = await store.standing(work.tx, tokens.digest(token), work.now) if token else None
    if found is None:
        raise NoGrant("This grant is over, or was never one.")
    return found


def access_of(grant: SnapshotGrant) -> Access:
    return "write" if grant.snapshot_id is not None else "read"


async def put_off(work: Work, grant: SnapshotGrant) -> datetime:
    until = work.now + timedelta(seconds=work.settings.snapshots_grant_seconds)
    await store.put_off(work.tx, grant.hash, until)
    return until


async def end(work: Work, *, snapshot_id: UUID | None = None, restore_id: UUID | None = None) -> None:
    await store.end(work.tx, snapshot_id=snapshot_id, restore_id=restore_id)


def address(settings: Settings) -> str:
    """Under which machines elsewhere reach this server; without one set, that is this machine alone."""
    return settings.public_url or f"http://{_host(settings.host)}:{settings.port}"


def _host(host: str) -> str:
    if host in ("0.0.0.0", "::", ""):  # noqa: S104 - told apart, not listened on
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


async def _hand_out(work: Work, grant: SnapshotGrant) -> Handed:
    token = PREFIX + tokens.new_token()
    grant.hash, grant.created_at = tokens.digest(token), work.now
    grant.expires_at = work.now + timedelta(seconds=work.settings.snapshots_grant_seconds)
    await store.add(work.tx, grant)
    return Handed(token, access_of(grant), address(work.settings), grant.expires_at)
