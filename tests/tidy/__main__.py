"""Runs every check on this checkout: `python -m tests.tidy`."""

import sys
from pathlib import Path

from tests.tidy.checks import CHECKS, offences
from tests.tidy.shape import measured
from tests.tidy.source import Tree


def main(root: Path = Path(__file__).parents[2]) -> int:
    tree = Tree(root)
    found = offences(tree)
    for offence in found:
        print(offence)
    print(measured(tree))
    print(f"{len(CHECKS)} checks, {len(found)} offences." if found else f"{len(CHECKS)} checks, all kept.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
