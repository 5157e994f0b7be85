"""How long things are: functions, files, lists of parameters."""

import ast
from collections.abc import Iterable, Iterator
from itertools import chain
from statistics import median

from tests.tidy.source import File, Offence, Tree

FUNCTION_LINES_MAX = 60
FILE_LINES_MAX = 400
POSITIONAL_MAX = 5

Function = ast.FunctionDef | ast.AsyncFunctionDef


def function_length(tree: Tree) -> Iterator[Offence]:
    for file in tree.python:
        for function in file.functions:
            length = lines_of(function)
            if length > FUNCTION_LINES_MAX:
                yield file.offence(
                    function.lineno,
                    "function-length",
                    f"`{function.name}` has {length} lines, {FUNCTION_LINES_MAX} are allowed: "
                    "give each of its steps a function with a name.",
                )


def file_length(tree: Tree) -> Iterator[Offence]:
    for file in chain(tree.python, tree.scripts, tree.web):
        length = len(file.lines)
        if length > FILE_LINES_MAX:
            yield file.offence(
                FILE_LINES_MAX + 1,
                "file-length",
                f"{length} lines, {FILE_LINES_MAX} are allowed: split it by what its parts are for.",
            )


def positional_parameters(tree: Tree) -> Iterator[Offence]:
    """Tests are free: there a parameter is a fixture."""
    for file in tree.python:
        if file.path.startswith("tests/"):
            continue
        methods = _methods(file)
        for function in file.functions:
            count = _positional(function, is_method=function in methods)
            if count > POSITIONAL_MAX:
                yield file.offence(
                    function.lineno,
                    "positional-parameters",
                    f"`{function.name}` takes {count} by position, {POSITIONAL_MAX} are allowed: put `*` before "
                    "the rest, or make one value of those that belong together.",
                )


def packages(tree: Tree) -> Iterator[Offence]:
    """Without `__init__.py` two tests of the same name in two folders hide each other, and a context is no part."""
    paths = {file.path for file in tree.python}
    for folder in sorted({path.rsplit("/", 1)[0] for path in paths if path.startswith(("dumont/", "tests/"))}):
        if f"{folder}/__init__.py" not in paths:
            yield Offence(folder, 1, "packages", "a folder of Python without `__init__.py`: add it, it may be empty.")


def measured(tree: Tree) -> str:
    """One line for the end of the report: what the habits have led to."""
    return " ".join(
        f"{name}: {_figures([file for file in tree.python if file.path.startswith(f'{name}/')])}"
        for name in ("dumont", "tests")
    )


def lines_of(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def _figures(files: Iterable[File]) -> str:
    functions = [lines_of(function) for file in files for function in file.functions]
    lengths = [len(file.lines) for file in files if file.lines]
    if not functions:
        return f"{len(lengths)} files, no functions."
    return (
        f"{len(lengths)} files, median {median(lengths):.0f} lines, longest {max(lengths)}; "
        f"{len(functions)} functions, median {median(functions):.0f} lines, longest {max(functions)}."
    )


def _methods(file: File) -> set[ast.AST]:
    return {child for node in file.nodes if isinstance(node, ast.ClassDef) for child in node.body}


def _positional(function: Function, *, is_method: bool) -> int:
    static = any(isinstance(mark, ast.Name) and mark.id == "staticmethod" for mark in function.decorator_list)
    parameters = [*function.args.posonlyargs, *function.args.args][1 if is_method and not static else 0 :]
    return sum(not parameter.arg.startswith("_") for parameter in parameters)
