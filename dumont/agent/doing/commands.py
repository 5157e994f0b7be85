"""Commands of the fleet: each begun once, remembered by its id, and told of until the fleet has heard what came of it.

A snapshot, a restore or a set-up that its agent did not live to finish is gone on with by the next one; a script that
still runs is waited for, and never run a second time.
"""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from threading import Lock, Thread
from typing import Any, Callable

from dumont.agent import protocol
from dumont.agent.doing.turn import Act, Failed, Turn
from dumont.agent.remembering import Notes

ID = re.compile(r"[0-9A-Za-z-]{1,64}")
KEPT = 200
"""Of those that are over and told, so that one that is handed out late is not begun anew."""
FLEETING = frozenset({"logs"})
"""Done again without harm, and asked often: nothing of them is kept."""
SCRIPTS = frozenset({"hook", "run"})
SCRIPTS_KEPT = 2
"""The newest start script, and what was run behind it: somebody may want to see their output."""
ACKS_MOST = 200
WORDS_MOST = 4000
logger = logging.getLogger(__name__)


@dataclass
class Record:
    id: str
    kind: str
    args: dict[str, Any] = field(repr=False)
    state: str = "running"
    result: dict[str, Any] = field(default_factory=dict)
    error_code: str | None = None
    error_message: str | None = None
    settled: bool = False
    """The fleet no longer asks about it."""

    @property
    def over(self) -> bool:
        return self.state != "running"


