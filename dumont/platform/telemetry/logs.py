"""Structured logs: one event a line, with the ids of request and job, and with secrets taken out whatever their key."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import structlog
from pydantic import SecretBytes, SecretStr
from structlog.typing import Processor

from dumont.platform.settings import Settings

HIDDEN = "••••••"
SECRET_NAME = re.compile(r"password|secret|token|authorization|cookie|api_?key|private_?key|credential", re.IGNORECASE)
SECRET_TEXT = re.compile(
    r"dmt_[0-9a-f]{12}_[\w-]{20,}"  # our API keys
    r"|eyJ[\w-]+\.[\w-]+\.[\w-]+"  # JSON web tokens
    r"|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"  # user and password in a URL
    r"|(?<=[#?&]token=)[^&\s\"']+"  # the token of a link
    r"|(?<=Bearer )[^\s\"',]+"
)
SPEAKS_FOR_ITSELF = bool | int | float | datetime | UUID | None
Line = MutableMapping[str, Any]


def configure(settings: Settings) -> None:
    console = settings.log_format == "console" or (settings.log_format == "auto" and sys.stderr.isatty())
    # The pretty traceback of the console would print local variables, and so secrets.
    pretty = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    renderer = pretty if console else structlog.processors.JSONRenderer(_dump)
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        hide_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(settings.log_level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    remove = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[remove, renderer]))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for noisy in ("alembic", "uvicorn", "uvicorn.access", "httpx", "httpcore", "pgqueuer"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def hide_secrets(_logger: Any, _method: str, line: Line) -> Line:
    return {name: _hidden(name, value) for name, value in line.items()}


def _hidden(name: str, value: object) -> object:
    if name == "_record" or isinstance(value, SPEAKS_FOR_ITSELF):
        return value
    if isinstance(value, SecretStr | SecretBytes) or SECRET_NAME.search(name):
        return HIDDEN
    if isinstance(value, Mapping):
        return {_clean(key): _hidden(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_hidden(name, inner) for inner in value]
    return _clean(value)


def _clean(value: object) -> str:
    """Of anything else as it would be written: an error, an address and a path may all hold a secret."""
    return SECRET_TEXT.sub(HIDDEN, value.decode(errors="replace") if isinstance(value, bytes) else str(value))


def _dump(line: Line, **_: Any) -> str:
    return orjson.dumps(line, default=str).decode()
