"""Habits: time, environment, money, work done at import, and remarks that switch a check off."""

import ast
import re
from collections.abc import Iterator

from tests.tidy.source import File, Offence, Tree

CLOCK = "dumont/platform/clock.py"
SETTINGS = "dumont/platform/settings.py"
ENGINE = "dumont/snapstore/surroundings.py"
AGENT = "dumont/agent/surroundings.py"
CLIENT_ENVIRONMENT = "dumont/cli/environment.py"
WALL_CLOCK = frozenset(
    {
        *(f"datetime.datetime.{name}" for name in ("now", "utcnow", "today")),
        *(f"time.{name}" for name in ("time", "time_ns", "localtime", "gmtime", "ctime")),
        "datetime.date.today",
    }
)
ENVIRONMENT = frozenset({"os.environ", "os.environb", "os.getenv", "os.getenvb", "os.putenv"})
PRINTERS = ("dumont/__main__.py", "dumont/cli/", "dumont/main/commands/")
MONEY_FOLDERS = frozenset({"wallet", "booking", "clusters", "fleet", "basics"})
MONEY = re.compile(
    r"(^|_)(money|prices?|amounts?|balances?|costs?|fees?|usd|deposits?|withdrawals?|charges?|funds?)(_|$)"
)
BARE_IGNORE = re.compile(r"#\s*type:\s*ignore(?!\[)")
BARE_NOQA = re.compile(r"#\s*(noqa(?!:\s*[A-Z]+\d)|ruff:\s*noqa(?!:\s*[A-Z]+\d))", re.IGNORECASE)
EXCUSED = re.compile(r"#\s*noqa:\s*TID251 - (\S+\s+){2}\S")
MYPY_OFF = re.compile(r"#\s*mypy:\s*ignore-errors")


def wall_clock(tree: Tree) -> Iterator[Offence]:
    for file in _running(tree):
        if file.path not in (CLOCK, ENGINE, AGENT):
            for line, name in _used(file, WALL_CLOCK):
                yield file.offence(
                    line,
                    "wall-clock",
                    f"`{name}` reads the wall clock: use `work.now`, or a Clock that was handed down "
                    "(`time.monotonic` to measure how long something took).",
                )


def environment(tree: Tree) -> Iterator[Offence]:
    for file in _running(tree):
        if file.path not in (SETTINGS, CLIENT_ENVIRONMENT, ENGINE, AGENT):
            for line, name in _used(file, ENVIRONMENT):
                yield file.offence(
                    line, "environment", f"`{name}` reads the environment: add a field to Settings and hand it down."
                )


def money_as_float(tree: Tree) -> Iterator[Offence]:
    """In the folders that count money, not in those that calculate with prices."""
    for file in tree.product:
        if len(file.module) > 1 and file.module[1] in MONEY_FOLDERS:
            for node in file.nodes:
                name = _float_money(node)
                if name and MONEY.search(name.lower()):
                    line: int = getattr(node, "lineno", 1)
                    yield file.offence(line, "money-as-float", f"`{name}` becomes a float: money is Decimal.")


def mock_patch(tree: Tree) -> Iterator[Offence]:
    for file in tree.python:
        for node in file.nodes:
            if _is_patch(file, node):
                line: int = getattr(node, "lineno", 1)
                if not {line, line - 1} & file.comments.keys():
                    yield file.offence(
                        line,
                        "mock-patch",
                        "`mock.patch` without its reason: use a fake from tests/fakes, or say beside it why not.",
                    )


def printing(tree: Tree) -> Iterator[Offence]:
    for file in tree.product:
        if file.path.startswith(PRINTERS):
            continue
        for node in file.nodes:
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
                yield file.offence(
                    node.lineno, "printing", "`print` outside the command line: use `structlog.get_logger()`."
                )


def bare_ignores(tree: Tree) -> Iterator[Offence]:
    for file in tree.python:
        for line, comment in file.comments.items():
            if BARE_IGNORE.search(comment):
                yield file.offence(line, "bare-ignore", "say which error: `# type: ignore[code]`.")
            if BARE_NOQA.search(comment):
                yield file.offence(line, "bare-ignore", "say which rule: `# noqa: RULE - why`.")
            if MYPY_OFF.search(comment):
                yield file.offence(line, "bare-ignore", "a file is never left unchecked: mend it line by line.")


def _running(tree: Tree) -> list[File]:
    """Code that runs in production; tests and benches may look at the clock."""
    return [file for file in tree.python if file.path.startswith(("dumont/", "migrations/"))]


def _used(file: File, names: frozenset[str]) -> list[tuple[int, str]]:
    """Without the lines that have said why to ruff, which forbids the same names."""
    found = sorted({(use.line, use.target) for use in file.uses if use.target in names})
    return [(line, name) for line, name in found if not EXCUSED.search(file.comments.get(line, ""))]


def _float_money(node: ast.AST) -> str | None:
    """The name that a node makes a float of, by a call or by its type."""
    match node:
        case ast.Call(func=ast.Name(id="float"), args=[value]):
            return _last_name(value)
        case ast.arg(arg=name, annotation=ast.Name(id="float")):
            return name
        case ast.AnnAssign(target=target, annotation=ast.Name(id="float")):
            return _last_name(target)
    return None


def _last_name(node: ast.AST) -> str | None:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
        case ast.Call(func=called):
            return _last_name(called)
    return None


def _is_patch(file: File, node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = file.full_name(node.func) or ast.unparse(node.func)
    return bool(re.fullmatch(r"(unittest\.mock|mock|mocker)\.patch(\.\w+)*", name))
