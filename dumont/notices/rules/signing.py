"""How a message is written and signed: over the moment and the very bytes that are sent."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

SIGNATURE, DELIVERY, EVENT = "Dumont-Signature", "Dumont-Delivery", "Dumont-Event"
SECRET_PREFIX = "whs_"  # noqa: S105 - what secrets begin with


def written(form: str, body: Mapping[str, Any]) -> bytes:
    """Chats read `text` alone, and some refuse to find more."""
    shown = {"text": body["text"]} if form == "slack" else body
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":")).encode()


def signature(secret: str, moment: int, content: bytes) -> str:
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + content, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"
