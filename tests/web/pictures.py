"""Compares a page with a picture of how it should look: roughly, so that a break shows, and a font's hint does not.

Both are scaled down until a letter is less than a dot, and blurred. What then differs in many places is the layout, or
the colours. The kept pictures are as small as that, in `tests/web/pictures`. To make them anew after a change that is
meant, `DUMONT_RENEW_PICTURES=1 .venv/bin/python -m pytest -n0 tests/web/test_pictures.py`; then look at them.
"""

import base64
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page

KEPT = Path(__file__).parent / "pictures"
RENEW = os.environ.get("DUMONT_RENEW_PICTURES") == "1"
SCALE = 8
BLUR = 2
"""Dots on each side that one is mixed with."""
UNLIKE = 12.0
"""Of 255: from here on a dot of the two is another one."""
SHARE_MAX = 0.018

SHRINK = """async ([png, scale]) => {
  const picture = new Image();
  picture.src = `data:image/png;base64,${png}`;
  await picture.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width / scale);
  canvas.height = Math.round(picture.height / scale);
  const drawn = canvas.getContext("2d", { willReadFrequently: true });
  drawn.imageSmoothingQuality = "high";
  drawn.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const { data } = drawn.getImageData(0, 0, canvas.width, canvas.height);
  let bytes = "";
  for (const each of data) bytes += String.fromCharCode(each);
  return {
    width: canvas.width,
    height: canvas.height,
    dots: btoa(bytes),
    png: canvas.toDataURL("image/png").split(",")[1],
  };
}"""
Picture = NDArray[np.float64]


class Darkroom:
    """A blank page of the same browser: it reads and shrinks pictures, so no other library has to."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def seen(self, page: Page) -> bytes:
        """The page as it is now, small."""
        page.evaluate("() => document.fonts.ready")
        return base64.b64decode(self._shrunk(page.screenshot(animations="disabled", caret="hide"), SCALE)["png"])

    def difference(self, one: bytes, other: bytes) -> float:
        """The share of dots that differ; all of them where the sizes do."""
        first, second = self._dots(one), self._dots(other)
        if first.shape != second.shape:
            return 1.0
        unlike = np.abs(_blurred(first) - _blurred(second)).max(axis=2) > UNLIKE
        return float(unlike.mean())

    def _dots(self, png: bytes) -> Picture:
        small = self._shrunk(png, 1)
        dots = np.frombuffer(base64.b64decode(small["dots"]), dtype=np.uint8)
        return dots.reshape(small["height"], small["width"], 4)[:, :, :3].astype(np.float64)

    def _shrunk(self, png: bytes, scale: int) -> Any:
        return self._page.evaluate(SHRINK, [base64.b64encode(png).decode(), scale])


def kept(name: str) -> bytes:
    return (KEPT / f"{name}.png").read_bytes()


def renew(name: str, picture: bytes) -> None:
    KEPT.mkdir(exist_ok=True)
    (KEPT / f"{name}.png").write_bytes(picture)


def _blurred(picture: Picture) -> Picture:
    """Each dot with those around it."""
    padded = np.pad(picture, ((BLUR, BLUR), (BLUR, BLUR), (0, 0)), mode="edge")
    height, width, _ = picture.shape
    steps = range(2 * BLUR + 1)
    parts = [padded[down : down + height, right : right + width] for down in steps for right in steps]
    mixed: Picture = np.mean(parts, axis=0)
    return mixed
