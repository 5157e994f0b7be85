"""Text as small numbers: each different text is kept once, and its number stays the same for good."""

from collections.abc import Iterable, Sequence
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int32]


class Vocabulary:
    """Only ever grows, so that shelves old and new can share it; code 0 is None."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._growing = Lock()
        self._numbers: dict[str | None, int] = {None: 0}
        self._texts: list[str | None] = [None]
        self._objects = np.array([None], object)
        self.encode(list(texts))

    def __len__(self) -> int:
        return len(self._texts)

    def encode(self, texts: Sequence[str | None]) -> Codes:
        numbers = self._numbers
        with self._growing:
            for text in texts:
                if text not in numbers:
                    self._texts.append(text)
                    numbers[text] = len(self._texts) - 1
        return np.fromiter(map(numbers.__getitem__, texts), np.int32, len(texts))

    def number(self, text: str) -> int | None:
        return self._numbers.get(text)

    def texts(self) -> list[str | None]:
        """By number. Those added while this is read may be missing."""
        return self._texts[:]

    def objects(self) -> npt.NDArray[Any]:
        """By number, as an array."""
        if len(self._objects) < len(self._texts):
            self._objects = np.array(self._texts, object)
        return self._objects

    def decode(self, codes: Codes) -> list[Any]:
        texts = self._texts
        return [texts[code] for code in codes.tolist()]
