"""What happens when a file is imported: nothing that touches a network, a disk or another process."""

import ast
import re
from collections.abc import Iterator

from tests.tidy.source import File, Offence, Tree

OPENERS = re.compile(
    r"""(
    open | io\.open | asyncio\.(run|create_task|get_event_loop)
    | sqlalchemy(\.ext\.asyncio)?\.(create_engine|create_async_engine)
    | (asyncpg|psycopg|sqlite3)\.(connect|create_pool)
    | redis(\.asyncio)?\.(Redis|StrictRedis|from_url|ConnectionPool)(\.from_url)?
    | httpx\.(Client|AsyncClient|get|post|put|patch|delete|request|stream)
    | requests\.\w+ | urllib\.request\.\w+ | http\.client\.HTTPS?Connection
    | boto3\.(client|resource|Session|session\.Session)
    | socket\.(socket|create_connection|getaddrinfo|gethostname)
    | smtplib\.SMTP(_SSL)? | subprocess\.\w+ | threading\.Thread | multiprocessing\.\w+
    | os\.(mkdir|makedirs|listdir|scandir|remove|rename|system)
    )""",
    re.VERBOSE,
)
TOUCHING = frozenset({"connect", "create_pool", "read_text", "read_bytes", "write_text", "write_bytes", "mkdir"})


def work_at_import(tree: Tree) -> Iterator[Offence]:
    for file in tree.product:
        for call in _calls_at_import(file.tree):
            name = _opener(file, call)
            if name:
                yield file.offence(
                    call.lineno,
                    "work-at-import",
                    f"`{name}` runs when the file is imported: make it in main/wiring.py, or in a function "
                    "(`functools.cache` if once is enough).",
                )


def _opener(file: File, call: ast.Call) -> str | None:
    name = file.full_name(call.func) or (call.func.id if isinstance(call.func, ast.Name) else "")
    if OPENERS.fullmatch(name):
        return name
    if isinstance(call.func, ast.Attribute) and call.func.attr in TOUCHING:
        return f".{call.func.attr}"
    return None


def _calls_at_import(node: ast.AST) -> Iterator[ast.Call]:
    """Everything but the bodies of functions; their decorators and defaults do run."""
    for child in _run_at_import(node):
        if isinstance(child, ast.Call):
            yield child
        yield from _calls_at_import(child)


def _run_at_import(node: ast.AST) -> list[ast.AST]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            defaults = [*node.args.defaults, *(default for default in node.args.kw_defaults if default)]
            return [*node.decorator_list, *defaults]
        case ast.Lambda():
            return []
        case ast.If(test=test) if ast.unparse(test) in ("TYPE_CHECKING", "__name__ == '__main__'"):
            return list(node.orelse)
    return list(ast.iter_child_nodes(node))
