"""All settings, read once from environment over `dumont.toml` over defaults, then handed down."""

import json
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError, ValidationInfo, field_validator

from dumont.basics.errors import Invalid
from dumont.platform import values
from dumont.platform.declaring import DAY, HOUR, MINUTE, setting
from dumont.platform.fleet_settings import FleetSettings

Source = Literal["default", "toml", "environment"]
SHARE = {"ge": 0, "le": 1}
# What is not a setting but means something: to this module, to the command line, to the build and to the tests.
OTHER_NAMES = {
    *("DUMONT_CONFIG", "DUMONT_SERVER", "DUMONT_TOKEN", "DUMONT_COMPLETE"),
    *("DUMONT_NO_WEB", "DUMONT_TEST_DATABASE_URL", "DUMONT_SCREENSHOTS", "DUMONT_URL"),
}


class _Ground(BaseModel):
    """What is not said of a context in a file of its own."""

    home: Path = setting(Path(), "Folder of the embedded installation: database, keys, files.")
    host: str = setting("127.0.0.1", "Address to listen on.", "APP_HOST")
    port: int = setting(8000, "Port of the API and the web application.", "APP_PORT", ge=0, le=65535)
    public_url: str = setting("", "Address under which people reach this server; used in links and for cookies.")

    database_url: SecretStr | None = setting(
        None, "PostgreSQL 15 or newer; unset means the embedded one.", "DATABASE_URL"
    )
    database_replica_url: SecretStr | None = setting(
        None,
        "A read replica: the audit log is read from it, which may be some seconds old there.",
        "DATABASE_REPLICA_URL",
    )
    database_pool_size: int = setting(10, "Connections each process keeps open at most.", ge=2, le=500)
    database_statement_seconds: float = setting(30, "A statement that runs longer is cancelled.", gt=0)
    database_slow_seconds: float = setting(
        0.5, "A statement that runs longer is logged, but for those by which a worker waits for jobs.", gt=0
    )
    postgres_bin: Path | None = setting(None, "Folder of PostgreSQL programs for the embedded database.")
    redis_url: SecretStr | None = setting(
        None,
        "Redis, in which all processes count rate limits together; unset means that each counts alone, in memory.",
        "REDIS_URL",
    )

    secret_key: SecretStr | None = setting(
        None, "Signs access tokens, at least 32 characters; unset means a key file in the home folder."
    )
    encryption_keys: SecretStr | None = setting(
        None,
        "Keys for secrets at rest, newest first: `id:base64-of-32-bytes`, separated by commas; "
        "unset means a key file in the home folder.",
    )
    access_token_seconds: int = setting(15 * MINUTE, "Life of an access token.", ge=60, le=DAY)
    refresh_token_days: int = setting(30, "A session unused for so long ends.", ge=1, le=365)
    sign_up_open: bool = setting(True, "Whether anyone may open an account; the first one may always.")

    cors_origins: tuple[str, ...] = setting((), "Other origins whose pages may call the API; none by default.")
    trusted_proxies: tuple[str, ...] = setting(
        (), "Addresses and networks whose X-Forwarded-For is believed; `*` is everybody."
    )
    request_bytes_max: int = setting(2_000_000, "Largest request body.", ge=1024)
    rate_limit_anonymous: str = setting("300/minute", "Requests of one address without an account.")
    rate_limit_user: str = setting("1200/minute", "Requests of one account.")

    worker_concurrency: int = setting(20, "Jobs that one worker runs at once.", ge=1, le=1000)
    worker_lease_seconds: float = setting(15, "A worker silent for so long loses its jobs to another.", ge=1)
    worker_duties: bool = setting(
        True, "Whether a worker also does what recurs without being asked for, such as reading the clouds' offers."
    )
    job_result_days: int = setting(14, "How long finished jobs are kept.", ge=1)
    event_days: int = setting(14, "How long events can be replayed to live readers.", ge=1)
    audit_days: int = setting(730, "How long the audit log is kept.", ge=30)
    worker_metrics_port: int = setting(0, "Port of a worker's own /metrics; 0 means none.", ge=0, le=65535)
    drain_seconds: float = setting(
        0, "How long a stopping web process still serves, no longer ready, so that balancers look elsewhere.", ge=0
    )
    shutdown_seconds: float = setting(20, "How long a stopping process waits for what it has begun.", ge=0)

    market_sync_seconds: float | None = setting(
        None, "Between two readings of a cloud's offers; unset means each cloud's own, mostly 30.", ge=0.1, le=DAY
    )
    market_sync_seconds_max: float = setting(120, "A cloud's offers are to be read in so long.", gt=0, le=HOUR)
    market_stale_seconds: float = setting(
        15 * MINUTE, "Offers of a cloud that has not answered for so long count as not available.", gt=0
    )
    provider_keys: SecretStr | None = setting(
        None,
        'Keys by which the clouds\' offers are read, as JSON: `{"vast": {"api_key": "..."}}`; '
        "unset means those that an administrator has stored.",
    )
    provider_urls: Mapping[str, str] = setting(
        {}, "Other addresses for the APIs of clouds, such as those of simulators, as JSON."
    )

    machine_excellent_rate: float = setting(
        0.9,
        "A machine with this share of successes or more is excellent; the next ones end at the one before.",
        **SHARE,
    )
    machine_good_rate: float = setting(
        0.7, "A machine with this share of successes or more is good.", validate_default=True, **SHARE
    )
    machine_fair_rate: float = setting(
        0.5, "A machine with this share of successes or more is fair.", validate_default=True, **SHARE
    )
    machine_poor_rate: float = setting(
        0.3,
        "A machine with this share of successes or more is poor; below it, a failure blocks the machine.",
        validate_default=True,
        **SHARE,
    )
    machine_attempts_min: int = setting(3, "Fewer attempts than this say nothing about a machine.", ge=1)
    machine_history_days: int = setting(
        365, "How long attempts, and entries of the blacklist that are over, are kept.", ge=30
    )
    blacklist_failures_in_row: int = setting(3, "So many failures in a row block a machine.", ge=1)
    blacklist_automatic_days: float = setting(7, "How long a machine is blocked for failing too often.", gt=0, le=3650)
    blacklist_temporary_hours: float = setting(
        24, "How long a machine is blocked for one critical failure.", gt=0, le=87600
    )
    blacklist_critical_reasons: tuple[values.Critical, ...] = setting(
        ("hardware_error", "boot_timeout"), "Reasons for which one failure is critical."
    )

    snapshots_store: str = setting(
        "",
        "Where snapshots lie, a folder for each owner: `s3://bucket/prefix` or `file:///folder`; "
        "unset means a folder in the home folder.",
    )
    snapshots_endpoint: str = setting("", "Address of the object store, where it is not Amazon's.")
    snapshots_region: str = setting("", "Region of the object store; Cloudflare R2 calls it `auto`.")
    snapshots_access_key: SecretStr | None = setting(None, "Access key of the object store.")
    webhooks_private_addresses: bool = setting(
        False, "Whether webhooks may call addresses of private networks, and without TLS."
    )
    snapshots_secret_key: SecretStr | None = setting(None, "Secret key of the object store.")
    snapshots_private_addresses: bool = setting(
        False, "Whether restic repositories of users may lie in private networks, where this server then looks."
    )
    snapshots_price_gb_month: Decimal = setting(
        Decimal("0.015"), "What keeping 10^9 bytes for a month costs, in US dollars.", ge=0, le=1000
    )
    snapshots_grant_seconds: int = setting(
        HOUR,
        "Life of the right to make or restore one snapshot; each report of progress puts its end off by so much, and "
        "whoever is silent for so long has failed.",
        ge=60,
        le=DAY,
    )
    snapshots_left_days: float = setting(
        0,
        "So long the snapshots of a destroyed instance are kept; their owner is told before. 0 keeps them for ever.",
        ge=0,
        le=3650,
    )
    snapshots_url_seconds: int = setting(900, "Life of an address of one object.", ge=30, le=DAY)
    snapshots_undo_hours: float = setting(72, "How long a deleted snapshot can be had back.", ge=0, le=8760)
    snapshots_grace_hours: float = setting(
        24, "Packs that nobody needs are freed so long after that was found out.", ge=1, le=8760
    )
    snapshots_cache_bytes: int = setting(
        256_000_000, "Memory of a web process for manifests, to show the files of snapshots.", ge=1_000_000
    )

    demo: bool = setting(False, "Whether the clouds are simulated; set by `dumont up --demo`.")

    smtp_url: SecretStr | None = setting(
        None, "Mail server, `smtp://user:password@host:587` (STARTTLS) or `smtps://`; unset means no mail."
    )
    mail_from: str = setting("Dumont Cloud <no-reply@localhost>", "Sender of mail.")

    log_level: Literal["debug", "info", "warning", "error"] = setting("info", "Least level that is logged.")
    log_format: Literal["auto", "json", "console"] = setting("auto", "auto: console on a terminal, else json.")
    metrics_token: SecretStr | None = setting(
        None, "If set, /metrics asks for it as a bearer token; unset, /metrics answers loopback only."
    )
    otel_endpoint: str = setting(
        "", "Where traces go (OTLP over HTTP); empty means none.", "OTEL_EXPORTER_OTLP_ENDPOINT"
    )

    @field_validator("cors_origins", "trusted_proxies", "blacklist_critical_reasons", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("home", "postgres_bin")
    @classmethod
    def _whole_path(cls, value: Path | None) -> Path | None:
        """Settings files know no shell that would expand `~`."""
        return value and value.expanduser().absolute()

    @field_validator("public_url", "otel_endpoint", "snapshots_endpoint")
    @classmethod
    def _web_address(cls, value: str) -> str:
        return values.of_scheme(value, "http", "https").rstrip("/") if value else value

    @field_validator("database_url", "database_replica_url")
    @classmethod
    def _database_address(cls, value: SecretStr | None) -> SecretStr | None:
        return SecretStr(values.of_scheme(value.get_secret_value(), "postgresql", "postgres")) if value else None

    @field_validator("snapshots_store")
    @classmethod
    def _store_address(cls, value: str) -> str:
        return values.of_scheme(value, "s3", "file").rstrip("/") if value else value

    @field_validator("redis_url")
    @classmethod
    def _redis_address(cls, value: SecretStr | None) -> SecretStr | None:
        return SecretStr(values.of_scheme(value.get_secret_value(), "redis", "rediss", "unix")) if value else None

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 32:
            raise ValueError("must have at least 32 characters")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(values.network(part) for part in value)

    @field_validator("rate_limit_anonymous", "rate_limit_user")
    @classmethod
    def _rate(cls, value: str) -> str:
        return values.rate(value)

    @field_validator("machine_good_rate", "machine_fair_rate", "machine_poor_rate")
    @classmethod
    def _descends(cls, value: float, info: ValidationInfo) -> float:
        above = [name for name in info.data if name.startswith("machine_") and name.endswith("_rate")]
        if above and value > info.data[above[-1]]:
            raise ValueError(f"must not be above {above[-1]}")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: SecretStr | None) -> SecretStr | None:
        return SecretStr(values.mail_server(value.get_secret_value())) if value else None

    @field_validator("mail_from")
    @classmethod
    def _mailbox(cls, value: str) -> str:
        values.mailbox(value)
        return value

    @field_validator("provider_keys", mode="before")
    @classmethod
    def _provider_keys(cls, value: object) -> object:
        return SecretStr(values.provider_keys(value)) if value is not None else None

    @field_validator("provider_urls", mode="before")
    @classmethod
    def _provider_urls(cls, value: object) -> object:
        return values.provider_urls(value)

    @field_validator("encryption_keys")
    @classmethod
    def _keys(cls, value: SecretStr | None) -> SecretStr | None:
        return SecretStr(values.keys(value.get_secret_value())) if value else None

    @property
    def embedded(self) -> bool:
        return self.database_url is None

    def keys_of(self, provider: str) -> Mapping[str, str]:
        """Of the market's own accounts; empty where none are set."""
        given = self.provider_keys.get_secret_value() if self.provider_keys else "{}"
        found: Mapping[str, Mapping[str, str]] = json.loads(given)
        return found.get(provider, {})

    @property
    def redis(self) -> str | None:
        return self.redis_url.get_secret_value() if self.redis_url else None


