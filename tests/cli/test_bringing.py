"""Files that can't be brought: the instance that waits for them ends, or it is said how."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dumont.basics.errors import Conflict, Failure
from dumont.cli import bringing
from dumont.cli.bringing import NotBrought
from dumont.cli.screen import Screen
from dumont.cli.tasks import Upload

TRAINER: Any = {"id": "1", "name": "trainer"}


class Fleet:
    """Of one instance that nobody gets into."""

    def __init__(self, error: BaseException, *, refuses: bool = False) -> None:
        self.ended: list[tuple[str, bool]] = []
        self._error, self._refuses = error, refuses

    def connection(self, _instance_id: str) -> Any:
        raise self._error

    def destroy(self, instance_id: str, *, keep_snapshot: bool) -> Any:
        if self._refuses:
            raise Failure("The server does not answer.")
        self.ended.append((instance_id, keep_snapshot))
        return {"still_costs": [{}]}


def bring(fleet: Fleet, monkeypatch: pytest.MonkeyPatch, *, kept: bool = False) -> None:
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")  # there may be none where this runs
    session: Any = SimpleNamespace(fleet=fleet, screen=Screen(as_json=False, quiet=True, no_color=True))
    uploads = [Upload(Path(), ".")]
    bringing.bring(session, TRAINER, uploads=uploads, token="a", key=None, kept=kept)


class TestFilesThatCanNotBeBrought:
    @pytest.mark.parametrize("error", [Conflict("It is not up."), PermissionError(13, "Permission denied", "weights")])
    @pytest.mark.parametrize("kept", [True, False])
    def test_end_the_instance_whose_task_waits_for_them(
        self, error: Exception, kept: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fleet = Fleet(error)
        with pytest.raises(NotBrought, match=r"(not up|weights can't be brought: Permission denied)\. trainer is des"):
            bring(fleet, monkeypatch, kept=kept)
        assert fleet.ended == [("1", kept)]

    def test_say_how_to_end_it_where_that_fails_as_well(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with pytest.raises(NotBrought, match=r"does not answer.*goes on to cost.*`dumont rm trainer`"):
            bring(Fleet(Conflict("It is not up."), refuses=True), monkeypatch)

    def test_leave_it_to_whoever_does_not_want_to_wait(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        fleet = Fleet(KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt):
            bring(fleet, monkeypatch)
        assert "goes on to cost" in capsys.readouterr().err
        assert fleet.ended == []
