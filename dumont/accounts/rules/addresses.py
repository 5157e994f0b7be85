"""E-mail addresses: one written form for each, so that an address is one account."""

import re

ADDRESS = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")


def read(text: str) -> str:
    """The address in small letters, or `ValueError`. Plain ASCII: two that look alike must not be two accounts."""
    address = text.strip().lower()
    if len(address) > 254 or not ADDRESS.fullmatch(address) or ".." in address:
        raise ValueError("Must be an e-mail address, such as ada@example.com.")
    return address
