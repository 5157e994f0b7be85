"""BLAKE3, by the fastest way there is: our own library, the `blake3` package, or plain Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, Union, cast

from dumont.snapstore import native
from dumont.snapstore.ways import Ways

Buffer = Union[bytes, bytearray, memoryview]


class Streaming(Protocol):
    def update(self, data: Buffer) -> None: ...

    def digest(self) -> bytes: ...


class Engine(Protocol):
    """One way to make BLAKE3."""

    def digest(self, data: Buffer) -> bytes: ...

    def keyed(self, key: bytes, data: Buffer) -> bytes: ...

    def derive(self, context: str, key: bytes) -> bytes: ...

    def hasher(self) -> Streaming: ...


def digest(data: Buffer) -> bytes:
    """The hash of the bytes, which is what chunks, packs and manifests are named by."""
    return engine().digest(data)


def keyed(key: bytes, data: Buffer) -> bytes:
    """The hash that only who has the key can make."""
    return engine().keyed(key, data)


def derive(context: str, key: bytes) -> bytes:
    """A key for one purpose, made from a key for many."""
    return engine().derive(context, key)


def Hasher() -> Streaming:  # noqa: N802 -- made and used as a class of any of the three ways
    """For what comes in parts: `update` as often as you like, then `digest`."""
    return engine().hasher()


def engine() -> Engine:
    """What is used; found out once."""
    return _ways.chosen()


def use(*names: str) -> str:
    """Takes the first of these ways that works here (`native`, `package`, `pure`), and says which."""
    return _ways.use(*names)


class _Package:
    """The `blake3` package of PyPI."""

    def __init__(self, make: Any) -> None:
        self._make = make

    def digest(self, data: Buffer) -> bytes:
        return cast(bytes, self._make(data).digest())

    def keyed(self, key: bytes, data: Buffer) -> bytes:
        return cast(bytes, self._make(data, key=key).digest())

    def derive(self, context: str, key: bytes) -> bytes:
        return cast(bytes, self._make(key, derive_key_context=context).digest())

    def hasher(self) -> Streaming:
        return cast(Streaming, self._make())


class _Pure:
    """Plain Python: slow, and always there."""

    def __init__(self) -> None:
        from dumont.snapstore import pure_blake3

        self.digest: Callable[[Buffer], bytes] = pure_blake3.digest
        self.keyed: Callable[[bytes, Buffer], bytes] = pure_blake3.keyed
        self.derive: Callable[[str, bytes], bytes] = pure_blake3.derive
        self.hasher: Callable[[], Streaming] = pure_blake3.Hasher


def _native() -> Engine | None:
    library = native.load()
    return None if library is None else cast(Engine, library.blake3)


def _package() -> Engine | None:
    try:
        from blake3 import blake3
    except ImportError:
        return None
    return _Package(blake3)


_ways: Ways[Engine] = Ways({"native": _native, "package": _package, "pure": _Pure})
