"""The cache by URL: `mem://` in one process, `redis://` over many; values are JSON; a cache that is away is a miss."""

from cashews import Cache
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from dumont.platform.settings import Settings

ANSWER_SECONDS = 0.5
"""A Redis that takes longer is as good as away."""


def make_cache(settings: Settings) -> Cache:
    """Decorate with `@cache(ttl=..., key=..., lock=True)`: `lock` makes many concurrent misses one call."""
    cache = Cache()
    if settings.redis:
        cache.setup(
            settings.redis,
            pickle_type="json",
            suppress=True,
            socket_connect_timeout=ANSWER_SECONDS,
            socket_timeout=ANSWER_SECONDS,
            retry=Retry(NoBackoff(), 0),  # a miss is cheaper than the ten attempts of the library
        )
    else:
        cache.setup("mem://", size=10_000)
    return cache
