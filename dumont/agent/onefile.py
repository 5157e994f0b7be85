"""Builds `dumont-agent.pyz`: the agent and the snapshot engine in one file, for any Python from 3.9 on."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from dumont.snapstore import onefile
from dumont.snapstore.onefile import LIBRARY

HERE = Path(__file__).parent
NAME = "dumont-agent.pyz"
INSTALLER = HERE / "install.sh"
SERVER = "@SERVER@"
START = '''"""Starts the agent from within the single file."""

import sys

if sys.version_info < (3, 9):
    sys.exit("dumont-agent needs Python 3.9 or newer.")
if sys.argv[1:] == ["version"]:  # asked to see whether the file is whole: nobody shall wait for more
    from dumont.agent import VERSION

    print(VERSION)
    sys.exit()

from dumont.agent import given, surroundings
from dumont.snapstore import unpacking

unpacking.lend_library({library!r}, given.cache(surroundings.environment()))

from dumont.agent.main import main

sys.exit(main(sys.argv[1:]))
'''


def content(library: Path | None = LIBRARY) -> bytes:
    return onefile.packed([*onefile.sources(), *_sources()], START, library)


def installer(server: str) -> str:
    """A script for `sh` that fetches the agent from this server, where its environment names no other."""
    return INSTALLER.read_text(encoding="utf-8").replace(SERVER, shlex.quote(server))


def _sources() -> Iterator[tuple[Path, str]]:
    for path in sorted(HERE.rglob("*.py")):
        yield path, "dumont/agent/" + path.relative_to(HERE).as_posix()
