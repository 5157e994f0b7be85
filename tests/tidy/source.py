"""Reads the tree once: every file with its syntax, its comments, and the full names of what it uses."""

import ast
import io
import os
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

PYTHON_FOLDERS = ("dumont", "tests", "bench", "scripts", "migrations")
GENERATED = frozenset({"dumont/client/models.py", "web/src/lib/api/generated.ts"})
NOT_OURS = frozenset({"__pycache__", "node_modules"})
BUILT_WEB = "dumont/web"


@dataclass(frozen=True, slots=True, order=True)
class Offence:
    path: str
    line: int
    rule: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class Import:
    """One name that one statement brings in, by its full name: `from dumont import wallet` is `dumont.wallet`."""

    target: str
    line: int


class File:
    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text

    def offence(self, line: int, rule: str, sentence: str) -> Offence:
        return Offence(self.path, line, rule, sentence)

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @cached_property
    def module(self) -> tuple[str, ...]:
        """`dumont/wallet/__init__.py` is `("dumont", "wallet")`."""
        parts = PurePosixPath(self.path).with_suffix("").parts
        return parts[:-1] if parts[-1] == "__init__" else parts

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(self.tree))

    @cached_property
    def functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        return [node for node in self.nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]

    @cached_property
    def comments(self) -> Mapping[int, str]:
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        return {token.start[0]: token.string for token in tokens if token.type == tokenize.COMMENT}

    @cached_property
    def imports(self) -> list[Import]:
        return [found for node in self.nodes for found in self._imports_of(node)]

    @cached_property
    def uses(self) -> list[Import]:
        """Every dotted name in the file, resolved through its imports: `dt.now` is `datetime.datetime.now`."""
        found = [
            Import(name, node.lineno)
            for node in self.nodes
            if isinstance(node, ast.Attribute | ast.Name) and (name := self.full_name(node))
        ]
        return self.imports + found

    def full_name(self, node: ast.AST) -> str | None:
        """None where the name comes from nowhere that can be read off the page: a variable, a result."""
        match node:
            case ast.Name(id=name):
                return self._aliases.get(name)
            case ast.Attribute(value=value, attr=attribute):
                owner = self.full_name(value)
                return f"{owner}.{attribute}" if owner else None
        return None

    @cached_property
    def _aliases(self) -> Mapping[str, str]:
        aliases: dict[str, str] = {}
        for node in self.nodes:
            if isinstance(node, ast.Import):
                for name in node.names:
                    first = name.name.split(".")[0]
                    aliases[name.asname or first] = name.name if name.asname else first
            elif isinstance(node, ast.ImportFrom):
                source = self._source_of(node)
                aliases |= {name.asname or name.name: f"{source}.{name.name}" for name in node.names}
        return aliases

    def _imports_of(self, node: ast.AST) -> Iterator[Import]:
        if isinstance(node, ast.Import):
            yield from (Import(name.name, node.lineno) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = self._source_of(node)
            yield from (Import(f"{source}.{name.name}", node.lineno) for name in node.names)

    def _source_of(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = self.module if self.path.endswith("__init__.py") else self.module[:-1]
        start = package[: len(package) - node.level + 1]
        return ".".join([*start, *([node.module] if node.module else [])])


class Tree:
    """The files of a checkout that people write by hand."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @cached_property
    def python(self) -> list[File]:
        return [file for folder in PYTHON_FOLDERS for file in self._read(folder, (".py",))]

    @cached_property
    def product(self) -> list[File]:
        return [file for file in self.python if file.path.startswith("dumont/")]

    @cached_property
    def scripts(self) -> list[File]:
        """Shell and SQL: no syntax tree, but they open with a sentence too."""
        return [file for folder in (*PYTHON_FOLDERS, "deploy") for file in self._read(folder, (".sh", ".sql"))]

    @cached_property
    def web(self) -> list[File]:
        return list(self._read("web/src", (".ts", ".tsx")))

    def _read(self, folder: str, endings: tuple[str, ...]) -> Iterator[File]:
        for here, folders, names in os.walk(self.root / folder):
            folders[:] = sorted(name for name in folders if self._is_ours(Path(here, name)))
            for name in sorted(names):
                path = Path(here, name).relative_to(self.root).as_posix()
                if name.endswith(endings) and path not in GENERATED:
                    yield File(path, (self.root / path).read_text(encoding="utf-8"))

    def _is_ours(self, folder: Path) -> bool:
        if folder.name in NOT_OURS or folder.name.startswith("."):
            return False
        return folder.relative_to(self.root).as_posix() != BUILT_WEB
