"""What the store says in XML, and how it refuses."""

from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import formatdate
from xml.sax.saxutils import escape

XMLNS = "http://s3.amazonaws.com/doc/2006-03-01/"
REASONS = {
    200: "OK",
    204: "No Content",
    206: "Partial Content",
    301: "Moved Permanently",
    304: "Not Modified",
    307: "Temporary Redirect",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    411: "Length Required",
    412: "Precondition Failed",
    416: "Requested Range Not Satisfiable",
    429: "Too Many Requests",
    500: "Internal Server Error",
    501: "Not Implemented",
    503: "Service Unavailable",
}
CODES = {
    400: "InvalidRequest",
    403: "AccessDenied",
    404: "NoSuchKey",
    429: "SlowDown",
    500: "InternalError",
    503: "SlowDown",
}


class Refused(Exception):
    """Ends a request with an error as Amazon words it."""

    def __init__(self, status: int, code: str, message: str = "", **more: str) -> None:
        super().__init__(message or code)
        self.status = status
        self.code = code
        self.message = message or code
        self.more = more
        self.headers: dict[str, str] = {}

    def body(self, resource: str) -> bytes:
        told = {"Code": self.code, "Message": self.message, "Resource": resource, "RequestId": "SIM", **self.more}
        return document("Error", (text(name, said) for name, said in told.items()), xmlns=False)


def no_such_key(key: str) -> Refused:
    return Refused(404, "NoSuchKey", "The specified key does not exist.", Key=key)


def text(name: str, said: str) -> str:
    return f"<{name}>{escape(said)}</{name}>"


def group(name: str, *elements: str) -> str:
    return f"<{name}>{''.join(elements)}</{name}>"


def document(name: str, inside: Iterable[str], *, xmlns: bool = True) -> bytes:
    space = f' xmlns="{XMLNS}"' if xmlns else ""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{name}{space}>{"".join(inside)}</{name}>'.encode()


def moment(seconds: float) -> str:
    """As lists tell it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{int(seconds * 1000) % 1000:03d}Z"


def date(seconds: float) -> str:
    """As headers tell it."""
    return formatdate(seconds, usegmt=True)
