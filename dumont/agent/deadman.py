"""The dead-man switch: a machine that its fleet has forgotten saves its work and ends its own costs."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event, Thread
from typing import Any

from dumont.agent.doing.turn import Act, Failed, Turn
from dumont.agent.remembering import Notes
from dumont.agent.sampling import processes
from dumont.agent.stopping import Stopper

NAME = "deadman"
SECONDS = 1800.0
"""Until the fleet has named its own."""
LEAST_SECONDS = 60.0
"""Behind a start, whatever was remembered: so long the fleet is looked for anyway."""
KEPT_SECONDS = 30.0
TRIES, PAUSE_SECONDS = 3, 20.0
PATIENCE = 24
"""So many times over the silence may last before a disk that was not saved is given up with its machine."""
BOOT = Path("/proc/sys/kernel/random/boot_id")
logger = logging.getLogger(__name__)


class DeadMan:
    """Silence is counted over restarts of the agent, but not over a sleep of its machine."""

    def __init__(
        self,
        notes: Notes,
        snapshot: Act,
        stopper: Stopper,
        life: str,
        ticks: Callable[[], float] = time.monotonic,
        *,
        lent: Callable[[], Mapping[str, Any] | None] = lambda: None,
    ) -> None:
        """`lent` is what a snapshot can be taken with while nobody can be asked."""
        self._notes = notes
        self._snapshot = snapshot
        self._lent = lent
        self._stopper = stopper
        self._life = life
        self._ticks = ticks
        self.seconds = SECONDS
        self._orders: Mapping[str, Any] = {}
        self._began = self._reached = self._kept = ticks()
        self._heard = Event()
        """The fleet is back: everything goes on as ever."""
        self._acting: Thread | None = None
        self._recall()

    @property
    def silent_seconds(self) -> float:
        return self._ticks() - self._reached

    @property
    def last_words(self) -> Mapping[str, Any] | None:
        """The arguments of a snapshot that nobody is there to ask for."""
        ordered = self._orders.get("snapshot")
        return ordered if isinstance(ordered, dict) else self._lent()

    def reached(self, seconds: float | None, orders: Mapping[str, Any] | None) -> None:
        self._heard.set()
        self._reached = self._ticks()
        before = self.seconds, self._orders
        self.seconds = self.seconds if seconds is None else seconds
        self._orders = orders or {}
        if before != (self.seconds, self._orders) or self._reached - self._kept > min(KEPT_SECONDS, self.seconds / 4):
            self._keep()

    def look(self) -> None:
        """Begins to act when it is time, in a thread: the fleet is called all the while."""
        least = min(LEAST_SECONDS, self.seconds)
        due = 0 < self.seconds < self.silent_seconds and self._ticks() - self._began >= least
        if due and (self._acting is None or not self._acting.is_alive()):
            logger.error(
                "The fleet has been silent for %d seconds: this machine saves its work and stops", self.silent_seconds
            )
            self._heard.clear()
            self._acting = Thread(target=self._act, name="deadman", daemon=True)
            self._acting.start()

    def _act(self) -> None:
        saved = self._saved()
        if self._heard.is_set() or ("stop" in self._orders and self._orders["stop"] is None):
            return
        provider = (self._orders.get("stop") or {}).get("provider")
        if not saved and self._stopper.may_lose_the_disk(provider) and self.silent_seconds < self.seconds * PATIENCE:
            logger.error("The work is not saved, and to stop may lose it: trying again")
        elif self._stopper.stop():
            logger.error("This machine was told to stop")
        self._heard.wait(PAUSE_SECONDS)

    def _saved(self) -> bool:
        wanted = self.last_words
        if wanted is None:
            return False
        for number in range(1, TRIES + 1):
            turn = Turn(NAME, wanted, self._notes.folder, again=number > 1)
            turn.stop = self._heard
            try:
                self._snapshot(turn)
                return True
            except Failed as error:
                logger.error("The last snapshot failed (%d. try): %s", number, error.message)
            except Exception:
                logger.exception("The last snapshot failed (%d. try)", number)
            if self._heard.wait(PAUSE_SECONDS if number < TRIES else 0):
                break
        return False

    def _keep(self) -> None:
        self._kept = self._reached
        told = {"life": self._life, "reached": self._reached, "seconds": self.seconds, "orders": dict(self._orders)}
        self._notes.keep(NAME, told)

    def _recall(self) -> None:
        told = self._notes.read(NAME) or {}
        try:
            if told["life"] == self._life and float(told["reached"]) <= self._began:
                self._reached = float(told["reached"])
                self.seconds = float(told["seconds"])
                self._orders = dict(told["orders"])
        except (KeyError, TypeError, ValueError):
            return


def life(supervisor: int | None, boot: Path = BOOT) -> str:
    """What tells this run of the machine from another: the computer's start, and the start of its first process."""
    first = processes.read(supervisor if supervisor is not None else 1)
    try:
        began = boot.read_text(encoding="ascii").strip()
    except OSError:
        began = ""
    return f"{began}/{first.birth if first else ''}"
