"""Looks at everything that can be wrong with an installation, and says how to mend it."""

import asyncio
import os
import shutil
import socket
import stat
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import redis.asyncio as redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

import dumont
from dumont.basics.errors import Failure
from dumont.main.database import database
from dumont.main.wiring import make_vault, secret_key
from dumont.platform.addresses import ALL_INTERFACES, address_of
from dumont.platform.clock import SystemClock
from dumont.platform.db import migrate
from dumont.platform.db.engine import make_engine
from dumont.platform.http.spa import find_folder
from dumont.platform.mail import server_of
from dumont.platform.settings import Loaded, Settings
from dumont.snapshots.trying import try_store

State = Literal["ok", "warning", "wrong"]
OLDEST_POSTGRES = 150000
ROOM_BYTES_LEAST = 1 << 30
ANSWER_SECONDS = 2
WORKERS = text("SELECT count(*) FROM workers WHERE seen_at > now() - interval '1 minute'")
DEAD_LETTERS = text("SELECT count(*) FROM jobs WHERE state = 'failed'")


@dataclass(frozen=True, slots=True)
class Finding:
    about: str
    state: State
    says: str
    mend: str = ""


async def examine(loaded: Loaded) -> AsyncIterator[Finding]:
    settings = loaded.settings
    yield _python()
    yield _settings(loaded)
    for check in (_home, _disk, _keys, _web, _port, _address, _traces, _mail, _snapshots):
        yield _guarded(check, settings)
    async for finding in _database(settings):
        yield finding
    if settings.database_replica_url is not None:
        yield await _replica(settings, settings.database_replica_url.get_secret_value())
    yield await _redis(settings)


def _guarded(check: Callable[[Settings], Finding], settings: Settings) -> Finding:
    try:
        return check(settings)
    except Failure as failure:
        return Finding(check.__name__.strip("_"), "wrong", failure.message, failure.hint or "")
    except OSError as error:
        return Finding(check.__name__.strip("_"), "wrong", error.strerror or type(error).__name__)


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    return Finding("python", "ok", f"{version}, dumont {dumont.__version__}")


def _settings(loaded: Loaded) -> Finding:
    if loaded.unknown:
        return Finding("settings", "warning", " ".join(loaded.unknown), "`dumont config show` lists all settings.")
    return Finding("settings", "ok", f"read from {loaded.toml_path or 'environment and defaults'}")


def _home(settings: Settings) -> Finding:
    home = settings.home
    place = home if home.exists() else next(parent for parent in home.parents if parent.exists())
    if not os.access(place, os.W_OK):
        return Finding("home", "wrong", f"{place} can't be written to", "Set DUMONT_HOME to a folder of yours.")
    return Finding("home", "ok", f"{home}" if home.exists() else f"{home} will be made at the first start")


def _disk(settings: Settings) -> Finding:
    place = next(place for place in (settings.home, *settings.home.parents) if place.exists())
    free = shutil.disk_usage(place).free
    gigabytes = f"{free / (1 << 30):.1f} GB free"
    if free < ROOM_BYTES_LEAST:
        return Finding("disk", "warning", gigabytes, "The embedded database stops when the disk is full: make room.")
    return Finding("disk", "ok", gigabytes)


def _keys(settings: Settings) -> Finding:
    given = bool(settings.secret_key and settings.encryption_keys)
    if settings.home.exists() or given:
        secret_key(settings)
        make_vault(settings)
    open_files = [path.name for path in _key_files(settings) if stat.S_IMODE(path.stat().st_mode) & 0o077]
    if open_files:
        return Finding(
            "keys", "wrong", f"{', '.join(open_files)} can be read by others", f"chmod 600 {settings.home}/*.key*"
        )
    if not given and not settings.embedded:
        return Finding(
            "keys",
            "warning",
            "in files of this machine, while others may use the same database",
            "If others do, they need the same keys: set DUMONT_SECRET_KEY and DUMONT_ENCRYPTION_KEYS everywhere to "
            f"what is in {settings.home}/secret.key and encryption.keys.",
        )
    if not given and not settings.home.exists():
        return Finding("keys", "ok", "will be made in the home folder at the first start")
    return Finding("keys", "ok", "there, and readable by their owner alone")


def _key_files(settings: Settings) -> list[Path]:
    return [path for path in (settings.home / "secret.key", settings.home / "encryption.keys") if path.exists()]


def _web(_settings: Settings) -> Finding:
    folder = find_folder(Path(dumont.__file__).parent)
    if folder is None:
        return Finding("web", "wrong", "the web application is not built", "Run `make web`.")
    return Finding("web", "ok", f"built, {sum(1 for _ in folder.rglob('*'))} files")


def _port(settings: Settings) -> Finding:
    host = ALL_INTERFACES.get(settings.host, settings.host)
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.settimeout(0.5)
        taken = probe.connect_ex((host, settings.port)) == 0
    if taken:
        return Finding("port", "warning", f"{settings.port} is in use: by dumont itself, or by another program")
    return Finding("port", "ok", f"{settings.port} is free")


