"""How a machine ends its own costs: by its supervisor, by its cloud's narrow key, or by switching off."""

from __future__ import annotations

import http.client
import json
import logging
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from typing import NamedTuple

from dumont.agent.given import Given
from dumont.agent.sampling.facts import connect

PROGRAM = "systemctl"
SECONDS = 20.0
logger = logging.getLogger(__name__)


class Call(NamedTuple):
    address: str
    method: str
    path: str
    body: Mapping[str, object]


class Stopper:
    def __init__(self, given: Given, program: str = PROGRAM) -> None:
        self._given = given
        self._program = program

    def may_lose_the_disk(self, provider: str | None) -> bool:
        """Amazon ends a machine for good that switches itself off, as it was ordered; who isn't known might, too."""
        return self._given.supervisor is None and self._given.cloud is None and provider in (None, "aws")

    def stop(self) -> bool:
        """Whether somebody has taken the order; it may take a while until it is done."""
        if self._given.supervisor is not None:
            return _ended(self._given.supervisor)
        if self._given.cloud and self._given.machine_id and self._given.machine_key:
            return self._asked(self._call(self._given.cloud, self._given.machine_id), self._given.machine_key)
        return self._switched_off()

    def _call(self, cloud: str, machine_id: str) -> Call:
        if cloud == "vast":
            address = self._given.clouds.get("vast", "https://console.vast.ai")
            return Call(address, "PUT", f"/api/v0/instances/{machine_id}/", {"state": "stopped"})
        address = self._given.clouds.get("runpod", "https://api.runpod.io")
        ask = f"mutation {{ podStop(input: {{podId: {json.dumps(machine_id)}}}) {{ id desiredStatus }} }}"
        return Call(address, "POST", "/graphql", {"query": ask})

    def _asked(self, call: Call, key: str) -> bool:
        connection = connect(call.address, SECONDS)
        headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
        try:
            connection.request(call.method, call.path, json.dumps(call.body).encode(), headers)
            answer = connection.getresponse()
            told = answer.read(1 << 20)
        except (OSError, http.client.HTTPException) as error:
            logger.error("The cloud can't be asked to stop this machine: %s", error)
            return False
        finally:
            connection.close()
        taken = answer.status == 200 and b'"errors"' not in told
        logger.warning("The cloud was asked to stop this machine, and answered %s", answer.status)
        return taken

    def _switched_off(self) -> bool:
        """Only a whole machine, of which we are root: nothing else is ours to switch off."""
        program = shutil.which(self._program)
        if not self._given.whole or os.getuid() != 0 or program is None:
            logger.error("This machine can't be stopped from inside: no key, and no system of its own to switch off")
            return False
        ended = subprocess.run(  # noqa: S603 - the system's own program
            [program, "poweroff"], timeout=SECONDS, check=False, stdin=subprocess.DEVNULL, capture_output=True
        )
        return ended.returncode == 0


def _ended(supervisor: int) -> bool:
    try:
        os.kill(supervisor, signal.SIGTERM)
    except OSError as error:
        logger.error("The machine's supervisor can't be told to end: %s", error.strerror)
        return False
    return True
