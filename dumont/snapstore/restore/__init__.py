"""Puts a snapshot back: in parallel, hot files first, in bounded memory, and never outside of its target."""

from __future__ import annotations

from dumont.snapstore.restore.options import Overwrite, RestoreOptions, RestoreReport
from dumont.snapstore.restore.restoring import restore

__all__ = ["Overwrite", "RestoreOptions", "RestoreReport", "restore"]
