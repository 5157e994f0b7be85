"""Takes secrets out of whatever is about to be logged, kept or shown."""

import re
from base64 import b64encode
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

STARS = "***"
SHORTEST = 6
"""Shorter values are no secrets, and would eat holes into everything."""
NAMED = re.compile(
    r"""(?P<before>"?(?:api[_-]?key|[\w-]*token|[\w-]*secret|passw(?:or)?d|private[_-]?key|jupyter_token|
    instance_api_key|authorization|credential|signature|cookie|email)"?\s*[:=]\s*)
    (?P<value>"(?:[^"\\]|\\.)*"|(?:(?:Bearer|Basic)\s+)?[^\s,;&}"\]]+)""",
    re.IGNORECASE | re.VERBOSE,
)
CURSOR = re.compile(r"(next|after|page)_?token", re.IGNORECASE)
BEARER = re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]{6,}", re.IGNORECASE)
SIGNED = re.compile(r"([?&](?:X-Amz-[\w-]+|Signature|api_key|key|token)=)[^&\s\"]+", re.IGNORECASE)
PRIVATE = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)", re.DOTALL)


class Scrubber:
    """Knows the secrets of one account, and how secrets look in general."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets for form in _forms(secret)}
        self._known = sorted(forms, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        for secret in self._known:
            text = text.replace(secret, STARS)
        text = PRIVATE.sub(STARS, text)
        text = BEARER.sub(rf"\1 {STARS}", text)
        text = SIGNED.sub(rf"\1{STARS}", text)
        return NAMED.sub(_starred, text)


def _forms(secret: str) -> Iterable[str]:
    """As written, in a URL, in JSON, in a Basic header; of what has lines (a private key) each line too."""
    if len(secret) < SHORTEST:
        return
    whole = (secret, quote(secret, safe=""), quote_plus(secret), secret.replace("\n", "\\n"))
    encoded = (b64encode(form.encode()).decode().rstrip("=") for form in (secret, f"{secret}:", f":{secret}"))
    lines = (line for line in secret.split("\n") if len(line) >= 20 and not line.startswith("-----"))
    yield from (*whole, *encoded, *lines)


def _starred(match: re.Match[str]) -> str:
    value = match["value"]
    if value in ("null", "true", "false") or STARS in value or CURSOR.search(match["before"]):
        return match[0]
    return match["before"] + (f'"{STARS}"' if '"' in match["before"] or value.startswith('"') else STARS)
