"""Says what a snapshot lacks because it could not be read."""

from collections.abc import Sequence

NAMED = 3
WAY_OUT = (
    "Mend their permissions, or list them in a `.dumontignore` file; or destroy the instance without a snapshot: "
    "`dumont rm NAME --purge`."
)


def said(count: int, names: Sequence[str]) -> str:
    """In short: `3 files could not be read: a, b, c`."""
    shown = [name if name.isprintable() else ascii(name)[1:-1] for name in names[:NAMED]]
    listed = f": {', '.join(shown)}" if shown else ""
    others = f" and {count - len(shown)} more" if shown and count > len(shown) else ""
    return f"{count} {'file' if count == 1 else 'files'} could not be read{listed}{others}"
