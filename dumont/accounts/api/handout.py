"""Hands tokens out as the client wants them: all in the body, or the refresh token in a cookie."""

from typing import Annotated

from fastapi import Depends, Request, Response

from dumont.accounts.api import cookies
from dumont.accounts.login import SignedIn
from dumont.accounts.schemas.auth import Grant, Remember
from dumont.accounts.signer import Signer
from dumont.platform.http.doors import part
from dumont.platform.work import Work


class Handout:
    """What a door needs of request and response to sign someone in, and out again."""

    def __init__(self, request: Request, response: Response, signer: Signer) -> None:
        self._request, self._response, self._signer = request, response, signer

    @property
    def signer(self) -> Signer:
        return self._signer

    @property
    def user_agent(self) -> str:
        return "".join(character for character in self._request.headers.get("user-agent", "")[:300] if character >= " ")

    def answer(self, work: Work, signed_in: SignedIn, remember: Remember) -> Grant:
        self._response.headers["cache-control"] = "no-store"
        in_cookie = remember == "cookie"
        if in_cookie and signed_in.refresh_token is not None:
            cookies.put(self._request, self._response, signed_in.refresh_token, work.settings)
        life = work.settings.access_token_seconds
        return Grant(
            access_token=self._signer.sign(signed_in.claims, work.now, life),
            expires_in=life,
            refresh_token=None if in_cookie else signed_in.refresh_token,
        )

    def cookie(self, work: Work) -> str | None:
        return cookies.read(self._request, work.settings)

    def forget(self, work: Work) -> None:
        cookies.clear(self._request, self._response, work.settings)


async def _handout(request: Request, response: Response, signer: Annotated[Signer, Depends(part(Signer))]) -> Handout:
    return Handout(request, response, signer)


HandedOut = Annotated[Handout, Depends(_handout)]
