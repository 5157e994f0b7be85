"""The workspace in a repository of restic's: that program does it, and is installed where it lacks and may be."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
from collections.abc import Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any

from dumont.agent.given import Given
from dumont.agent.remembering import Notes

if TYPE_CHECKING:
    from dumont.snapstore.restic import ResticReport
    from dumont.snapstore.track import Track

NAME = "restic"
"""Of the note about what was put back last, and of the argument that asks for all this."""
INSTALL_SECONDS = 240
"""Less than a set-up may take."""
INSTALLERS = (
    ("apt-get", "apt-get update -qq && apt-get install -y -qq --no-install-recommends restic"),
    ("dnf", "dnf install -y -q restic"),
    ("apk", "apk add -q restic"),
    ("zypper", "zypper --quiet install -y restic"),
    ("pacman", "pacman -Sy --noconfirm restic"),
)
logger = logging.getLogger(__name__)
_readying = Lock()
"""A set-up and a restore begin side by side, and package managers suffer nobody beside them."""


class ByRestic:
    def __init__(self, given: Given) -> None:
        self._given = given
        self._notes = Notes(given.state)

    def create(self, args: Mapping[str, Any], path: str, track: Track) -> dict[str, Any]:
        from dumont.snapstore import restic_lent, unread
        from dumont.snapstore.blobs.door import Door

        door, found = Door(str(args["server"]), str(args["grant"])), self._repository(args)
        report = restic_lent.create(door, found, path, track, self.make_ready)
        return {"manifest": report.name, **_told(report), **unread.of_restic(report.unread, path)}

    def put_back(self, args: Mapping[str, Any], target: str, track: Track) -> dict[str, Any]:
        """What is remembered of it is written before: whatever becomes of it, some of it may be there."""
        from dumont.snapstore import restic_lent
        from dumont.snapstore.blobs.door import Door

        said = args[NAME]
        before = (self._notes.read(NAME) or {}).get("snapshot", "") if args.get("delta") else ""
        back = restic_lent.Back(str(said["snapshot"]), target, str(said.get("folder") or ""), str(before))
        self._notes.write(NAME, {"snapshot": back.name})
        door = Door(str(args["server"]), str(args["grant"]))
        return _told(restic_lent.put_back(door, self._repository(args), back, track, self.make_ready))

    def _repository(self, args: Mapping[str, Any]) -> Any:
        """What restic remembers of it lies with the agent's other notes, never in the workspace."""
        from dumont.snapstore import restic_lent

        return restic_lent.repository_of(args[NAME], str(self._given.state / "restic-cache"))

    def make_ready(self) -> str:
        """The version that is used. On a whole machine that is ours to change it is installed where it lacks or is too
        old; on another its owner is told what to run. Raises `ResticAbsent`."""
        from dumont.snapstore.restic_child import ResticAbsent

        with _readying:
            try:
                return _version()
            except ResticAbsent:
                command = installer()
                if command is None or os.getuid() != 0 or self._given.supervisor is not None:
                    raise
                logger.warning("Installing restic: %s", command)
                install(command, self._given.env)
                return _version()


def installer() -> str | None:
    """The one command by which restic is installed here."""
    return next((command for program, command in INSTALLERS if shutil.which(program)), None)


def install(command: str, env: Mapping[str, str]) -> None:
    from dumont.snapstore.restic_child import ResticAbsent

    quiet = {**env, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(  # noqa: S602 - a line of ours, with nothing of anybody's in it
            command, shell=True, env=quiet, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ResticAbsent("restic could not be installed: it took too long.", f"Run: {command}") from error
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise ResticAbsent(f"restic could not be installed: {' '.join(last)}", f"Run: {command}")


def _version() -> str:
    from dumont.snapstore.restic import OLDEST, version_of
    from dumont.snapstore.restic_child import ResticAbsent

    found, oldest = version_of(), ".".join(map(str, OLDEST))
    said = ".".join(map(str, found))
    if found < OLDEST:
        hint = f"Take an image with restic {oldest} or newer, as of Debian 12 or Ubuntu 24.04, or put one into yours."
        raise ResticAbsent(f"restic {said} is too old to keep a workspace.", hint)
    return said


def _told(report: ResticReport) -> dict[str, Any]:
    told = {"files": report.files, "bytes": report.bytes, "new_bytes": report.sent}
    return {**told, "seconds": report.progress.stages}
