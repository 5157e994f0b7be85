"""Signs addresses of objects behind the server's own door, and knows them again."""

import hashlib
import hmac
from urllib.parse import urlencode
from uuid import UUID


class DoorSigner:
    """What is signed is all that may be done: one verb, one object, one size, until one moment."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.sha256(b"snapshot objects\n" + secret.encode()).digest()

    def query(self, verb: str, repository_id: UUID, name: str, size: int, until: int) -> str:
        signature = self._sign(verb, repository_id, name, size, until)
        return urlencode({"size": size, "until": until, "signature": signature})

    def is_good(
        self, verb: str, repository_id: UUID, name: str, size: int, *, until: int, signature: str, now: float
    ) -> bool:
        expected = self._sign(verb, repository_id, name, size, until)
        return hmac.compare_digest(expected.encode(), signature.encode()) and now < until

    def _sign(self, verb: str, repository_id: UUID, name: str, size: int, until: int) -> str:
        said = f"{verb}\n{repository_id}\n{name}\n{size}\n{until}"
        return hmac.new(self._key, said.encode(), hashlib.sha256).hexdigest()
