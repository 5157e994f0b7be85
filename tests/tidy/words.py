"""Words: the sentence that opens a file, and the names that say nothing."""

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from tests.tidy.source import File, Offence, Tree

VAGUE = frozenset({"utils", "helpers", "common", "misc", "base", "core", "manager", "service"})
VAGUE_FORMS = VAGUE | {"util", "helper", "managers", "services"}
SENTENCE = re.compile(r"""[A-Z0-9`"'(].*[.?!]["')]?""")
WAY_OUT = "name it by what it does or holds, as a newcomer would look for it."


def first_sentence(tree: Tree) -> Iterator[Offence]:
    for file in tree.python:
        if file.text.strip():
            yield from _opening(file, ast.get_docstring(file.tree), "a docstring")
    for file in tree.scripts:
        if file.text.strip():
            yield from _opening(file, _opening_comment(file), "a comment")


def forbidden_names(tree: Tree) -> Iterator[Offence]:
    for file in tree.python:
        yield from _vague_path(file)
        yield from _vague_definitions(file)
    for file in tree.web:
        stem = PurePosixPath(file.path).name.split(".")[0]
        if stem.lower() in VAGUE_FORMS:
            yield file.offence(1, "forbidden-name", f"a file called `{stem}` says nothing: {WAY_OUT}")


def _opening(file: File, text: str | None, form: str) -> Iterator[Offence]:
    if not text:
        yield file.offence(1, "first-sentence", f"it opens without {form}: say in one sentence what the file is for.")
        return
    paragraph = " ".join(text.strip().split("\n\n")[0].split())
    if len(paragraph.split()) < 3 or not SENTENCE.fullmatch(paragraph):
        yield file.offence(
            1,
            "first-sentence",
            f"`{paragraph[:40]}` is not a sentence: begin with a capital, say what the file is for, end with a stop.",
        )


def _opening_comment(file: File) -> str | None:
    """Up to the first line that ends a sentence: usage may follow in the same block."""
    said = []
    for line in file.lines:
        if line.startswith("#!"):
            continue
        if not line.startswith(("#", "--")):
            break
        said.append(line.lstrip("#- ").strip())
        if said[-1].endswith((".", "?", "!")):
            break
    return " ".join(said) or None


def _vague_path(file: File) -> Iterator[Offence]:
    """A folder is named once, by its `__init__.py`; a file by itself."""
    name = file.module[-1] if file.module else ""
    if set(name.split("_")) & VAGUE_FORMS:
        kind = "package" if file.path.endswith("__init__.py") else "module"
        yield file.offence(1, "forbidden-name", f"a {kind} called `{name}` says nothing: {WAY_OUT}")


def _vague_definitions(file: File) -> Iterator[Offence]:
    for node in file.nodes:
        if isinstance(node, ast.ClassDef) and _last_word(node.name) in VAGUE_FORMS:
            kind = "class"
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.strip("_") in VAGUE_FORMS:
            kind = "function"
        else:
            continue
        if (file.path, node.name) not in EXEMPT:
            yield file.offence(node.lineno, "forbidden-name", f"a {kind} called `{node.name}` says nothing: {WAY_OUT}")


def _last_word(name: str) -> str:
    return re.split(r"(?<=[a-z0-9])(?=[A-Z])|_", name)[-1].lower()


EXEMPT = {
    ("dumont/platform/db/tables.py", "Base"): "SQLAlchemy's own name for the root of the tables",
}
