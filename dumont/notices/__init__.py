"""Notices: what happens to somebody's instances and money, told to addresses of their own."""
