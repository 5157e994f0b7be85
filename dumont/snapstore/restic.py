"""A repository of restic, through the real program: listed, restored and written to, with progress and cancelling."""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Callable

from dumont.snapstore import surroundings
from dumont.snapstore.blobs import Keys
from dumont.snapstore.errors import BadRequest, Missing, SnapError
from dumont.snapstore.restic_child import Child, Line, output
from dumont.snapstore.restic_ignore import left_out
from dumont.snapstore.track import Progress, Track

SCHEME = "restic:"
OLDEST = (0, 14)
TELLS_RESTORING = (0, 16)
"""Before it, restic said nothing while it restored, and knew no `snapshot:folder`."""
SHARES_CONNECTIONS = ("s3", "b2", "azure", "gs", "swift", "rest")


@dataclass(frozen=True)
class Foreign:
    """A snapshot of restic's."""

    id: str
    time: str
    host: str
    paths: tuple[str, ...]
    tags: tuple[str, ...]
    bytes: int | None
    """Of the tree, where restic (0.17 or newer) wrote it down."""


@dataclass(frozen=True)
class ResticReport:
    name: str
    files: int
    bytes: int
    sent: int
    progress: Progress
    notes: list[str] = field(default_factory=list)
    """Files that could not be read or put back."""
    unread: Sequence[tuple[str, str]] = ()
    """Of those the ones that it can't read, and why: more than once, as it may tell of them."""


class Restic:
    """`restic:s3:https://endpoint/bucket/prefix`, `restic:/folder`, or what else restic takes."""

    def __init__(
        self,
        address: str,
        passphrase: str,
        keys: Keys | None = None,
        *,
        region: str = "",
        binary: str = "restic",
        connections: int = 32,
        cache: str = "",
    ) -> None:
        """`cache` is where restic may remember things; else where it usually does."""
        if not address.startswith(SCHEME) or address == SCHEME:
            raise BadRequest(
                f"The address of a restic repository begins with {SCHEME}.", "Use restic:s3:... or restic:/folder."
            )
        self._where = _settled(address[len(SCHEME) :])
        self._passphrase = passphrase
        self._keys = keys
        self._region = region
        self._binary = binary
        self._connections = connections
        self._cache = cache
        self._known_version: tuple[int, ...] | None = None

    @property
    def address(self) -> str:
        return SCHEME + re.sub(r"://[^/@\s]+@", "://", self._where)

    def version(self) -> tuple[int, ...]:
        if self._known_version is None:
            self._known_version = version_of(self._binary)
        return self._known_version

    def create(self) -> None:
        output(self._command("init"), self._env(), self._passphrase, Track())

    def snapshots(self) -> list[Foreign]:
        """The oldest first."""
        said = output(self._command("snapshots"), self._env(), self._passphrase, Track())
        rows = [row for line in said for row in line.get("list", ())]
        return sorted((_foreign(row) for row in rows), key=lambda snapshot: snapshot.time)

    def whole_id(self, name: str) -> str:
        """Of a snapshot that is known by the beginning of its id, as restic itself tells what it has just made."""
        said = output(self._command("snapshots", name), self._env(), self._passphrase, Track())
        found = [str(row["id"]) for line in said for row in line.get("list", ()) if str(row["id"]).startswith(name)]
        if len(found) != 1:
            raise Missing(f"The restic repository has no snapshot {name}.", "List what there is: `restic snapshots`.")
        return found[0]

    def entries(self, name: str) -> set[tuple[str, str]]:
        """Path and kind of all that is in a snapshot."""
        child = Child(self._command("ls", name), self._env(), self._passphrase)
        nodes = (line for line in child.lines(Track()) if line.get("struct_type") == "node")
        return {(str(node["path"]), str(node["type"])) for node in nodes}

    def backup(
        self,
        root: str,
        track: Track,
        *,
        tags: tuple[str, ...] = (),
        exclude: tuple[str, ...] = (),
        host: str = "",
        by_default: bool = False,
    ) -> ResticReport:
        """From within the folder, so that what is restored lies in the target itself and not below a long path.
        `by_default`: without what our own engine leaves out; what `.dumontignore` files say counts in any case."""
        words = ["--host", host] if host else []
        words += [word for tag in tags for word in ("--tag", tag)]
        track.stage("scan")
        out = left_out(root, track, by_default=by_default)
        words += [word for pattern in (*exclude, *out.patterns) for word in ("--exclude", pattern)]
        track.stage("backup")
        told = _Told(track, out.notes)
        with _file_of(out.lines) as listed:
            words += ["--exclude-file", listed] if listed else []
            child = Child(self._command("backup", *words, "."), self._env(), self._passphrase, folder=root)
            for line in child.lines(track):
                told.take(line, ("files_done",), ("bytes_done",))
        end = told.summary
        track.expect(int(end.get("total_files_processed", 0)), int(end.get("total_bytes_processed", 0)))
        told.reach(int(end.get("total_files_processed", 0)), int(end.get("total_bytes_processed", 0)))
        name, sent = str(end.get("snapshot_id", "")), int(end.get("data_added", 0))
        unread = told.errors or ([(".", "restic does not say what")] if child.partly else [])
        return replace(told.report(name, sent), unread=unread)

    def restore(
        self, name: str, target: str, track: Track, *, folder: str = "", only: str = "", verify: bool = False
    ) -> ResticReport:
        """`folder` restores only what lies in it, right into the target; `only` does so below its whole path."""
        tells = self.version() >= TELLS_RESTORING
        if folder and not tells:
            raise BadRequest("This restic can't restore a single folder.", "Install restic 0.16 or newer.")
        track.stage("restore")
        files, size = self._expected(name, track)
        if not folder:
            track.expect(files, size)
        words = ["--target", target, *(["--verify"] if verify else []), *(["--include", only] if only else [])]
        words.append(f"{name}:{folder}" if folder else name)
        child = Child(self._command("restore", *words), self._env(), self._passphrase)
        told = _Told(track)
        for line in child.lines(track, None if tells else _by_writes(told, size)):
            told.take(line, ("files_restored", "files_skipped"), ("bytes_restored", "bytes_skipped"))
        if not tells:
            told.reach(files, size)
        return told.report(name, 0)

    def _expected(self, name: str, track: Track) -> tuple[int, int]:
        said = output(self._command("stats", "--mode", "restore-size", name), self._env(), self._passphrase, track)
        last: Line = said[-1] if said else {}
        return int(last.get("total_file_count", 0)), int(last.get("total_size", 0))

    def _command(self, verb: str, *words: str) -> list[str]:
        """Without the address and all that is secret: arguments are for everybody to see."""
        if self.version() < OLDEST:
            raise BadRequest(
                f"restic {_dotted(self.version())} is too old.", f"Install restic {_dotted(OLDEST)} or newer."
            )
        if any(word.startswith("-") for word in words[-1:]):
            raise BadRequest(f"There is no snapshot called {words[-1]}.")
        scheme = self._where.partition(":")[0]
        options = ["-o", f"{scheme}.connections={self._connections}"] if scheme in SHARES_CONNECTIONS else []
        if self._region and scheme == "s3":
            options += ["-o", f"s3.region={self._region}"]
        return [self._binary, "--json", *options, verb, *words]

    def _env(self) -> dict[str, str]:
        """The child's own: nothing of the parent's that would lead restic elsewhere."""
        around = surroundings.environment()
        env = {name: value for name, value in around.items() if not name.startswith("RESTIC_") or "CACHE" in name}
        env["RESTIC_REPOSITORY"] = self._where
        env["RESTIC_PROGRESS_FPS"] = "5"
        env.pop("PWD", None)  # or a folder may be called otherwise than we call it
        if self._cache:
            env["RESTIC_CACHE_DIR"] = self._cache
        if self._keys:
            env.update(AWS_ACCESS_KEY_ID=self._keys.access, AWS_SECRET_ACCESS_KEY=self._keys.secret)
            env.pop("AWS_SESSION_TOKEN", None)
            if self._keys.session:
                env["AWS_SESSION_TOKEN"] = self._keys.session
        return env


