"""The engine keeps to Python 3.9: by its grammar, and by the names of the library that came later."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import dumont.snapstore

ROOT = Path(dumont.snapstore.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
LATER = re.compile(
    r"""
    itertools\.(pairwise|batched) | datetime\.UTC | enum\.(StrEnum|verify|member|nonmember|global_enum)
    | tomllib | asyncio\.(TaskGroup|timeout|Runner) | contextlib\.(chdir|aclosing) | hashlib\.file_digest
    | typing\.(Self|TypeAlias|ParamSpec|Concatenate|TypeGuard|Never|assert_never|assert_type|reveal_type|override
               |LiteralString|NotRequired|Required|Unpack|TypeVarTuple|dataclass_transform|is_typeddict)
    | types\.(NoneType|EllipsisType|NotImplementedType|UnionType) | inspect\.get_annotations
    | math\.(cbrt|exp2|sumprod|fma) | operator\.call | sys\.(exception|orig_argv|stdlib_module_names|monitoring)
    | collections\.abc\.Buffer | compression\..* | copy\.replace | os\.(splice|eventfd|process_cpu_count)
    """,
    re.VERBOSE,
)
METHODS = {"bit_count", "add_note", "hardlink_to", "readinto_nowait"}
ARGUMENTS = {
    "zip": {"strict"},
    "map": {"strict"},
    "dataclass": {"slots", "kw_only", "weakref_slot", "match_args"},
    "bisect": {"key"},
    "bisect_left": {"key"},
    "bisect_right": {"key"},
    "insort": {"key"},
}
BUILTINS = {"aiter", "anext", "ExceptionGroup", "BaseExceptionGroup", "EncodingWarning"}
LATER_MODULES_ALLOWED = {"codec/zstd.py": {"compression.zstd"}}
"""Tried, and done without where it is not there."""


def later(tree: ast.Module) -> Iterator[str]:
    """Whatever in it Python 3.9 has not."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (
                f"{node.module}.{alias.name}" for alias in node.names if LATER.fullmatch(f"{node.module}.{alias.name}")
            )
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if LATER.fullmatch(alias.name))
        elif isinstance(node, ast.Attribute):
            name = f"{node.value.id}.{node.attr}" if isinstance(node.value, ast.Name) else ""
            if LATER.fullmatch(name) or node.attr in METHODS:
                yield name or node.attr
        elif isinstance(node, ast.Name) and node.id in BUILTINS:
            yield node.id
        elif isinstance(node, ast.Call):
            yield from _arguments(node)


def _arguments(call: ast.Call) -> Iterator[str]:
    name = (
        call.func.id
        if isinstance(call.func, ast.Name)
        else call.func.attr
        if isinstance(call.func, ast.Attribute)
        else ""
    )
    yield from (f"{name}({word.arg}=)" for word in call.keywords if word.arg in ARGUMENTS.get(name, ()))
    if name == "to_bytes" and len(call.args) + len(call.keywords) < 2:
        yield "to_bytes() without its order"
    if name == "isinstance" and any(isinstance(part, ast.BinOp) for part in call.args[1:]):
        yield "isinstance(..., X | Y)"


def unions(tree: ast.Module) -> Iterator[str]:
    """`X | None` where it is evaluated: with the import from the future annotations never are."""
    annotations = {
        id(inner)
        for node in ast.walk(tree)
        for part in (getattr(node, "annotation", None), getattr(node, "returns", None))
        if part is not None
        for inner in ast.walk(part)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr) and id(node) not in annotations:
            sides = (node.left, node.right)
            if any(isinstance(side, ast.Constant) and side.value is None for side in sides) or any(
                isinstance(side, ast.Name) and side.id in {"int", "str", "bytes", "float", "bytearray", "memoryview"}
                for side in sides
            ):
                yield ast.unparse(node)


class TestEngine:
    def test_keeps_to_python_3_9(self) -> None:
        offences = []
        for path in FILES:
            name = path.relative_to(ROOT).as_posix()
            tree = ast.parse(path.read_text(), name, feature_version=(3, 9))
            found = [*later(tree), *unions(tree)]
            offences += [f"{name}: {what}" for what in found if what not in LATER_MODULES_ALLOWED.get(name, ())]
        assert offences == []

    def test_takes_annotations_from_the_future(self) -> None:
        for path in FILES:
            annotated = ": " in path.read_text() and "def " in path.read_text()
            assert not annotated or "from __future__ import annotations" in path.read_text(), path


class TestTheLook:
    @pytest.mark.parametrize(
        "code",
        [
            "from itertools import pairwise",
            "import datetime\ndatetime.UTC",
            "zip(a, b, strict=True)",
            "(5).bit_count()",
            "@dataclass(slots=True)\nclass A: ...",
            "isinstance(x, int | str)",
            "(5).to_bytes(4)",
        ],
    )
    def test_finds_what_came_later(self, code: str) -> None:
        assert list(later(ast.parse(code)))

    def test_finds_unions_that_are_evaluated(self) -> None:
        assert list(unions(ast.parse("A = int | None")))
        assert not list(unions(ast.parse("def f(a: int | None) -> str | None: ...")))

    def test_finds_grammar_that_came_later(self) -> None:
        with pytest.raises(SyntaxError):
            ast.parse("match a:\n    case 1: ...", feature_version=(3, 9))
