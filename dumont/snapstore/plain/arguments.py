"""The words of the plain command line, and what they ask of the engine."""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Mapping

from dumont.snapstore.backup import BackupOptions
from dumont.snapstore.plain import remembering
from dumont.snapstore.plain.opening import NEW_PASSPHRASE, PASSPHRASE, REPOSITORY, Place
from dumont.snapstore.restore import Overwrite, RestoreOptions
from dumont.snapstore.retention import Policy

ABOUT = f"""Keeps folders in an object store and puts them back fast.

The repository is --repository or {REPOSITORY}: file:///folder, s3://bucket/prefix, or restic:... (by restic itself).
Keys of S3 come by AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a passphrase by {PASSPHRASE} or --passphrase-file."""
Env = Mapping[str, str]
LOST = "Keep the passphrase well: without it nobody can read what is kept, neither you nor we."
READING = ("list", "show", "diff", "stats")
"""What is asked of a server's book, where a server is named."""
SPANS = ("last", "hourly", "daily", "weekly", "monthly")


def parser(program: str) -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog=program, description=ABOUT, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    verbs = made.add_subparsers(dest="verb", metavar="VERB")
    for name, said, add in (
        ("init", "Make a new repository", _init),
        ("key", "Give an encrypted repository another passphrase", _key),
        ("create", "Take a snapshot of a folder", _create),
        ("list", "List snapshots", _list),
        ("show", "Show one snapshot, and its files", _show),
        ("restore", "Put a snapshot back", _restore),
        ("diff", "Compare two snapshots", _diff),
        ("check", "Look whether everything is there and sound", _check),
        ("forget", "Take snapshots off the list, by name or by policy", _forget),
        ("prune", "Delete what no snapshot needs", _prune),
        ("stats", "Tell how much the repository holds", _book),
        ("hot", "Show or set which files come first", _hot),
        ("gains", "Tell what this machine lacks to be faster", _nothing),
    ):
        verb = verbs.add_parser(name, help=said, description=said + ".", allow_abbrev=False)
        add(verb)
        _everywhere(verb)
    return made


def place(said: argparse.Namespace) -> Place:
    return Place(
        address=said.repository,
        endpoint=said.endpoint,
        region=said.region,
        passphrase_file=said.passphrase_file,
        connections=getattr(said, "workers", None) or 32,
    )


def backup_options(said: argparse.Namespace, env: Env, hot: tuple[bytes, ...] = ()) -> BackupOptions:
    return BackupOptions(
        label=said.label,
        tags=tuple(said.tag),
        exclude=tuple(said.exclude),
        defaults=not said.no_default_excludes,
        rescan=said.rescan,
        parent=said.parent or None,
        hot=hot,
        witness=remembering.witness_of(said.path, env),
    )


def restore_options(said: argparse.Namespace, env: Env, hot: tuple[bytes, ...] | None = None) -> RestoreOptions:
    whole = not said.include and not said.exclude
    return RestoreOptions(
        include=[os.fsencode(path) for path in said.include],
        exclude=[os.fsencode(path) for path in said.exclude],
        hot=hot,
        workers=said.workers,
        memory=said.memory << 20,
        rescan=said.rescan,
        borrow=said.borrow,
        overwrite=Overwrite(said.overwrite),
        delete=said.delete,
        sync=said.sync,
        state=remembering.state_of(said.target, env) if whole else None,
    )


def policy(said: argparse.Namespace) -> Policy:
    return Policy(*(getattr(said, "keep_" + span) for span in SPANS))


def _everywhere(verb: argparse.ArgumentParser) -> None:
    group = verb.add_argument_group("everywhere")
    group.add_argument("--repository", "-r", default="", metavar="ADDRESS")
    group.add_argument("--endpoint", default="", metavar="URL", help="of a store by S3's protocol that isn't Amazon's")
    group.add_argument("--region", default="")
    group.add_argument("--passphrase-file", default="", metavar="FILE")
    group.add_argument("--json", action="store_true", help="answer in JSON; progress too, a line each")
    group.add_argument("--quiet", "-q", action="store_true", help="no progress, and of a new snapshot its name alone")
    group.add_argument("--no-native", action="store_true", help="do without the compiled library")


