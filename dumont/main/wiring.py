"""Settings in, everything that does I/O out: each part is made here once, and closed in reverse."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random, SystemRandom

from cashews import Cache
from sqlalchemy.ext.asyncio import AsyncSession

from dumont.accounts.belongings import Belongings
from dumont.accounts.hashing import Argon2, PasswordHasher
from dumont.accounts.signer import Signer
from dumont.basics.clock import Clock
from dumont.fleet.agents.beating import Beats
from dumont.fleet.agents.calling import Callers
from dumont.fleet.agents.listening import Listening
from dumont.fleet.reminding import Reminding
from dumont.main.joints import HeardAtOnce, InstancesOfTeams, InstancesOnSnapshots, LearnedTrust, OffersOfMarket
from dumont.market.following import ANSWER_SECONDS, InDatabase, Market
from dumont.platform.cache import make_cache
from dumont.platform.clock import SystemClock
from dumont.platform.contexts import Context
from dumont.platform.db.engine import Db, make_db, make_engine
from dumont.platform.db.glance import Glance, GlancePool
from dumont.platform.events import Event
from dumont.platform.http.buckets import Buckets
from dumont.platform.http.limits import RateLimits
from dumont.platform.jobs import Jobs, Registry, Worker
from dumont.platform.live.hub import Hub
from dumont.platform.live.topics import Topics
from dumont.platform.mail import Mail, make_mail
from dumont.platform.outbox import Outbox
from dumont.platform.parts import Parts
from dumont.platform.secrets import Key, Vault, key_file, new_key, new_text, read_keys
from dumont.platform.settings import Loaded, Settings
from dumont.platform.work import Publisher
from dumont.providers.freezing import Freezes
from dumont.providers.opening import Clouds
from dumont.providers.shared import SharedFreezes, SharedLimiter
from dumont.reliability.memory import ScoreMemory
from dumont.reliability.offers import Offers
from dumont.reliability.trust import MachineFeed
from dumont.reliability.wishes import WishesMemory
from dumont.snapshots.comparing import Comparisons
from dumont.snapshots.standing import Standing
from dumont.snapshots.stores import Stores
from dumont.snapshots.trees import Trees


@asynccontextmanager
async def wired(loaded: Loaded, url: str, contexts: Sequence[Context], *, process: str) -> AsyncIterator[Parts]:
    """Connections are opened when they are first needed, and all closed at the end."""
    settings, name = loaded.settings, f"dumont {process}"
    async with AsyncExitStack() as stack:
        writer = make_engine(url, settings, name=name)
        stack.push_async_callback(writer.dispose)
        reader = None
        if settings.database_replica_url is not None:
            reader = make_engine(settings.database_replica_url.get_secret_value(), settings, name=name)
            stack.push_async_callback(reader.dispose)
        glance = GlancePool(url, settings, name=name)
        stack.push_async_callback(glance.close)
        parts = assemble(loaded, url, contexts, db=make_db(writer, reader), glance=glance, clock=SystemClock())
        stack.push_async_callback(parts.get(Cache).close)
        stack.push_async_callback(parts.get(Clouds).close)
        stack.callback(parts.get(Stores).close)
        yield parts


def assemble(loaded: Loaded, url: str, contexts: Sequence[Context], *, db: Db, glance: Glance, clock: Clock) -> Parts:
    """Makes the parts and opens nothing, so that tests may put in a clock and a database of their own."""
    settings, parts = loaded.settings, Parts()
    parts.put(Loaded, loaded)
    parts.put(Settings, settings)
    parts.put(Clock, clock)
    parts.put(Random, SystemRandom())
    parts.put(Db, db)
    parts.put(Glance, glance)
    parts.put(Vault, make_vault(settings))
    parts.put(Signer, Signer(secret_key(settings)))
    parts.put(PasswordHasher, Argon2())
    parts.put(Cache, make_cache(settings))
    parts.put(RateLimits, RateLimits(settings))
    parts.put(Buckets, Buckets(db))
    parts.put(Mail, make_mail(settings))
    _put_clouds(parts)
    _put_jobs(parts, url, contexts)
    parts.put(Topics, Topics([rule for context in contexts for rule in context.topics], db))
    parts.put(Hub, Hub(url, db, clock, keep=timedelta(days=settings.event_days)))
    _put_market(parts)
    _put_wishes(parts)
    _put_snapshots(parts)
    parts.put(Belongings, InstancesOfTeams())
    parts.put(Standing, InstancesOnSnapshots())
    parts.put(Beats, Beats(db, clock, settings))
    parts.put(Reminding, Reminding())
    parts.put(Listening, Listening())
    callers = parts.put(Callers, Callers(glance))
    parts.get(Hub).overhear(lambda event: callers.heard(event.kind, event.payload))
    return parts


def make_vault(settings: Settings) -> Vault:
    return Vault(encryption_keys(settings))


def encryption_keys(settings: Settings) -> list[Key]:
    given = settings.encryption_keys
    text = given.get_secret_value() if given else key_file(key_place(settings), new_key().written())
    return read_keys(text)


def key_place(settings: Settings) -> Path:
    return settings.home / "encryption.keys"


def secret_key(settings: Settings) -> str:
    given = settings.secret_key
    return given.get_secret_value() if given else key_file(settings.home / "secret.key", new_text())


def _put_clouds(parts: Parts) -> None:
    clock, settings = parts.get(Clock), parts.get(Settings)
    urls = {"local": (settings.home / "machines").absolute().as_uri(), **settings.provider_urls}
    freezes = parts.put(Freezes, SharedFreezes(parts.get(Db), clock))
    parts.put(Clouds, Clouds(SharedLimiter(parts.get(Db), clock), freezes, urls=urls))


def _put_market(parts: Parts) -> None:
    db, clock, settings = parts.get(Db), parts.get(Clock), parts.get(Settings)
    trust = LearnedTrust(MachineFeed(db, settings))
    market = Market(
        InDatabase(db),
        clock,
        trust=trust,
        stale_seconds=settings.market_stale_seconds,
        answer_seconds=min(ANSWER_SECONDS, settings.database_statement_seconds),
    )
    parts.put(Market, market)
    parts.put(Offers, OffersOfMarket(market, clock))
    parts.put(ScoreMemory, ScoreMemory(parts.get(Cache), db))


def _put_wishes(parts: Parts) -> None:
    wishes = parts.put(WishesMemory, WishesMemory(parts.get(Glance), parts.get(Clock)))
    parts.put(Publisher, HeardAtOnce(parts.get(Publisher), wishes))
    parts.get(Hub).overhear(lambda event: wishes.heard(event.kind, event.payload))


def _put_snapshots(parts: Parts) -> None:
    settings = parts.get(Settings)
    stores = parts.put(Stores, Stores(settings, parts.get(Clock), secret_key(settings)))
    trees = parts.put(Trees, Trees(stores, settings.snapshots_cache_bytes))
    parts.put(Comparisons, Comparisons(trees))


def _put_jobs(parts: Parts, url: str, contexts: Sequence[Context]) -> None:
    """Jobs publish events, and events start jobs: each is given the other as a function."""
    clock = parts.get(Clock)
    listeners = [listener for context in contexts for listener in context.listeners]
    registry = Registry([job for context in contexts for job in context.jobs], listeners)

    async def publish(tx: AsyncSession, event: Event, now: datetime) -> None:
        await outbox.publish(tx, event, now)

    jobs = Jobs(registry, clock, parts.get(Random), publish)
    outbox = Outbox(listeners, jobs.enqueue)
    parts.put(Registry, registry)
    parts.put(Jobs, jobs)
    parts.put(Publisher, outbox)
    duties = [duty for context in contexts for duty in context.duties]
    parts.put(Worker, Worker(parts, registry, url=url, publish=outbox.publish, duties=duties))
