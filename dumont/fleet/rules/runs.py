"""How that is which runs behind the start script: begun, and ended in one of the ways in which such a thing ends.

What an agent says of it may hold a piece of its log, and with it a secret: it is told here in words of our own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from dumont.fleet.rules.states import CommandState

RunState = Literal["waiting", "running", "done", "failed", "stopped", "unknown"]
"""`waiting` for the start script; `stopped` with its machine; `unknown` is how it ended, if it has."""
STOPPED = frozenset({"cancelled", "withdrawn", "machine_gone"})
FAILED: Mapping[str, str] = {
    "killed": "It was killed, or its machine began anew.",
    "timeout": "It took too long and was ended.",
    "not_started": "Its machine could not begin it.",
}
"""By the code that an agent gives."""
NOT_BEGUN = "It was not begun, as the start script failed."
WITH_ITS_MACHINE = "It was ended with its machine."
NOBODY_KNOWS = "Nobody knows how it ended."


class Run(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    state: RunState
    began_at: datetime | None = None
    ended_at: datetime | None = None
    code: int | None = None
    """With which it ended, if it did so by itself."""
    why: str = ""

    def over(self, how: "How", now: datetime) -> "Run":
        """An end before the beginning is a clock that was set back."""
        ended = max(now, self.began_at) if self.began_at is not None else now
        return self.model_copy(update={"state": how.state, "ended_at": ended, "code": how.code, "why": how.why})


def run_of(kept: Mapping[str, Any] | None) -> Run | None:
    """As an instance's row has it."""
    return None if kept is None else Run.model_validate(kept)


@dataclass(frozen=True, slots=True)
class How:
    """It ended."""

    state: RunState
    why: str
    code: int | None = None


def how(state: CommandState | None, result: Mapping[str, Any], error_code: str | None) -> How:
    """By its command, which is over, or nowhere to be found."""
    if state == "done":
        code = result.get("code")
        if not isinstance(code, int) or isinstance(code, bool):
            return How("unknown", NOBODY_KNOWS)
        return How("failed", f"It ended with {code}; its log says why.", code) if code else How("done", "", 0)
    if error_code in STOPPED:
        return How("stopped", WITH_ITS_MACHINE)
    why = FAILED.get(error_code or "")
    return How("failed", why) if why else How("unknown", NOBODY_KNOWS)