class Settings(FleetSettings, _Ground):
    """One flat table; every field is `DUMONT_<NAME>` in the environment and `<name>` in `dumont.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, allow_inf_nan=False)


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings, where each one came from, and a sentence about each variable that looks like one and is none."""

    settings: Settings
    sources: Mapping[str, Source]
    toml_path: Path | None
    unknown: tuple[str, ...] = ()


def load(environ: Mapping[str, str] | None = None, *, overrides: Mapping[str, Any] | None = None) -> Loaded:
    """Reads everything once. `overrides` are the command line's own options and win over all."""
    environ = os.environ if environ is None else environ
    from_toml, path = _read_toml(environ)
    from_environ = {
        name: environ[key] for name in Settings.model_fields for key in reversed(env_names(name)) if environ.get(key)
    }
    given = {**from_toml, **from_environ, **(overrides or {})}
    if "home" not in given:  # asked for only then: a container's user may have no home
        given["home"] = default_home(environ)
    sources: dict[str, Source] = dict.fromkeys(Settings.model_fields, "default")
    sources.update(dict.fromkeys(from_toml, "toml"))
    sources.update(dict.fromkeys({*from_environ, *(overrides or {})}, "environment"))
    return Loaded(_validated(given), sources, path, tuple(_unknown(environ)))


