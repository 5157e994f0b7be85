"""The few rules of the web application that its own linter lacks; lengths and names are checked with the rest."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from tests.tidy.source import Offence, Tree

UNTYPED = re.compile(r"@ts-(ignore|nocheck)|@ts-expect-error\s*(\*/|$)")


def barrels(tree: Tree) -> Iterator[Offence]:
    for file in tree.web:
        if PurePosixPath(file.path).stem == "index":
            yield file.offence(1, "web-barrel", "a file that only passes on others: import from the file itself.")


def unchecked_types(tree: Tree) -> Iterator[Offence]:
    for file in tree.web:
        for line, text in enumerate(file.lines, 1):
            if UNTYPED.search(text):
                yield file.offence(
                    line, "web-unchecked", "a type error hidden: mend it, or `@ts-expect-error` and why."
                )