class Commands:
    def __init__(self, notes: Notes, acts: Mapping[str, Act], tell: Callable[[], None]) -> None:
        """`tell` is called when there is something new for the fleet."""
        self._notes = notes
        self._acts = acts
        self._tell = tell
        self._lock = Lock()
        self._records: dict[str, Record] = {}
        self._turns: dict[str, Turn] = {}
        self._asked: set[str] = set()
        """What the fleet has listed in its last answer."""
        self._numbers = count(1)

    def resume(self) -> None:
        """What an agent before us has begun."""
        for name in self._notes.names():
            record = _read(self._notes.read(name))
            if record is None or record.id != name:
                self._notes.drop(name)
                continue
            self._records[record.id] = record
            if not record.over:
                logger.info("Going on with %s %s", record.kind, record.id)
                self._begin(record, again=True)

    def take(self, listed: Sequence[protocol.Command], told: Collection[str]) -> None:
        """What an answer lists, and which ends it was told of by the call before."""
        for command in listed:
            if command["id"] not in self._records:
                self._take(command)
        open_ids = self._asked = {command["id"] for command in listed}
        for record in list(self._records.values()):
            settled = record.over and record.id in told and record.id not in open_ids
            if settled != record.settled and (settled or record.id in open_ids):
                record.settled = settled
                self._keep(record)
        self._forget_oldest()

    def acks(self, *, plain: bool = False, all_runs: bool = True) -> list[protocol.Acknowledgement]:
        """`plain`: without what a fleet might not be able to read. A run that goes on, for days perhaps, is told of
        where the fleet asks, or where all are to be told."""
        untold = [record for record in list(self._records.values()) if not record.settled]
        now = [each for each in untold if all_runs or each.over or each.kind != "run" or each.id in self._asked]
        told = [self._ack(record) for record in now[:ACKS_MOST]]
        for ack in told if plain else ():
            ack["result"], ack["error_message"] = {}, ack["error_message"] and "This can't be told."
        return told

    def running(self, kinds: Collection[str]) -> bool:
        return any(record.kind in kinds and not record.over for record in list(self._records.values()))

    def has_news(self, listed: Sequence[protocol.Command]) -> bool:
        return any(command["id"] not in self._records for command in listed)

    def kinds(self, ids: Collection[str]) -> set[str]:
        return {record.kind for record in list(self._records.values()) if record.id in ids}

    def stop(self, *, but: str) -> None:
        """All that runs except this one; each says that it was cancelled."""
        for turn in list(self._turns.values()):
            if turn.id != but:
                turn.stop.set()

    def _take(self, command: protocol.Command) -> None:
        if not ID.fullmatch(command["id"]):
            logger.warning("A command's id makes no sense, and is left alone")
            return
        record = Record(command["id"], command["kind"], dict(command["args"]))
        self._records[record.id] = record
        self._keep(record)
        if record.kind not in FLEETING:
            logger.info("Beginning %s %s", record.kind, record.id)
        self._begin(record, again=False)

    def _begin(self, record: Record, *, again: bool) -> None:
        folder = self._notes.folder / record.id
        turn = Turn(record.id, record.args, folder, again=again, number=next(self._numbers))
        self._turns[record.id] = turn
        Thread(target=self._run, args=(record, turn), name=f"{record.kind}-{record.id[:8]}", daemon=True).start()

    def _run(self, record: Record, turn: Turn) -> None:
        act = self._acts.get(record.kind, _refuse)  # an older agent may go on with what a newer one began
        try:
            self._end(record, "done", act(turn))
        except Failed as error:
            self._end(record, "failed", {}, error.code, error.message)
        except BaseException as error:
            logger.exception("%s %s failed", record.kind, record.id)
            self._end(record, "failed", {}, "agent_error", f"{type(error).__name__}: {error}")

    def _end(
        self, record: Record, state: str, result: dict[str, Any], code: str | None = None, message: str | None = None
    ) -> None:
        """What came of it is on the disk before the fleet hears of it, unless that is full. Its grant and keys are
        needed no more."""
        level = logging.DEBUG if record.kind in FLEETING else logging.INFO
        logger.log(level, "%s %s is %s%s", record.kind, record.id, state, f" ({code}: {message})" if code else "")
        with self._lock:
            ended = Record(
                record.id, record.kind, {}, state, _clean(result), code, _clean(message and message[:WORDS_MOST])
            )
            if record.kind not in FLEETING:
                self._notes.keep(record.id, vars(ended))
            vars(record).update(vars(ended))
            self._turns.pop(record.id, None)
        self._tell()

    def _keep(self, record: Record) -> None:
        with self._lock:
            if record.kind not in FLEETING:
                self._notes.keep(record.id, vars(record))

    def _ack(self, record: Record) -> protocol.Acknowledgement:
        turn = self._turns.get(record.id)
        percent, figures = turn.now() if turn and not record.over else (100.0 if record.state == "done" else None, {})
        return protocol.Acknowledgement(
            id=record.id,
            state=record.state,
            percent=percent,
            result=record.result if record.over else figures,
            error_code=record.error_code,
            error_message=record.error_message,
        )

    def _forget_oldest(self) -> None:
        """But for the newest scripts."""
        settled = [record for record in self._records.values() if record.settled]
        kept = [record for record in settled if record.kind not in FLEETING]
        scripts = [record.id for record in kept if record.kind in SCRIPTS][-SCRIPTS_KEPT:]
        old = [record for record in kept[: max(0, len(kept) - KEPT)] if record.id not in scripts]
        for record in [*old, *[record for record in settled if record.kind in FLEETING]]:
            del self._records[record.id]
            self._notes.drop(record.id)
            shutil.rmtree(self._notes.folder / record.id, ignore_errors=True)


def _clean(told: Any) -> Any:
    """Without letters that no database takes: names of files may hold any bytes."""
    if isinstance(told, str):
        return told.encode("utf-8", "replace").decode().replace("\0", "")
    if isinstance(told, dict):
        return {_clean(name): _clean(value) for name, value in told.items()}
    return [_clean(each) for each in told] if isinstance(told, list) else told


def _refuse(_turn: Turn) -> dict[str, Any]:
    raise Failed("unknown_kind", "This agent is too old for such a command.")


def _read(told: dict[str, Any] | None) -> Record | None:
    try:
        return Record(**told) if told is not None else None
    except TypeError:
        return None
