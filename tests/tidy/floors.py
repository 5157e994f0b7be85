"""Who may know whom inside and between the business folders, for every folder there is and will be.

The floors themselves stand in `pyproject.toml` as contracts of import-linter. Here is what those cannot say for
folders not yet written: the doors of a context, the rooms inside it, the purity of its rules, the guests of a library.
"""

import sys
from collections.abc import Iterator

from tests.tidy.source import File, Import, Offence, Tree

NOT_CONTEXTS = frozenset(
    {"main", "cli", "platform", "simulators", "agent", "client", "snapstore", "basics", "__main__"}
)
DOORS = frozenset({"api", "jobs", "listeners"})
PRIVATE = DOORS | {"store", "tables"}
WIRING = ("dumont", "main", "contexts")
SQL = frozenset({"sqlalchemy", "asyncpg", "psycopg"})
CALLERS = frozenset({"httpx", "requests", "aiohttp", "boto3", "botocore", "obstore", "websockets"})
OUTSIDE = frozenset(
    {"asyncio", "os", "socket", "ssl", "subprocess", "urllib", "http", "smtplib", "shutil", "tempfile"}
) | {
    "sqlite3",
    "threading",
    "multiprocessing",
}
NUMBERS = frozenset({"numpy", "scipy", "polars", "numba", "pydantic"})
GUESTS = {
    "client": {"cli"},
    "simulators": {"main"},
    "agent": {"fleet", "main"},
    "snapstore": {"cli", "agent", "snapshots", "main"},
    "cli": {"__main__"},
    "main": {"__main__"},
}
ROOMS = {
    "store": {"store", "tables", "rules"},
    "tables": {"tables", "rules"},
    "rules": {"rules"},
    "use case": {"use case", "store", "tables", "rules", "face"},
    "face": {"use case", "store", "tables", "rules", "face"},
}
SPOKEN = {
    "door": "a door",
    "use case": "a use case",
    "store": "the store",
    "tables": "the tables module",
    "rules": "a rule",
    "face": "the face",
}


def doors(tree: Tree) -> Iterator[Offence]:
    """Another context is reached by its face or its rules."""
    for file in tree.product:
        if file.module == WIRING:
            continue
        for use, parts in _inside_dumont(file):
            if len(parts) > 2 and is_context(parts[1]) and parts[1] != _folder(file) and _is_private(parts[2]):
                yield file.offence(
                    use.line,
                    "doors",
                    f"`{'.'.join(parts[:3])}` belongs to `{parts[1]}` alone: call a use case through its face "
                    f"(`from dumont import {parts[1]}`), or listen to its event.",
                )


def rooms(tree: Tree) -> Iterator[Offence]:
    """Inside a context: doors, then use cases, then store and rules; never back."""
    for file in _of_contexts(tree):
        here = room(file.module)
        if here == "door":
            continue
        for use, parts in _inside_dumont(file):
            there = room(parts) if parts[1:2] == file.module[1:2] else here
            if there not in ROOMS[here] and len(parts) > 2:
                yield file.offence(
                    use.line,
                    "rooms",
                    f"{SPOKEN[here]} knows {SPOKEN[there]} (`{'.'.join(parts[:3])}`): inside a folder calls "
                    "go from doors to use cases to store and rules.",
                )


def sql_in_the_store(tree: Tree) -> Iterator[Offence]:
    for file in _of_contexts(tree):
        if room(file.module) not in ("store", "tables"):
            for found in file.imports:
                if found.target.split(".")[0] in SQL:
                    yield file.offence(
                        found.line,
                        "sql-in-the-store",
                        f"`{found.target}` outside store.py: write a function there, named by what is asked.",
                    )


def relationships(tree: Tree) -> Iterator[Offence]:
    for file in tree.product:
        for found in file.imports:
            if found.target in ("sqlalchemy.orm.relationship", "sqlalchemy.orm.backref"):
                yield file.offence(
                    found.line, "relationships", "an ORM relationship: use a foreign key, and a query in the store."
                )


