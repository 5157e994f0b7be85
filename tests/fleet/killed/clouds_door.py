"""Stands before the simulated clouds, and tells of each call of a worker: before it has happened, and after."""

import re
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.fleet.killed.points import Witness

NUMBER = re.compile(r"\d+")


@dataclass
class Call:
    worker: str
    method: str
    path: str


@dataclass
class CloudsDoor:
    """Each worker calls by a path of its own, `/w<number>/<cloud>/...`, so that it is known who called."""

    app: ASGIApp
    witness: Witness
    calls: list[Call] = field(default_factory=list)
    """That were to change anything."""

    def calls_of(self, worker: str) -> int:
        return sum(call.worker == worker for call in self.calls)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/w"):
            await self.app(scope, receive, send)
            return
        worker, path = scope["path"][1:].split("/", 1)
        said, changes = f"{scope['method']} /{NUMBER.sub('N', path)}", scope["method"] != "GET"
        if changes and self.witness.meets(f"before {said}"):
            return
        if changes:
            self.calls.append(Call(worker, scope["method"], path))
        answer: list[Message] = []

        async def keep(message: Message) -> None:
            answer.append(message)

        inner = {**scope, "path": f"/{path}", "raw_path": f"/{path}".encode()}
        await self.app(inner, receive, keep)
        if not self.witness.meets(f"after {said}"):
            for message in answer:
                await send(message)
