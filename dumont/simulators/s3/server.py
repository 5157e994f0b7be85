"""Listens, and gives each connection a thread; used from tests as `with serving(folder) as server:`."""

import contextlib
import secrets
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from dumont.simulators.s3.bodies import Care
from dumont.simulators.s3.conditions import Conditions
from dumont.simulators.s3.routes import Store, wall_clock
from dumont.simulators.s3.shelf import Thing
from dumont.simulators.s3.signature import Key
from dumont.simulators.s3.wire import Gone, Wire

BACKLOG = 512


class S3Server:
    """One store on one port."""

    def __init__(
        self, store: Store, *, host: str = "127.0.0.1", port: int = 0, secure: ssl.SSLContext | None = None
    ) -> None:
        self.store = store
        self._secure = secure
        self._listening = socket.create_server((host, port), backlog=BACKLOG)
        self._connections: set[socket.socket] = set()
        self._threads: set[threading.Thread] = set()
        self._lock = threading.Lock()
        self.accepted = 0
        """Connections, since the start."""
        self._accepting = threading.Thread(target=self._accept, name="s3", daemon=True)

    @property
    def url(self) -> str:
        host, port = self._listening.getsockname()[:2]
        return f"{'https' if self._secure else 'http'}://{host}:{port}"

    @property
    def conditions(self) -> Conditions:
        return self.store.conditions

    @property
    def key(self) -> Key:
        """Of the first account."""
        return next(iter(self.store.keys.values()))

    def order(self, *faults: dict[str, object]) -> None:
        self.conditions.order(faults)

    def file(self, bucket: str, key: str) -> Path:
        """Where an object lies, for who wants to spoil it."""
        return self.store.shelf.bucket(bucket).path(key)

    def keys(self, bucket: str) -> Sequence[str]:
        return [thing.key for thing in self.store.shelf.bucket(bucket).from_key("", "", float("inf"))]

    def retell(self, bucket: str, key: str, change: Callable[[Thing], Thing]) -> None:
        """What the store believes of an object becomes something else."""
        self.store.shelf.bucket(bucket).change(key, change)

    def hang_up(self) -> None:
        """Closes the connections that there are, as after a time of silence."""
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def start(self) -> None:
        self._accepting.start()

    def stop(self) -> None:
        """Ends all connections, and waits for their threads."""
        self.conditions.closing.set()
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._accepting.join()
        with self._lock:
            threads = list(self._threads)
        self.hang_up()
        for thread in threads:
            thread.join()

    def wait(self) -> None:
        self._accepting.join()

    def _accept(self) -> None:
        while True:
            try:
                connection, _address = self._listening.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._converse, args=(connection,), daemon=True)
            with self._lock:
                self._connections.add(connection)
                self._threads.add(thread)
                self.accepted += 1
            thread.start()

    def _converse(self, connection: socket.socket) -> None:
        try:
            with contextlib.suppress(OSError, Gone, ssl.SSLError):
                self._answer(Wire(self._secured(connection)))
        finally:
            connection.close()
            with self._lock:
                self._connections.discard(connection)
                self._threads.discard(threading.current_thread())

    def _secured(self, connection: socket.socket) -> socket.socket:
        return self._secure.wrap_socket(connection, server_side=True) if self._secure else connection

    def _answer(self, wire: Wire) -> None:
        while request := wire.request():
            self.store.serve(wire, request)
            if request.headers.get("connection", "").lower() == "close":
                return


@contextlib.contextmanager
def serving(
    root: Path,
    *buckets: str,
    region: str = "us-east-1",
    now: Callable[[], float] = wall_clock,
    care: Care | None = None,
    session: str = "",
    secure: ssl.SSLContext | None = None,
) -> Iterator[S3Server]:
    """With a key of its own, from entering to leaving."""
    key = Key(f"AK{secrets.token_hex(9).upper()}", secrets.token_urlsafe(30), session)
    store = Store(root, keys={key.access: key}, region=region, now=now, care=care)
    for bucket in buckets:
        store.shelf.add(bucket)
    server = S3Server(store, secure=secure)
    server.start()
    try:
        yield server
    finally:
        server.stop()