def waiting_doors(tree: Tree) -> Iterator[Offence]:
    for file in _of_contexts(tree):
        if room(file.module) == "door" and file.module[2] not in ("jobs", "listeners"):
            for found in file.imports:
                if found.target.split(".")[0] in CALLERS:
                    yield file.offence(
                        found.line,
                        "waiting-doors",
                        f"`{found.target}` in a request: a request never waits for others, a job does.",
                    )


def pure_rules(tree: Tree) -> Iterator[Offence]:
    for file in _of_contexts(tree):
        if room(file.module) != "rules":
            continue
        for found in file.imports:
            parts = tuple(found.target.split("."))
            if not _is_pure(parts, libraries=NUMBERS) and not (parts[0] == "dumont" and room(parts) == "rules"):
                yield file.offence(
                    found.line,
                    "pure-rules",
                    f"`{found.target}` in rules: they know the standard library without its I/O, basics, numbers "
                    "and other rules; take what you need as an argument.",
                )


def pure_basics(tree: Tree) -> Iterator[Offence]:
    for file in tree.product:
        if _folder(file) != "basics":
            continue
        for found in file.imports:
            if not _is_pure(tuple(found.target.split(".")), libraries=frozenset({"pydantic"})):
                yield file.offence(
                    found.line,
                    "pure-basics",
                    f"`{found.target}` in basics: it stands on the standard library (and pydantic) without I/O.",
                )


def bare_agent(tree: Tree) -> Iterator[Offence]:
    """The agent runs as one file on a machine with nothing but Python."""
    for file in tree.product:
        if _folder(file) == "agent":
            for found in file.imports:
                top = found.target.split(".")[0]
                if top not in sys.stdlib_module_names | {"dumont"}:
                    yield file.offence(
                        found.line, "bare-agent", f"`{found.target}` is not there on a bare machine: use the library."
                    )


def guests(tree: Tree) -> Iterator[Offence]:
    for file in tree.product:
        for found in file.imports:
            parts = found.target.split(".")
            if parts[0] != "dumont" or len(parts) < 2 or parts[1] == _folder(file):
                continue
            allowed = GUESTS.get(parts[1])
            if allowed is not None and _folder(file) not in allowed:
                yield file.offence(
                    found.line,
                    "guests",
                    f"`{_folder(file)}` imports `dumont.{parts[1]}`: that is for {' and '.join(sorted(allowed))} only.",
                )


def is_context(folder: str) -> bool:
    return folder not in NOT_CONTEXTS


def room(module: tuple[str, ...]) -> str:
    """Where in a context a module stands, by its name."""
    if len(module) < 3:
        return "face"
    if _is_door(module[2]):
        return "door"
    return module[2] if module[2] in ("store", "tables", "rules") else "use case"


def _is_door(name: str) -> bool:
    return name in DOORS or name.endswith("_api")


def _is_private(name: str) -> bool:
    return name in PRIVATE or _is_door(name)


def _is_pure(parts: tuple[str, ...], *, libraries: frozenset[str]) -> bool:
    if parts[0] == "dumont":
        return parts[1:2] == ("basics",)
    return parts[0] in libraries or (parts[0] in sys.stdlib_module_names and parts[0] not in OUTSIDE)


def _of_contexts(tree: Tree) -> list[File]:
    return [file for file in tree.product if len(file.module) > 1 and is_context(file.module[1])]


def _folder(file: File) -> str:
    return file.module[1] if len(file.module) > 1 else ""


def _inside_dumont(file: File) -> Iterator[tuple[Import, tuple[str, ...]]]:
    """Once per line and target, however often a line says it; `wallet.store.post` counts as `dumont.wallet.store`."""
    seen: set[tuple[int, tuple[str, ...]]] = set()
    for use in file.uses:
        parts = tuple(use.target.split("."))[:3]
        if parts[0] == "dumont" and len(parts) > 1 and (use.line, parts) not in seen:
            seen.add((use.line, parts))
            yield use, parts