def _address(settings: Settings) -> Finding:
    if settings.host not in ("127.0.0.1", "localhost", "::1") and not settings.public_url:
        return Finding(
            "address",
            "warning",
            f"listens on {settings.host} without a public address",
            "Set DUMONT_PUBLIC_URL to the https:// address people use: links and secure cookies depend on it.",
        )
    return Finding("address", "ok", address_of(settings))


def _traces(settings: Settings) -> Finding:
    if not settings.otel_endpoint:
        return Finding("traces", "ok", "off")
    # The package above must be asked for first: looking for a part of what is not there is an error.
    if find_spec("opentelemetry") is None or find_spec("opentelemetry.exporter") is None:
        return Finding("traces", "wrong", "OpenTelemetry is not installed", "pip install 'dumont[otel]'")
    return Finding("traces", "ok", "sent to the endpoint that is set")


def _mail(settings: Settings) -> Finding:
    if settings.smtp_url is None:
        return Finding("mail", "ok", "off: a forgotten password is reset by an administrator")
    host, port = server_of(settings.smtp_url.get_secret_value())
    try:
        socket.create_connection((host, port), ANSWER_SECONDS).close()
    except OSError as error:
        return Finding(
            "mail", "warning", f"{host}:{port} does not answer ({type(error).__name__})", "Is DUMONT_SMTP_URL right?"
        )
    return Finding("mail", "ok", f"{host}:{port} answers")


def _snapshots(settings: Settings) -> Finding:
    trial = try_store(settings, SystemClock())
    return Finding("snapshots", trial.state, trial.says, trial.mend)


async def _database(settings: Settings) -> AsyncIterator[Finding]:
    if settings.embedded and not (settings.home / "postgres").exists():
        yield Finding("database", "ok", "embedded, will be made at the first start")
        return
    try:
        with database(settings) as url:
            engine = make_engine(url, settings, name="dumont doctor")
            async with engine.connect() as connection:
                number = int(await connection.scalar(text("SHOW server_version_num")) or 0)
                where = "embedded" if settings.embedded else "by URL"
                yield _version(number, where)
                status = await migrate.status(url)
                yield _migrations(status)
                if not status.pending:
                    yield _workers(settings, await connection.scalar(WORKERS) or 0)
                    yield _jobs(await connection.scalar(DEAD_LETTERS) or 0)
            await engine.dispose()
    except Failure as failure:
        yield Finding("database", "wrong", failure.message, failure.hint or "")
    except (SQLAlchemyError, OSError) as error:
        yield Finding(
            "database", "wrong", f"no answer ({type(error).__name__})", "Is DATABASE_URL right, and is it up?"
        )


def _version(number: int, where: str) -> Finding:
    if number < OLDEST_POSTGRES:
        return Finding("database", "wrong", f"PostgreSQL {number // 10000}, {where}", "PostgreSQL 15 is the oldest.")
    return Finding("database", "ok", f"PostgreSQL {number // 10000}.{number % 10000}, {where}")


def _migrations(status: migrate.Status) -> Finding:
    if status.unknown:
        return Finding("migrations", "warning", "the database is ahead of this release", "Upgrade this installation.")
    if status.pending:
        return Finding("migrations", "warning", f"{len(status.pending)} to be made", "Run `dumont db upgrade`.")
    return Finding("migrations", "ok", f"newest ({status.newest})")


def _workers(settings: Settings, count: int) -> Finding:
    if not count and settings.embedded:
        return Finding("workers", "ok", "none now: `dumont up` runs one")
    if not count:
        return Finding("workers", "warning", "none was seen in the last minute: jobs wait", "Start `dumont worker`.")
    return Finding("workers", "ok", f"{count} seen in the last minute")


def _jobs(dead_letters: int) -> Finding:
    if dead_letters:
        return Finding(
            "jobs", "warning", f"{dead_letters} failed for good and wait for a hand", "`dumont jobs ls --state failed`"
        )
    return Finding("jobs", "ok", "none has failed for good")


async def _replica(settings: Settings, url: str) -> Finding:
    engine = make_engine(url, settings, name="dumont doctor")
    try:
        async with asyncio.timeout(ANSWER_SECONDS), engine.connect() as connection:
            follows = await connection.scalar(text("SELECT pg_is_in_recovery()"))
    except (Failure, SQLAlchemyError, OSError) as error:
        return Finding(
            "replica", "wrong", f"no answer ({type(error).__name__})", "Is DATABASE_REPLICA_URL right, and is it up?"
        )
    finally:
        await engine.dispose()
    if not follows:
        return Finding("replica", "warning", "answers, but follows no other database", "Is DATABASE_REPLICA_URL right?")
    return Finding("replica", "ok", "answers")


async def _redis(settings: Settings) -> Finding:
    if settings.redis is None:
        return Finding("cache", "ok", "rate limits are counted in memory; set REDIS_URL when several web processes run")
    client = redis.from_url(settings.redis, socket_connect_timeout=2, socket_timeout=2, retry=Retry(NoBackoff(), 0))
    try:
        await client.ping()
    except (redis.RedisError, OSError) as error:
        return Finding("cache", "warning", f"Redis does not answer ({type(error).__name__})", "Is REDIS_URL right?")
    finally:
        await client.aclose()
    return Finding("cache", "ok", "Redis answers")
