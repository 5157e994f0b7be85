"""Accounts: who people are, what they may do, and what each of them has changed.

What other contexts use: `guard` for their routes, `audit.record` for their changes, `events` to learn of new accounts.
"""

from dumont.accounts import audit, events, guard

__all__ = ["audit", "events", "guard"]
