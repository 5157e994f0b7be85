"""How long a script is waited for."""

import os
import time
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import pytest

from dumont.agent.doing import hook
from dumont.agent.doing.hook import Hooks
from dumont.agent.doing.turn import Turn
from dumont.agent.given import Given


class TestHook:
    def test_runs_for_as_long_as_it_takes_where_no_time_is_said(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Each look at the clock is a day later than the one before."""
        days = count(step=86_400)
        monkeypatch.setattr(hook, "time", SimpleNamespace(monotonic=lambda: next(days), sleep=time.sleep))
        monkeypatch.setattr(hook, "_ticks", lambda _seconds: (time.sleep(0.01) for _ in range(500)))
        given = Given("https://a", "dag_b", tmp_path, tmp_path / "state", env=dict(os.environ))
        turn = Turn("c1", {"script": "sleep 0.3; echo over"}, tmp_path / "c1", again=False)
        assert Hooks(given).run(turn) == {"code": 0, "output": "over\n"}
