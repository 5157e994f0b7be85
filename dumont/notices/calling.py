"""Calls an address that a user gave: looked up once, checked, and called by that very number; nothing is followed."""

import asyncio
import socket
from dataclasses import dataclass

import httpx

from dumont.basics import outbound
from dumont.basics.errors import Invalid
from dumont.notices import addresses

SECONDS = 10.0
READ_MOST = 300


class Refused(Exception):
    """It may not be called, and another try would not change that."""


@dataclass(frozen=True, slots=True)
class Called:
    status: int
    said: str
    """The beginning of the answer, on one line."""


async def call(url: str, headers: dict[str, str], content: bytes, *, private: bool) -> Called:
    try:
        host = addresses.checked(url, private=private)
    except Invalid as invalid:
        raise Refused(invalid.message) from None
    async with asyncio.timeout(SECONDS):
        address = await _address(host, private=private)
        # Whatever the name leads to a moment later, this is what was checked; the certificate is still the name's.
        target = httpx.URL(url)
        request = httpx.Request(
            "POST",
            target.copy_with(host=address),
            headers={**headers, "host": target.netloc.decode()},
            content=content,
            extensions={"sni_hostname": host},
        )
        async with httpx.AsyncClient(trust_env=False, timeout=SECONDS, follow_redirects=False) as client:
            answer = await client.send(request, stream=True)
            try:
                return Called(answer.status_code, await _beginning(answer))
            finally:
                await answer.aclose()


async def _address(host: str, *, private: bool) -> str:
    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    address = outbound.chosen(outbound.numbers(found), private=private)
    if address is None:
        raise Refused("Its name leads into a private network.")
    return address


async def _beginning(answer: httpx.Response) -> str:
    read = b""
    async for part in answer.aiter_raw():
        read += part
        if len(read) >= READ_MOST:
            break
    words = read[:READ_MOST].decode(errors="replace").split()
    return "".join(letter for letter in " ".join(words) if letter.isprintable())
