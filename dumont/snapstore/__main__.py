"""The command line of the engine alone: `python -m dumont.snapstore`, or the single file."""

from __future__ import annotations

import sys

if sys.version_info < (3, 9):  # noqa: UP036 -- the single file is run by whatever Python a machine has
    sys.exit("This needs Python 3.9 or newer.")

try:
    from dumont.snapstore import surroundings
    from dumont.snapstore.plain.command import main
except KeyboardInterrupt:  # as early as that there is nothing to stop
    sys.exit(130)

if __name__ == "__main__":
    surroundings.leave(main(program="python -m dumont.snapstore"))
