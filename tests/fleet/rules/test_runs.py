"""How what is run has ended, by what its agent says of it or by what has become of its machine."""

from datetime import timedelta
from typing import Any

import pytest

from dumont.fleet.rules.runs import Run, RunState, how
from tests.fakes.clock import START


class TestEnd:
    @pytest.mark.parametrize(
        ("result", "state", "code"),
        [
            ({"code": 0, "output": "hf_secret"}, "done", 0),
            ({"code": 3, "output": "hf_secret"}, "failed", 3),
            ({}, "unknown", None),
            ({"code": "3"}, "unknown", None),
            ({"unreadable": "It was too long, or no text."}, "unknown", None),
        ],
    )
    def test_is_told_by_the_exit_code(self, result: dict[str, Any], state: RunState, code: int | None) -> None:
        found = how("done", result, None)
        assert (found.state, found.code) == (state, code)
        assert "secret" not in found.why

    @pytest.mark.parametrize(
        ("error_code", "state"),
        [
            ("killed", "failed"),
            ("not_started", "failed"),
            ("withdrawn", "stopped"),
            ("machine_gone", "stopped"),
            ("cancelled", "stopped"),
            ("interrupted", "unknown"),
            ("forgotten", "unknown"),
            ("agent_error", "unknown"),
        ],
    )
    def test_is_honest_where_there_is_none(self, error_code: str, state: RunState) -> None:
        assert how("failed", {}, error_code).state == state

    def test_is_unknown_where_its_command_is_nowhere(self) -> None:
        assert how(None, {}, None).state == "unknown"

    def test_is_never_before_its_beginning(self) -> None:
        run = Run(state="running", began_at=START)
        over = run.over(how("done", {"code": 0}, None), START - timedelta(hours=1))
        assert (over.state, over.ended_at, over.began_at) == ("done", START, START)
