"""The refresh token in a cookie that no script can read and no other site can send."""

from typing import Literal

from fastapi import Request, Response

from dumont.platform.declaring import DAY
from dumont.platform.settings import Settings

PLAIN, HOST_ONLY = "dumont_refresh", "__Host-dumont_refresh"
STRICT: Literal["strict"] = "strict"


def put(request: Request, response: Response, token: str, settings: Settings) -> None:
    response.set_cookie(
        _name(request, settings),
        token,
        max_age=settings.refresh_token_days * DAY,
        path=_path(request, settings),
        secure=_is_https(request, settings),
        httponly=True,
        samesite=STRICT,
    )


def read(request: Request, settings: Settings) -> str | None:
    return request.cookies.get(_name(request, settings))


def clear(request: Request, response: Response, settings: Settings) -> None:
    response.delete_cookie(
        _name(request, settings),
        path=_path(request, settings),
        secure=_is_https(request, settings),
        httponly=True,
        samesite=STRICT,
    )


def _name(request: Request, settings: Settings) -> str:
    """With the prefix the browser itself refuses a cookie set by another host, or without TLS."""
    return HOST_ONLY if _is_https(request, settings) else PLAIN


def _path(request: Request, settings: Settings) -> str:
    return "/" if _is_https(request, settings) else "/api"  # the prefix asks for `/`


def _is_https(request: Request, settings: Settings) -> bool:
    return settings.public_url.startswith("https://") or request.url.scheme == "https"
