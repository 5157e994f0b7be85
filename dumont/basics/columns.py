"""Text in columns: the plain table of a command line whose output goes to a file or a pipe."""

import unicodedata
from collections.abc import Sequence

GAP = "  "


def aligned(titles: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[bool] = ()) -> list[str]:
    """Lines of equal columns, nothing cut off; `right` tells which columns are figures."""
    lines = [[title.upper() for title in titles], *rows]
    widths = [max(_width(line[place]) for line in lines) for place in range(len(titles))]
    rights = [*right, *[False] * (len(titles) - len(right))]
    return [GAP.join(map(_padded, line, widths, rights)).rstrip() for line in lines]


def plain(text: str) -> str:
    """On one line and without control characters: what others have written must not drive a terminal."""
    return "".join(" " if letter in "\n\t" else letter for letter in text if letter in "\n\t" or letter.isprintable())


def _padded(text: str, width: int, right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if right else text + space


def _width(text: str) -> int:
    """In cells of a terminal: letters of East Asia take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
