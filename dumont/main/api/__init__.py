"""The doors of the platform itself: they need the guard of accounts, so they stand here, above it."""
