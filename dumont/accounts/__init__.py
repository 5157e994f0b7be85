"""Accounts: who people are, what they may do, and what each of them has changed.

What other contexts use: `guard` for their routes, `audit.record` for their changes, `provider_keys.reveal` to speak
with a provider for somebody, and `events.AccountOpened` to give every account what every account has.
"""

from dumont.accounts import audit, events, guard, provider_keys

__all__ = ["audit", "events", "guard", "provider_keys"]
