"""A typed cupboard of everything that does I/O: filled once in `main/wiring.py`, read by doors and jobs."""

from typing import Protocol, TypeVar, cast

T = TypeVar("T")


class Get(Protocol):
    """`Parts.get`, or `Run.part`."""

    def __call__(self, kind: type[T]) -> T: ...


class Parts:
    def __init__(self) -> None:
        self._parts: dict[type[object], object] = {}

    def put(self, kind: type[T], part: T) -> T:
        self._parts[kind] = part
        return part

    def get(self, kind: type[T]) -> T:
        try:
            return cast(T, self._parts[kind])
        except KeyError:
            raise LookupError(f"no {kind.__name__} is wired; main/wiring.py puts it in") from None

    def has(self, kind: type[object]) -> bool:
        return kind in self._parts
