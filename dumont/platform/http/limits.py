"""How often one may ask: windows counted in memory, or in Redis over all processes; without Redis all pass."""

import time
from typing import Any

import structlog
from fastapi import Request
from limits import parse
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.storage import storage_from_string
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from dumont.basics.errors import TooMany
from dumont.platform.settings import Settings
from dumont.platform.work import Caller

log = structlog.get_logger()

ANSWER_SECONDS = 0.5
LET_ALONE_SECONDS = 5.0


class RateLimits:
    def __init__(self, settings: Settings) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(_storage(settings.redis))
        self._asked_again_at = 0.0
        self._anonymous = parse(settings.rate_limit_anonymous)
        self._user = parse(settings.rate_limit_user)

    async def admit(self, request: Request, caller: Caller) -> None:
        """Counts this request, leaves the figures for the answer's headers, and raises `TooMany` beyond the limit."""
        item = self._anonymous if caller.user_id is None else self._user
        key = f"ip:{caller.ip}" if caller.user_id is None else f"user:{caller.user_id}"
        if time.monotonic() < self._asked_again_at:
            return
        try:
            admitted = await self._limiter.hit(item, key)
            window = await self._limiter.get_window_stats(item, key)
        except (RedisError, OSError) as error:
            # One request in a while finds out whether it is back; the others don't wait for it.
            self._asked_again_at = time.monotonic() + LET_ALONE_SECONDS
            log.warning("rate_limits_away", error=type(error).__name__)
            return
        # The library gives the reset as wall time; only the distance matters to a client.
        seconds = max(1, round(window.reset_time - time.time()))  # noqa: TID251 - compared with the library's own clock
        request.state.rate_limit = (item.amount, window.remaining, seconds)
        if not admitted:
            raise TooMany(
                f"More than {item.amount} requests in {item.get_expiry()} s.",
                retry_seconds=seconds,
                hint=f"Wait {seconds} s. `RateLimit-Remaining` tells how many are left.",
            )


async def admit(request: Request, caller: Caller) -> None:
    limits: RateLimits = request.app.state.parts.get(RateLimits)
    await limits.admit(request, caller)


def _storage(redis_url: str | None) -> Any:
    if redis_url is None:
        return storage_from_string("async+memory://")
    options: dict[str, Any] = {
        "implementation": "redispy",
        "socket_connect_timeout": ANSWER_SECONDS,
        "socket_timeout": ANSWER_SECONDS,
        "retry": Retry(NoBackoff(), 0),
    }
    return storage_from_string(f"async+{redis_url}", **options)
