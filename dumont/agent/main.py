"""The agent's life: look, tell, do what was asked, and look again."""

from __future__ import annotations

import logging
import os
import secrets
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from threading import Event, Thread

from dumont.agent import VERSION, given, heartbeat, logs, notices, protocol, surroundings
from dumont.agent.bell import Bell
from dumont.agent.deadman import DeadMan, life
from dumont.agent.doing.checking import Checking
from dumont.agent.doing.commands import Commands
from dumont.agent.doing.hook import Hooks
from dumont.agent.doing.logs import Logs
from dumont.agent.doing.setup import Setup
from dumont.agent.doing.transfers import Transfers
from dumont.agent.doing.turn import Act, Failed, Turn
from dumont.agent.given import Given, NotTold
from dumont.agent.remembering import Alone, Notes, Taken, running
from dumont.agent.sampling import facts
from dumont.agent.sampling.looking import Eyes
from dumont.agent.sampling.unsaved import Unsaved
from dumont.agent.sealing import SealedNotes
from dumont.agent.standing import Standing
from dumont.agent.stopping import Stopper

ENDED, FAILED, RUNNING_ALREADY, WRONG = 0, 1, 75, 78
"""Whoever starts the agent again when it dies does not do so behind the first and the last two."""
TERMINATED = 143
SOON_SECONDS = 0.5
EAGER_SECONDS = 15.0
"""So long behind something new there may be more to do: the fleet is asked twice a second."""
NOTICE_SECONDS = 2.0
"""So long the fleet has to ask for a snapshot itself, when the cloud has said that it takes the machine away."""
LEAVE_SECONDS = 30.0
SAVING = ("snapshot",)
ENDING = ("snapshot", "restore", "hook", "run", "setup")
"""They have some seconds for it when the agent is to end."""
PREPARING = ("setup", "restore")
CALM_SECONDS, BUSY_SECONDS = 1.0, 60.0
"""Between two looks whether the machine is still being made ready, and for how long that is waited for."""
logger = logging.getLogger(__name__)