def _count(said: str) -> int:
    if int(said) < 0:
        raise argparse.ArgumentTypeError(f"{said} is less than nothing")
    return int(said)


def _hours(said: str) -> float:
    hours = float(said)
    if not math.isfinite(hours) or hours < 0:
        raise argparse.ArgumentTypeError(f"{said} is no length of time")
    return hours


def _nothing(_verb: argparse.ArgumentParser) -> None:
    """No arguments of its own."""


def _init(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--encrypt", action="store_true", help="ask for a passphrase, where none is given")
    verb.epilog = f"Encrypted, where {PASSPHRASE} or a file gives a passphrase. {LOST}"


def _key(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--new-passphrase-file",
        default="",
        metavar="FILE",
        help=f"else {NEW_PASSPHRASE}, or it is asked for; the one until now comes as everywhere",
    )
    verb.epilog = (
        "What is kept stays as it is, and is read by the new passphrase alone. Whoever has a copy of the repository "
        "from before, and the old passphrase, can read that copy still."
    )


def _create(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("path")
    verb.add_argument("--label", default="", help="what it is of, such as an instance")
    verb.add_argument("--tag", action="append", default=[])
    verb.add_argument("--exclude", action="append", default=[], metavar="PATTERN", help="as in .gitignore")
    verb.add_argument("--no-default-excludes", action="store_true", help="take caches and the like as well")
    verb.add_argument("--rescan", action="store_true", help="read every file, changed or not")
    verb.add_argument("--parent", default="", metavar="SNAPSHOT")
    verb.add_argument("--learn-hot", action="store_true", help="remember first which files were opened first")
    verb.add_argument("--init", action="store_true", help="make the repository where there is none")
    _server(verb)


def _list(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--label", default="")
    _book(verb)


def _show(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("snapshot", nargs="?", default="latest")
    verb.add_argument("--label", default="", help="of what `latest` is meant, where there are several trees")
    _of_folder(verb)
    verb.add_argument("--files", nargs="?", const="", default=None, metavar="FOLDER", help="list what is in it")
    _book(verb)


def _restore(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("snapshot", help="its name, the beginning of it, or `latest`")
    verb.add_argument("target")
    verb.add_argument("--label", default="", help="of what `latest` is meant; else of the target's own folder")
    _of_folder(verb)
    verb.add_argument("--include", action="append", default=[], metavar="PATH")
    verb.add_argument("--exclude", action="append", default=[], metavar="PATH")
    verb.add_argument("--workers", type=int, default=32, help="connections at once")
    verb.add_argument("--memory", type=int, default=256, metavar="MIB")
    verb.add_argument("--rescan", action="store_true", help="read all that is there, also what nobody has touched")
    verb.add_argument(
        "--borrow", action="append", default=[], metavar="TREE", help="take equal files from there, by their content"
    )
    verb.add_argument("--overwrite", choices=[way.value for way in Overwrite], default="replace")
    verb.add_argument("--delete", action="store_true", help="remove what is not in the snapshot")
    verb.add_argument("--sync", action="store_true", help="end only when the disk has it all, against power failures")
    _server(verb)


def _of_folder(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--path", dest="folder", default="", metavar="FOLDER", help="of which folder `latest` is meant")


def _server(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--server", default="", metavar="URL", help="work under the grant in DUMONT_GRANT of this server")


def _book(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--server", default="", metavar="URL", help="of the snapshots that this server keeps for you")


def _diff(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("before")
    verb.add_argument("after", nargs="?", default="latest")
    _book(verb)


def _check(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--read-data", action="store_true", help="read every byte")


def _forget(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("snapshot", nargs="*")
    verb.add_argument("--dry-run", action="store_true", help="tell of each tree what would stay and what would go")
    for span in SPANS:
        verb.add_argument(f"--keep-{span}", type=_count, default=0, metavar="N")


def _prune(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--grace-hours", type=_hours, default=24.0, help="how long what is marked stays")


def _hot(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("label")
    verb.add_argument("--learn", default="", metavar="TREE", help="from what was opened first in a tree in use")
    verb.add_argument("--set", default="", metavar="FILE", help="a file with one path a line; `-` for standard input")
