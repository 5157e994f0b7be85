"""Whether an agent waits for a server that is away depends on what it is doing."""

from pathlib import Path
from typing import Any

import pytest

from dumont.agent.doing.transfers import Transfers
from dumont.agent.doing.turn import Failed, Turn
from dumont.agent.given import Given
from dumont.snapstore.errors import StoreAway
from dumont.snapstore.plain import lent
from dumont.snapstore.track import Track


class TestPatience:
    @pytest.mark.parametrize(("act", "patient"), [("snapshot", False), ("restore", True)])
    def test_is_for_what_is_put_back(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: str, patient: bool
    ) -> None:
        """A save holds work still, and whatever else could be done about a server that is away has to wait for it."""

        def away(_said: Any, _env: Any, track: Track, *_near: str) -> None:
            assert track.waiting.goes_on("https://a", "refused") is patient
            raise StoreAway("Nobody answers.")

        monkeypatch.setattr(lent, "create", away)
        monkeypatch.setattr(lent, "put_back", away)
        args = {"server": "https://a", "grant": "dsg_a", "target": str(tmp_path)}
        transfers = Transfers(Given("https://a", "dag_b", tmp_path, tmp_path))
        with pytest.raises(Failed, match="Nobody answers"):
            getattr(transfers, act)(Turn("a", args, tmp_path, again=False, number=1))
