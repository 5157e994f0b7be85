"""Snapshots of the workspace and their way back, by the engine, under a grant of the fleet."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

from dumont.agent import surroundings
from dumont.agent.doing.by_restic import NAME as RESTIC
from dumont.agent.doing.by_restic import ByRestic
from dumont.agent.doing.stillness import Stillness
from dumont.agent.doing.turn import Failed, Turn
from dumont.agent.given import Given

if TYPE_CHECKING:
    from dumont.snapstore.backup import BackupReport
    from dumont.snapstore.engine import Engine
    from dumont.snapstore.restore import RestoreReport
    from dumont.snapstore.track import Track

POLL_SECONDS = 0.2
RESTORE_PATIENT_SECONDS = 300.0
"""So long it waits for a server that is away. A save does not: work may stand still for it, and while nobody is there
what was lent for such times is the way to keep anything."""
GRANT = "DUMONT_GRANT"
"""As the engine's own command line has it."""
logger = logging.getLogger(__name__)


class Transfers:
    """One at a time: a snapshot of what is being restored would be of neither state."""

    def __init__(
        self,
        given: Given,
        used: Callable[[str], None] = lambda _drop: None,
        saved: Callable[[float], None] = lambda _at: None,
    ) -> None:
        """`used` is told of a drop that a snapshot lies in; `saved`, from when on a change is in no snapshot."""
        self._given = given
        self._used = used
        self._saved = saved
        self._stillness = Stillness(given)
        self._restic = ByRestic(given)
        self._one = Lock()
        self._reading = Lock()
        self._engine: Engine | None = None

    def warm(self) -> None:
        """The engine takes a while to be read, which the first word to the fleet shall not wait for; and two threads
        that read it at once would find it half there."""
        with self._reading:
            from dumont.snapstore.engine import engine
            from dumont.snapstore.plain import lent

            if self._engine is None:
                self._engine = engine()
                say = logger.info if self._engine.fast else logger.warning
                say("%s works by %s", lent.__name__, self._engine.words)

    def snapshot(self, turn: Turn) -> dict[str, Any]:
        self.warm()
        if "drop" in turn.args:
            return self._alone(turn)
        self._hold_still(turn)
        try:
            told = self._made(turn)
            if told.get("unread"):  # the fleet gives up no machine for it
                self.stays(turn)
            return told
        except BaseException:
            self.stays(turn)  # it is tried again later, and the work goes on until then
            raise

    def stays(self, turn: Turn) -> None:
        """The work goes on here."""
        self._stillness.end(turn.number)

    def _made(self, turn: Turn) -> dict[str, Any]:
        from dumont.snapstore.plain import lent

        args = turn.args
        words = ["create", "--server", _text(args, "server"), *(["--learn-hot"] if args.get("learn_hot") else [])]
        path = self._folder(args.get("path"))
        began = surroundings.seconds()
        with self._followed(turn) as track:
            if RESTIC in args:
                told = self._restic.create(args, path, track)
            else:
                told = _told(lent.create(_said([*words, "--", path]), self._env(args), track))
        self._saved(began)
        return told

    def restore(self, turn: Turn) -> dict[str, Any]:
        """Hot files first. With `delta` the target holds an older state, and what has gone since is removed."""
        self.warm()
        from dumont.snapstore.plain import lent

        args = turn.args
        words = ["restore", "--server", _text(args, "server"), *(["--delete"] if args.get("delta") else [])]
        target = self._folder(args.get("target"))
        self._stillness.end(moved=True)
        with self._followed(turn, RESTORE_PATIENT_SECONDS) as track:
            if RESTIC in args:
                told = self._restic.put_back(args, target, track)
            else:
                said, near = _said([*words, "--", "latest", target]), str(args.get("folder") or "")
                told = _back(lent.put_back(said, self._env(args), track, near))
        self._saved(surroundings.seconds())
        return told

    def _hold_still(self, turn: Turn) -> None:
        """Before the last snapshot; any other one says that the work goes on here."""
        if turn.args.get("still"):
            logger.warning("Held still for the move: %d processes", self._stillness.begin(turn.number))
        else:
            self.stays(turn)

    def _alone(self, turn: Turn) -> dict[str, Any]:
        """Nobody can be asked: into what was lent for such times."""
        from dumont.snapstore import alone

        with self._followed(turn) as track:
            report = alone.create(turn.args, self._folder(turn.args.get("path")), track)
        self._used(str(turn.args["drop"]))
        return _told(report)

    def _folder(self, said: object) -> str:
        """A machine that is some of a computer's processes has its workspace, and nothing else of that computer."""
        workspace = os.path.realpath(self._given.workspace)
        if not isinstance(said, str) or not said:
            return workspace
        inside = os.path.commonpath([workspace, os.path.realpath(said)]) == workspace
        return said if inside or self._given.supervisor is None else workspace

    def _env(self, args: Mapping[str, Any]) -> dict[str, str]:
        """What is remembered of a restore lies with the agent's other notes, never in the workspace."""
        return {**self._given.env, GRANT: _text(args, "grant"), "XDG_STATE_HOME": str(self._given.state)}

    def _followed(self, turn: Turn, patient_seconds: float = 0.0) -> _Followed:
        return _Followed(turn, self._one, patient_seconds)


class _Followed:
    """The engine's work as a command's: its progress is told, a wish to stop reaches it, its errors are ours."""

    def __init__(self, turn: Turn, one: Lock, patient_seconds: float) -> None:
        from dumont.snapstore.track import Track

        self._turn = turn
        self._one = one
        self._track = Track(patient_seconds=patient_seconds)
        self._over = False

    def __enter__(self) -> Track:
        while not self._one.acquire(timeout=POLL_SECONDS):
            if self._turn.stop.is_set():
                raise Failed("cancelled", "Stopped before it began.")
        self._turn.follow(self._figures)
        Thread(target=self._listen, name="stop-listener", daemon=True).start()
        return self._track

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        self._over = True
        self._one.release()
        from dumont.snapstore.errors import SnapError

        if isinstance(error, SnapError):
            raise Failed(error.code, f"{error.message} {error.hint}".strip()) from error

    def _listen(self) -> None:
        while not self._over:
            if self._turn.stop.wait(POLL_SECONDS):
                self._track.cancel()
                return

    def _figures(self) -> tuple[float | None, dict[str, Any]]:
        now = self._track.now()
        told = {"stage": now.stage, "files": now.files, "bytes": now.bytes, "bytes_total": now.bytes_total}
        return (round(100 * now.share, 1) if now.bytes_total else None), told


def _told(report: BackupReport) -> dict[str, Any]:
    from dumont.snapstore import unread

    return {
        **unread.of_notes(report.notes),
        "manifest": report.name,
        "files": report.files,
        "bytes": report.bytes,
        "new_bytes": report.sent,
        "seconds": report.progress.stages,
    }


def _back(report: RestoreReport) -> dict[str, Any]:
    return {
        "files": report.files,
        "bytes": report.bytes,
        "fetched_bytes": report.fetched,
        "seconds": report.seconds,
    }


def _said(words: Sequence[str]) -> Any:
    from dumont.snapstore.plain import arguments

    try:
        return arguments.parser("dumont-agent").parse_args(words)
    except SystemExit:
        raise Failed("bad_request", "The engine does not know what it was asked for.") from None


def _text(args: Mapping[str, Any], name: str) -> str:
    said = args.get(name)
    if not isinstance(said, str) or not said:
        raise Failed("bad_request", f"The command does not say its {name}.")
    return said
