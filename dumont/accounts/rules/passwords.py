"""How hard a password is to guess, and whether it will do: length and chance count, kinds of character do not."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dumont.accounts.rules.known_passwords import WORDS
from dumont.basics.errors import Invalid

LENGTH_MIN, LENGTH_MAX = 8, 200
SCORES = (20, 30, 50, 70)
"""Bits from which the score is 1, 2, 3, 4; below 2 a password is refused."""
WORD_BITS = 8
LEET = str.maketrans("0134578@$!", "oieastbasi")
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890")
ALPHABETS = ((r"[a-z]", 26), (r"[A-Z]", 26), (r"[0-9]", 10), (r"[ -/:-@\[-`{-~]", 33), (r"[^ -~]", 100))


@dataclass(frozen=True, slots=True)
class Strength:
    score: int
    warning: str | None = None
    suggestions: tuple[str, ...] = ()

    @property
    def acceptable(self) -> bool:
        return self.warning is None


class WeakPassword(Invalid):
    code = "weak_password"


def demand_strong(password: str, personal: Sequence[str], *, field: str) -> None:
    strength = judge(password, personal)
    if strength.warning is not None:
        why = strength.warning[0].lower() + strength.warning[1:].rstrip(".")
        raise WeakPassword.field(field, why, hint=" ".join(strength.suggestions))


def judge(password: str, personal: Sequence[str] = ()) -> Strength:
    """`personal` is what others know of the owner: name, address."""
    words = personal_words(personal)
    bits = guess_bits(password[:LENGTH_MAX], words)
    score = sum(bits >= limit for limit in SCORES)
    warning = _warning(password, words, score)
    if warning is not None:
        score = min(score, 1)
    return Strength(score, warning, _suggestions(score))


def guess_bits(password: str, words: Sequence[str] = ()) -> float:
    """The logarithm of the guesses it takes one who tries words, names, rows of keys and repeats first."""
    rest, known = YEAR.subn("", password)
    for word in sorted({*WORDS, *words}, key=len, reverse=True):
        at = _find(word, rest) if len(word) > 3 else -1
        if at >= 0:
            rest, known = rest[:at] + rest[at + len(word) :], known + 1
    size = sum(count for pattern, count in ALPHABETS if re.search(pattern, rest))
    return known * WORD_BITS + sum(_surprises(rest.lower())) * math.log2(max(size, 2))


def personal_words(personal: Sequence[str]) -> list[str]:
    """Long enough parts of names and addresses: `ada.lovelace@example.com` gives ada.lovelace, lovelace, example."""
    parts = {part for text in personal for part in [text.split("@")[0], *re.split(r"[^\w]+", text)]}
    return sorted(part.lower() for part in parts if len(part) >= 4)


def _warning(password: str, words: Sequence[str], score: int) -> str | None:
    if len(password) < LENGTH_MIN:
        return f"Must have at least {LENGTH_MIN} characters."
    if len(password) > LENGTH_MAX:
        return f"Must have at most {LENGTH_MAX} characters."
    if any(word in password.lower() for word in words):
        return "Must not contain your name or address."
    return "Is one of the first that guessers try." if score < 2 else None


def _suggestions(score: int) -> tuple[str, ...]:
    if score >= 4:
        return ()
    return ("Make it longer: four or five words that do not belong together are hard to guess and easy to keep.",)


def _find(word: str, text: str) -> int:
    plain = text.lower()
    return max(plain.find(word), plain.translate(LEET).find(word))


def _surprises(text: str) -> Iterator[float]:
    """1 for a character that nothing foretold, little for one that repeats or continues."""
    for at, character in enumerate(text):
        before = text[at - 1] if at else ""
        foretold = bool(before) and (character == before or _continues(before, character))
        yield 0.2 if foretold or text.find(text[at : at + 3], 0, at) >= 0 else 1


def _continues(before: str, character: str) -> bool:
    if abs(ord(before) - ord(character)) == 1:
        return True
    return any(before + character in row or character + before in row for row in ROWS)