def version_of(binary: str = "restic") -> tuple[int, ...]:
    """Raises `ResticAbsent` where there is none."""
    child = Child([binary, "version"], dict(surroundings.environment()), "")
    said = " ".join(str(line.get("version", "")) for line in child.lines(Track())) + child.said()
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", said)
    if not found:
        raise SnapError(f"{binary} does not say which version of restic it is.", "Install restic 0.16 or newer.")
    return tuple(int(part) for part in found.groups(default="0"))


class _Told:
    """What restic has told so far, handed on to the track as steps."""

    def __init__(self, track: Track, notes: Sequence[str] = ()) -> None:
        self._track = track
        self._files = self._bytes = 0
        self.summary: dict[str, Any] = {}
        self._notes = list(notes)
        self.errors: list[tuple[str, str]] = []

    def take(self, line: Line, files: tuple[str, ...], size: tuple[str, ...]) -> None:
        kind = line.get("message_type")
        if kind == "error":
            item, error = line.get("item", "a file"), line.get("error")
            said = error.get("message", error) if isinstance(error, dict) else error
            self._notes.append(f"{item}: {said}")
            self.errors.append((str(item), str(said)))
        elif kind == "summary":
            self.summary = dict(line)
        if kind in ("status", "summary") and "total_bytes" in line:
            self._track.expect(int(line.get("total_files", 0)), int(line["total_bytes"]))
            self.reach(*(sum(int(line.get(name, 0)) for name in names) for names in (files, size)))

    def reach(self, files: int, size: int) -> None:
        more_files, more_bytes = max(0, files - self._files), max(0, size - self._bytes)
        self._files += more_files
        self._bytes += more_bytes
        self._track.add(files=more_files, size=more_bytes)

    def report(self, name: str, sent: int) -> ResticReport:
        if sent:
            self._track.add(moved=sent)
        return ResticReport(name, self._files, self._bytes, sent, self._track.now(), self._notes)


@contextlib.contextmanager
def _file_of(lines: Sequence[bytes]) -> Iterator[str]:
    """Its name; none where there is nothing to say."""
    if not lines:
        yield ""
        return
    with tempfile.NamedTemporaryFile(prefix="dumont-restic-") as file:
        file.write(b"\n".join([*lines, b""]))
        file.flush()
        yield file.name


def _by_writes(told: _Told, size: int) -> Callable[[int], None]:
    """For a restic that says nothing while it restores: what the kernel has seen it write, as an estimate."""

    def look(process: int) -> None:
        with contextlib.suppress(OSError, ValueError, IndexError):
            said = Path(f"/proc/{process}/io").read_text()
            told.reach(0, min(int(said.split("wchar: ")[1].split()[0]), size))

    return look


def _foreign(row: dict[str, Any]) -> Foreign:
    return Foreign(
        id=str(row.get("id", "")),
        time=str(row.get("time", "")),
        host=str(row.get("hostname", "")),
        paths=tuple(row.get("paths") or ()),
        tags=tuple(row.get("tags") or ()),
        bytes=(row.get("summary") or {}).get("total_bytes_processed"),
    )


def _settled(where: str) -> str:
    """A folder's address must not change with the folder that restic runs in."""
    return where if ":" in where else str(Path(where).absolute())


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(str(part) for part in version)
