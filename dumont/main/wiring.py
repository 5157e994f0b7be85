"""Settings in, everything that does I/O out: opens each part once, and closes them in reverse."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from cashews import Cache

from dumont.accounts.passwords import PasswordHasher
from dumont.accounts.tokens import Signer
from dumont.basics.clock import Clock
from dumont.platform.cache import make_cache
from dumont.platform.clock import SystemClock
from dumont.platform.contexts import Context
from dumont.platform.db.engine import Db, make_db, make_engine
from dumont.platform.http.limits import RateLimits
from dumont.platform.mail import Mail, make_mail
from dumont.platform.parts import Parts
from dumont.platform.secrets import Vault, key_file, new_key, new_text, read_keys
from dumont.platform.settings import Settings


@asynccontextmanager
async def wired(settings: Settings, url: str, contexts: Sequence[Context], *, process: str) -> AsyncIterator[Parts]:
    async with AsyncExitStack() as stack:
        parts = Parts()
        parts.put(Settings, settings)
        parts.put(Clock, SystemClock())
        parts.put(Vault, make_vault(settings))
        engine = make_engine(url, settings, name=f"dumont {process}")
        stack.push_async_callback(engine.dispose)
        replica = None
        if settings.database_replica_url is not None:
            replica = make_engine(settings.database_replica_url.get_secret_value(), settings, name=f"dumont {process}")
            stack.push_async_callback(replica.dispose)
        parts.put(Db, make_db(engine, replica))
        parts.put(Cache, make_cache(settings))
        parts.put(RateLimits, RateLimits(settings))
        parts.put(Mail, make_mail(settings))
        yield parts


def make_vault(settings: Settings) -> Vault:
    given = settings.encryption_keys
    text = given.get_secret_value() if given else key_file(settings.home / "encryption.keys", new_key().written())
    return Vault(read_keys(text))


def secret_key(settings: Settings) -> str:
    given = settings.secret_key
    return given.get_secret_value() if given else key_file(settings.home / "secret.key", new_text())
