"""A store in memory, whose clock the test turns."""

from collections.abc import Callable, Iterator, Sequence
from threading import Lock

from dumont.snapstore.blobs import Bytes, Found
from dumont.snapstore.errors import Damaged, Missing


class MemoryBlobs:
    """Keeps what it is given; `before` is called ahead of every act, and may raise."""

    address = "memory:"

    def __init__(self, before: Callable[[str, str], None] | None = None) -> None:
        self.objects: dict[str, bytes] = {}
        self.times: dict[str, float] = {}
        self.acts: list[tuple[str, str]] = []
        self.now = 1_000_000.0
        self.before = before
        self._lock = Lock()

    def get(self, name: str, start: int = 0, length: int | None = None) -> bytes:
        self._act("get", name)
        if name not in self.objects:
            raise Missing(f"There is no {name}.")
        data = self.objects[name]
        if length is not None and start + length > len(data):
            raise Damaged(f"{name} ends before {start + length}.")
        return data[start:] if length is None else data[start : start + length]

    def read_into(self, name: str, start: int, buffer: memoryview) -> None:
        buffer[:] = self.get(name, start, len(buffer))

    def put(self, name: str, parts: Sequence[Bytes]) -> None:
        self._act("put", name)
        data = b"".join(parts)
        with self._lock:
            self.objects[name] = data
            self.times[name] = self.now

    def find(self, name: str) -> Found | None:
        self._act("find", name)
        return self._found(name) if name in self.objects else None

    def list(self, prefix: str) -> Iterator[Found]:
        self._act("list", prefix)
        with self._lock:
            names = sorted(name for name in self.objects if name.startswith(prefix))
        return iter([self._found(name) for name in names])

    def delete(self, name: str) -> None:
        self._act("delete", name)
        with self._lock:
            self.objects.pop(name, None)
            self.times.pop(name, None)

    def close(self) -> None:
        self._act("close", "")

    def _found(self, name: str) -> Found:
        return Found(name, len(self.objects[name]), self.times[name])

    def _act(self, what: str, name: str) -> None:
        self.acts.append((what, name))
        if self.before:
            self.before(what, name)
