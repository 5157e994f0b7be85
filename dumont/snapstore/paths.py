"""Names of files as text: bytes that are no UTF-8 are written `\\xNN`, so that each name has one text and back."""

from __future__ import annotations

import re

_ESCAPE = re.compile(r"\\(\\|x[0-9a-f]{2})|(\\)")


def shown(path: bytes) -> str:
    text = path.replace(b"\\", b"\\\\").decode("utf-8", "surrogateescape")
    return "".join(f"\\x{ord(letter) - 0xDC00:02x}" if "\udc80" <= letter <= "\udcff" else letter for letter in text)


def read(text: str) -> bytes:
    """Raises `ValueError` for what is no text of a name."""

    def meant(found: re.Match[str]) -> str:
        if found[2]:
            raise ValueError("a backslash is written twice")
        return "\\" if found[1] == "\\" else chr(0xDC00 + int(found[1][1:], 16))

    return _ESCAPE.sub(meant, text).encode("utf-8", "surrogateescape").strip(b"/")