def env_names(name: str) -> tuple[str, ...]:
    """`DUMONT_X` first, then the name that other tools use, if there is one."""
    extra = cast(dict[str, Any], Settings.model_fields[name].json_schema_extra or {})
    return (f"DUMONT_{name.upper()}", *extra.get("env", []))


def default_home(environ: Mapping[str, str]) -> Path:
    """The database can't run as root, and root's own folder is closed to others: hence /var/lib for root."""
    if os.geteuid() == 0:
        return Path("/var/lib/dumont")
    data = environ.get("XDG_DATA_HOME") or str(Path(environ.get("HOME", "~")).expanduser() / ".local" / "share")
    return Path(data) / "dumont"


def runtime_dir(environ: Mapping[str, str] | None = None) -> Path:
    """Where short-lived sockets go: a path short enough for one."""
    environ = os.environ if environ is None else environ
    given = environ.get("XDG_RUNTIME_DIR")
    if given and os.geteuid() != 0 and len(given) < 60 and Path(given).is_dir():
        return Path(given)
    return Path("/tmp") / f"dumont-{os.geteuid()}"  # noqa: S108 - made 0700 and checked by whoever uses it


def _read_toml(environ: Mapping[str, str]) -> tuple[dict[str, Any], Path | None]:
    named = environ.get("DUMONT_CONFIG")
    home = Path(environ["DUMONT_HOME"]).expanduser() if environ.get("DUMONT_HOME") else default_home(environ)
    for path in [Path(named)] if named else [Path("dumont.toml"), home / "dumont.toml"]:
        if not named and not os.path.exists(path):  # noqa: PTH110 - Path.exists raises where a folder is closed to us
            continue
        try:
            found = tomllib.loads(path.read_text("utf-8"))
        except OSError as error:
            said = f"DUMONT_CONFIG names {path}, which" if named else f"{path.absolute()}"
            raise Invalid(f"{said} can't be read.", hint=f"{error.strerror}.") from None
        except ValueError as error:
            raise Invalid(f"{path} is not valid TOML: {_reason(error)}.") from None
        return {name.replace("-", "_"): value for name, value in found.items()}, path.resolve()
    return {}, None