class Agent:
    def __init__(self, told: Given) -> None:
        self._given = told
        self._wake = Event()
        self._over = Event()
        self._notes = Notes(told.state / "commands")
        self._hooks = Hooks(told)
        self._standing = Standing(SealedNotes(Notes(told.state), told.token))
        self._unsaved = Unsaved(told, Notes(told.state))
        self._transfers = Transfers(told, self._standing.used, self._unsaved.saved)
        self._stopper = Stopper(told)
        self._setup = Setup(told)
        acts: dict[str, Act] = {
            "setup": self._set_up,
            "snapshot": self._transfers.snapshot,
            "restore": self._transfers.restore,
            "standing": self._standing.take,
            "check": Checking(told.workspace).run,
            "hook": self._hooks.run,
            "run": self._hooks.run,
            "logs": Logs(told.state, self._notes.folder).run,
            "shutdown": self._shut_down,
        }
        self._commands = Commands(self._notes, acts, self._hurry)
        acted = (self._transfers.snapshot, self._stopper, life(told.supervisor))
        self._deadman = DeadMan(Notes(told.state), *acted, lent=lambda: self._standing.order)
        self._notices = notices.Notices(self._hurry)
        self._saved_for: set[str] = set()
        """Notices behind which we have begun a snapshot, or the fleet has."""
        self._eyes = Eyes(told)
        self._line = heartbeat.Line(told.server, told.token)
        self._bell = Bell(told.server, told.token, self._wake.set)
        self._buffer = heartbeat.Buffer()
        self._boot, self._seq = secrets.token_hex(8), 0
        self._every, self._watch = heartbeat.EVERY_SECONDS, list[str]()
        self._eager_until = time.monotonic() + EAGER_SECONDS
        self._known = facts.known(told, self._eyes)
        self._measured: protocol.Facts = {}
        self._told: protocol.Facts | None = None
        """The facts that the fleet has."""
        self._leaving: float | None = None
        """Since when it is to end, and has only to say so."""
        self._away: str | None = None
        self._plainly = False
        """The fleet could not read what it was told: only what it surely can is told next."""

    def run(self) -> int:
        self._commands.resume()
        notices.watch_all(self._notices, self._given, self._over)
        Thread(target=self._measure, name="measuring", daemon=True).start()
        Thread(target=self._eyes.logins.watch, args=(self._over,), name="logins", daemon=True).start()
        Thread(target=self._bell.listen, args=(self._over,), name="bell", daemon=True).start()
        while not self._over.is_set():
            began = time.monotonic()
            try:
                self._turn()
            except Exception:
                logger.exception("A turn failed")
            self._wake.wait(max(0.05, self._pause() - (time.monotonic() - began)))
            self._wake.clear()
        return ENDED

    def _turn(self) -> None:
        sample = self._eyes.look(self._watch)
        sample["unsaved_mb"] = self._unsaved.mb
        self._buffer.add(sample)
        status = self._status()
        ended = {ack["id"] for ack in status["acks"] if ack["state"] != "running"}
        answer = self._called(status)
        if answer is not None:
            self._buffer.confirm(status["samples"])
            self._told = status["facts"] or self._told
            self._every, self._watch = answer.every_seconds, answer.watch
            self._deadman.reached(answer.deadman_seconds, answer.deadman)
            if self._commands.has_news(answer.commands):
                self._eager_until = time.monotonic() + EAGER_SECONDS
            self._commands.take(answer.commands, ended)
        self._hooks.trim(self._notes.folder)
        self._heed_notices()
        self._deadman.look()
        self._leave(told=answer is not None and "shutdown" in self._commands.kinds(ended))

    def _status(self) -> protocol.Status:
        self._seq += 1
        found = protocol.Facts(**{**self._known, **facts.of_gpus(self._eyes.gpus.seen), **self._measured})
        found["dropped"] = self._standing.dropped
        news = not self._plainly and found != self._told
        return protocol.Status(
            version=VERSION,
            boot=self._boot,
            seq=self._seq,
            samples=self._buffer.all(),
            facts=found if news else None,
            notices=self._notices.heard(),
            acks=self._commands.acks(plain=self._plainly, all_runs=news),
        )

    def _called(self, status: protocol.Status) -> heartbeat.Answer | None:
        try:
            answer = self._line.call(status)
        except heartbeat.Away as error:
            if isinstance(error, heartbeat.Unreadable):
                self._plainly, self._told = True, status["facts"] or self._told
                self._buffer.forget()
            if str(error) != self._away:
                logger.warning("%s", error)
            self._away = str(error)
            return None
        if self._away is not None:
            logger.warning("The fleet is back")
        self._away, self._plainly = None, False
        return answer

    def _pause(self) -> float:
        eager = time.monotonic() < self._eager_until or self._leaving is not None
        return min(self._every, SOON_SECONDS) if eager else self._every

    def _hurry(self) -> None:
        """There is something to tell, and perhaps more to do."""
        self._eager_until = time.monotonic() + EAGER_SECONDS
        self._wake.set()

    def _measure(self) -> None:
        """The disk and the network are asked to show what they can; what is known goes to the fleet before, and what it
        asks for first is not held up."""
        self._transfers.warm()
        until = time.monotonic() + BUSY_SECONDS
        while not self._over.wait(CALM_SECONDS) and self._commands.running(PREPARING) and time.monotonic() < until:
            pass
        try:
            disk = facts.disk_write_mbps(self._given.workspace)
        except OSError as error:
            logger.warning("The workspace's disk can't be measured: %s", error.strerror)
            disk = None
        Thread(target=self._unsaved.watch, args=(self._over,), name="unsaved", daemon=True).start()
        network = facts.net_down_mbps(self._given.server)
        self._measured = protocol.Facts(disk_write_mbps=disk, net_down_mbps=network)
        self._hurry()

    def _heed_notices(self) -> None:
        """The fleet has heard of it, and may have asked for a snapshot; else what it left for such times is done."""
        for notice in self._notices.heard():
            if notice["id"] not in self._saved_for:
                self._saved_for.add(notice["id"])
                Thread(target=self._save_before, args=(notice,), name="last-snapshot", daemon=True).start()

    def _save_before(self, notice: protocol.Notice) -> None:
        self._over.wait(NOTICE_SECONDS)
        wanted = self._deadman.last_words
        if self._commands.running(SAVING) or wanted is None or ("drop" in wanted and self._away is None):
            return
        logger.warning("Saving what changed, as %s takes the machine away", notice["source"])
        try:
            self._transfers.snapshot(Turn("notice", wanted, self._notes.folder, again=False))
        except Failed as error:
            logger.error("The snapshot behind a notice failed: %s", error.message)

    def _set_up(self, turn: Turn) -> dict[str, object]:
        """Somebody is to work here."""
        self._transfers.stays(turn)
        return self._setup.run(turn)

    def _shut_down(self, turn: Turn) -> dict[str, object]:
        """What runs is asked to stop first, and has some seconds to do so."""
        self._commands.stop(but=turn.id)
        until = time.monotonic() + LEAVE_SECONDS
        while self._commands.running(ENDING) and time.monotonic() < until:
            self._over.wait(0.05)
        self._leaving = time.monotonic()
        return {}

    def _leave(self, *, told: bool) -> None:
        """Once the fleet has heard that the order was taken, or can't be told."""
        if self._leaving is not None and (told or time.monotonic() - self._leaving > LEAVE_SECONDS):
            logger.warning("Ending, as the fleet has asked")
            self._stopper.stop()
            self._over.set()


def main(words: Sequence[str]) -> int:
    """`run`, `restart` of the one that runs, `running` to ask whether one does, or `version`."""
    if list(words) == ["version"]:
        sys.stdout.write(f"{VERSION}\n")
        return ENDED
    act = VERBS.get(words[0] if words else "run")
    if act is None or len(words) > 1:
        sys.stderr.write("dumont-agent [run | restart | running | version]\n")
        return WRONG
    try:
        return act(given.read(surroundings.environment()))
    except NotTold as error:
        sys.stderr.write(f"{error}\n")
        return WRONG


def _run(told: Given) -> int:
    given.claim(told.state)
    try:
        alone = Alone(told.state)
    except Taken as error:
        sys.stderr.write(f"{error}\n")
        return RUNNING_ALREADY
    logs.begin(told.state)
    with suppress(OSError):  # then whoever needs it says what is wrong
        told.workspace.mkdir(parents=True, exist_ok=True)
    # Nothing has to be put in order before the end: whoever comes next finds what was begun, and goes on with it.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(TERMINATED))
    logger.warning("The agent %s begins: fleet %s, workspace %s", VERSION, told.server, told.workspace)
    try:
        return Agent(told).run()
    finally:
        alone.close()


def _is_running(told: Given) -> int:
    return FAILED if running(told.state) is None else ENDED


def _restart(told: Given) -> int:
    """Whoever keeps it running starts the newer file."""
    pid = running(told.state)
    if pid is None:
        return FAILED
    os.kill(pid, signal.SIGTERM)
    return ENDED


VERBS = {"run": _run, "restart": _restart, "running": _is_running}
