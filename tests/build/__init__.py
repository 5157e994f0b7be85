"""Builders: `build.accounts.user(...)` makes a row that a test needs and nothing that it does not."""
