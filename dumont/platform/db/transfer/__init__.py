"""Moves a whole database from one installation to another, by PostgreSQL's own programs: all of it, or nothing.

An export is SQL, compressed with gzip, under a header of comments that tells what made it and how many rows each table
has. It is taken from one snapshot, so the server may run on meanwhile. An import is one transaction: it empties the
target, restores, counts the rows again, and only then commits.
"""

from dumont.platform.db.transfer.export import export
from dumont.platform.db.transfer.header import Header
from dumont.platform.db.transfer.programs import connect, users_of
from dumont.platform.db.transfer.restore import restore

__all__ = ["Header", "connect", "export", "restore", "users_of"]
