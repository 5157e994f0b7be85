"""Opens adapters: the one place where a cloud's kind, an account's credentials, an address and the limits meet.

Connections are kept for each address, not for each account: an adapter is cheap, and made anew for every piece of work.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx
import orjson

from dumont.providers import registry
from dumont.providers.errors import BadCredentials, Unsupported
from dumont.providers.freezing import Freezes
from dumont.providers.guarding import Guarded
from dumont.providers.http import Http
from dumont.providers.limits import Limiter
from dumont.providers.port import Adapter, Kind
from dumont.providers.recording import Recording
from dumont.providers.scrubbing import Scrubber

CONNECTIONS = httpx.Limits(max_connections=16, max_keepalive_connections=4, keepalive_expiry=60)
"""To one address, from one process."""
AGENT = "dumont"


@dataclass(frozen=True, slots=True)
class Opened:
    adapter: Adapter
    kind: Kind
    account: str
    """Names the account without telling anything of its key; limits are counted by it."""
    recording: Recording


class Clouds:
    """Close it when the process ends."""

    def __init__(self, limiter: Limiter, freezes: Freezes, *, urls: Mapping[str, str] | None = None) -> None:
        self.limiter = limiter
        self.freezes = freezes
        self._urls = dict(urls or {})
        self._clients: dict[str, httpx.AsyncClient] = {}
        self._seen: set[tuple[str, str]] = set()

    def open(self, name: str, credentials: Mapping[str, str], *, keep: bool = False) -> Opened:
        """`keep` records every answer as a fixture. Raises at once where the cloud or its credentials can't be used."""
        kind = registry.kind(name)
        if kind.disabled:
            raise Unsupported(kind.disabled)
        _complete(kind, credentials)
        scrub = Scrubber(_secrets(kind, credentials))
        recording = Recording(scrub, keep=keep, seen=self._seen)
        account = account_of(name, credentials)
        client = self._client(self._urls.get(name, kind.url))
        http = Http(name, client, self.limiter, recording, account=account, policies=kind.limits)
        return Opened(Guarded(kind, kind.make(http, credentials), self.freezes, scrub), kind, account, recording)

    async def close(self) -> None:
        for client in self._clients.values():
            await client.aclose()
        self._clients.clear()

    def _client(self, url: str) -> httpx.AsyncClient:
        if url not in self._clients:
            self._clients[url] = httpx.AsyncClient(
                base_url=url,
                limits=CONNECTIONS,
                headers={"user-agent": AGENT},
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # accounts share connections, not sessions
                trust_env=False,
            )
        return self._clients[url]


def account_of(name: str, credentials: Mapping[str, str]) -> str:
    said = orjson.dumps([name, dict(credentials)], option=orjson.OPT_SORT_KEYS)
    return f"{name}:{hashlib.sha256(said).hexdigest()[:20]}"


def _complete(kind: Kind, credentials: Mapping[str, str]) -> None:
    missing = [field.title for field in kind.credentials if not field.optional and not credentials.get(field.name)]
    if missing and not (kind.public_search and not credentials):
        raise BadCredentials(f"{kind.title} needs: {', '.join(missing)}.")


def _secrets(kind: Kind, credentials: Mapping[str, str]) -> list[str]:
    """What is not declared counts as secret."""
    told = {field.name for field in kind.credentials if not field.secret}
    return [value for name, value in credentials.items() if name not in told]
