"""Writes a call as a curl command that can be pasted: the token by name, secrets as names too."""

import json
import shlex
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Call:
    method: str
    url: str
    params: dict[str, Any] = field(default_factory=dict)
    body: Any = None
    hidden: tuple[str, ...] = ()
    """Fields of the body that are secrets."""
    signed: bool = True
    headers: dict[str, str] = field(default_factory=dict)


def curl(call: Call) -> str:
    words = ["curl", "-sS"] + ([] if call.method == "GET" else ["-X", call.method])
    lines = [" ".join([*words, shlex.quote(_address(call))])]
    if call.signed:
        # In double quotes: the shell puts the token in, and no history or log ever holds it.
        lines.append('-H "Authorization: Bearer $DUMONT_TOKEN"')
    lines += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in call.headers.items()]
    if call.body is not None:
        lines.append("-H 'Content-Type: application/json'")
        lines.append(f"-d {shlex.quote(json.dumps(_shown(call.body, call.hidden), ensure_ascii=False))}")
    return " \\\n  ".join(lines)


def _address(call: Call) -> str:
    return f"{call.url}?{urlencode(call.params, doseq=True)}" if call.params else call.url


def _shown(body: Any, hidden: tuple[str, ...]) -> Any:
    if not isinstance(body, dict):
        return body
    return {name: _covered(name, value) if name in hidden else value for name, value in body.items()}


def _covered(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {inner: _covered(inner, kept) for inner, kept in value.items()}
    return f"<{name}>"