def _reason(error: ValueError) -> str:
    """What is no text at all would be repeated in the error, and it may be a secret."""
    return str(error) if isinstance(error, tomllib.TOMLDecodeError) else "it is not UTF-8"


def _unknown(environ: Mapping[str, str]) -> Iterator[str]:
    """No error: a cluster may put in variables of its own, and an older release may meet settings of a newer one."""
    known = OTHER_NAMES | {env_names(name)[0] for name in Settings.model_fields}
    for name in sorted(environ):
        if name.startswith("DUMONT_") and name not in known:
            nearest = get_close_matches(name, sorted(known), 1, 0.8)
            yield f"{name} is no setting{f': is {nearest[0]} meant?' if nearest else '.'}"


def _validated(given: Mapping[str, Any]) -> Settings:
    try:
        return Settings.model_validate(dict(given))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = str(first["loc"][0]) if first["loc"] else "settings"
        if first["type"] == "extra_forbidden":
            raise Invalid(
                f"Unknown setting {name} in dumont.toml.", hint="`dumont config show` lists all settings."
            ) from None
        raise Invalid(
            f"Setting {name} ({env_names(name)[0]}) is wrong: {first['msg'].removeprefix('Value error, ')}.",
            hint="`dumont config show` lists all settings with what each one is for.",
        ) from None
