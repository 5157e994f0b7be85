"""Goes through a line of words from left to right and lets each be understood by whoever knows its kind."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from dumont.basics.errors import FieldFault, Invalid
from dumont.market.rules import places
from dumont.market.rules.query import Query
from dumont.market.rules.words import fields, gpus, plain
from dumont.market.rules.words.asked import Asked, refused

LENGTH_MAX = 1000
_VALUE = r"""(\[(?:"(?:[^"\\]|\\.)*"|[^\]"])*\]|"(?:[^"\\]|\\.)*"|'[^']*'|[^\s\[\]"']+)"""
_SIGN = r"(<=|>=|=<|=>|==|!=|≤|≥|=|<|>)"
COMPARED = re.compile(rf"(?s)([A-Za-z]\w*)(\s*){_SIGN}\s*{_VALUE}")
WORDED = re.compile(rf"(?is)([a-z]\w*)\s+(in|eq|lte?|gte?)\s+{_VALUE}")
COLON = re.compile(rf"(?s)([A-Za-z]\w*):{_VALUE}")
BARE = re.compile(rf"{_SIGN}\s*(\S+)")
WORD = re.compile(r"\S+")
SPACE = re.compile(r"[\s;&]+|,\s+")
ITEM = re.compile(r"""(?s)\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^,\]]*))\s*(?:,|$)""")


def read(text: str, said: Mapping[str, Any] | None = None, usual: Mapping[str, Any] | None = None) -> Query:
    """`said` are fields of the query that were given elsewhere; they count more than the words. `usual` are those that
    hold where neither says anything."""
    if len(text) > LENGTH_MAX:
        raise Invalid.field("q", f"is longer than {LENGTH_MAX} letters")
    asked = Asked()
    at = 0
    while at < len(text):
        space = SPACE.match(text, at)
        at = space.end() if space else _taken(asked, text, at)
    return _query(asked.finished(), dict(said or {}), dict(usual or {}))


def _taken(asked: Asked, text: str, at: int) -> int:
    """Where the next word begins."""
    return _comparison(asked, text, at) or _limit(asked, text, at) or _word(asked, text, at)


def _comparison(asked: Asked, text: str, at: int) -> int | None:
    """A space may stand before the sign where the word before it is a field: `dph < 1`, but not `EU < 1`."""
    if found := COMPARED.match(text, at):
        name, gap, sign, value = found.groups()
        if not gap or name.lower() in fields.ALIASES:
            fields.put(asked, name, sign, _values(value), found[0])
            return found.end()
    for pattern in (WORDED, COLON):
        found = pattern.match(text, at)
        if found and found[1].lower() in fields.ALIASES:
            sign = found[2] if pattern is WORDED else "="
            fields.put(asked, found[1], sign, _values(found[found.lastindex or 0]), found[0])
            return found.end()
    return None


def _limit(asked: Asked, text: str, at: int) -> int | None:
    """A comparison of nothing is of the price, or of the memory where its unit says so: `<0.5`, `>=24GB`."""
    found = BARE.match(text, at)
    if not found:
        return None
    sign, value = found.groups()
    field = "vram" if plain.MEMORY_UNIT.search(value) else "price"
    comparison = fields.OPERATORS.get(sign)
    if comparison is None:
        raise refused(found[0], f"compares with `{sign}`", "Write =, <, <=, > or >=.")
    fields.put_figure(asked, field, comparison, value, found[0])
    return found.end()


def _word(asked: Asked, text: str, at: int) -> int:
    """The longest run of words that is a GPU or a place; else one word on its own."""
    ends = [found.end() for found in WORD.finditer(text, at)][: max(places.longest(), plain.NAME_WORDS)]
    for end in reversed(ends):
        run = text[at:end].rstrip(",;")
        if plain.put_name(asked, run):
            return at + len(run)
    word = text[at : ends[0]].rstrip(",;") or text[at : ends[0]]
    if ":" in word:
        gpus.put(asked, word)
    elif joined := plain.figure_with_unit(text[at:]):
        plain.put_word(asked, joined.replace(" ", ""))
        return at + len(joined)
    elif not plain.put_word(asked, word):
        return _unknown(asked, text, at, word)
    return at + len(word)


def _unknown(asked: Asked, text: str, at: int, word: str) -> int:
    """What looks like a GPU is one that nobody knows; anything else is not understood."""
    run = plain.like_a_gpu(text[at:])
    if run:
        asked.model(run)
        return at + len(run)
    near = get_close_matches(word.lower(), plain.known(), 1, cutoff=0.7)
    meant = f"Do you mean `{near[0]}`? " if near else ""
    hint = f"{meant}Write a GPU, a place, a cloud, x2, 24GB, <0.5, or a field and its value, as in vram>=24."
    raise refused(word, "is not understood", hint)


def _values(text: str) -> list[str]:
    if text.startswith("["):
        return _items(text[1:-1])
    if text[0] in "\"'":
        return _items(text)
    return [part for part in text.rstrip(",;").split(",") if part]


def _items(text: str) -> list[str]:
    found = [(quoted, single, bare) for quoted, single, bare in ITEM.findall(text)]
    items = (re.sub(r"(?s)\\(.)", r"\1", quoted) or single or bare.strip() for quoted, single, bare in found)
    return [item for item in items if item]


def _query(words: dict[str, Any], said: dict[str, Any], usual: dict[str, Any]) -> Query:
    """A fault in what the words asked for is a fault of `q`."""
    if "sort" in words or "sort" in said:
        usual = {name: value for name, value in usual.items() if name != "descending"}
    try:
        return Query(**{**usual, **words, **said})
    except Invalid as wrong:
        faults = [fault if fault.field in said else _of_words(fault) for fault in wrong.faults]
        raise Invalid("; ".join(f"{fault.field}: {fault.message}" for fault in faults), faults=faults) from None


def _of_words(fault: FieldFault) -> FieldFault:
    return FieldFault("q", f"{fault.field} {fault.message}")
