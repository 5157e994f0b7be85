"""Progress goes to the standard error, as one living line on a terminal and as lines of JSON for programs."""

import io
import json
import sys
import time
from collections.abc import Callable

import pytest

from dumont.snapstore.plain import screen
from dumont.snapstore.plain.screen import Screen
from dumont.snapstore.track import Track


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def until(found: Callable[[], bool], track: Track) -> None:
    """Works on until it is seen."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if found():
            return
        track.add(size=1)
    pytest.fail("nothing was shown")


class TestFollowing:
    def test_draws_one_line_again_and_again_and_leaves_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        terminal = Terminal()
        monkeypatch.setattr("sys.stderr", terminal)
        monkeypatch.setattr(screen, "ON_TERMINALS", 0.001)
        track = Track()
        track.expect(2, 10**9)
        track.stage("content")
        with Screen().following(track):
            until(lambda: "of 1.00 GB" in terminal.getvalue(), track)
        assert terminal.getvalue().count("\n") == 0
        assert terminal.getvalue().endswith(screen.CLEAR)

    def test_tells_programs_a_line_each(self, monkeypatch: pytest.MonkeyPatch) -> None:
        said = io.StringIO()
        monkeypatch.setattr("sys.stderr", said)
        track = Track()
        track.expect(1, 50)
        with Screen(as_json=True).following(track):
            track.add(files=1, size=50)
        told = [json.loads(line)["progress"] for line in said.getvalue().splitlines()]
        assert (told[-1]["bytes"], told[-1]["share"]) == (50, 1.0)

    def test_is_silent_when_asked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        said = Terminal()
        monkeypatch.setattr("sys.stderr", said)
        with Screen(quiet=True).following(Track()):
            pass
        assert said.getvalue() == ""


class TestAnswer:
    def test_writes_what_the_terminal_can_not_show_in_another_way(self, monkeypatch: pytest.MonkeyPatch) -> None:
        raw = io.BytesIO()
        monkeypatch.setattr("sys.stdout", io.TextIOWrapper(raw, encoding="ascii"))
        shown = Screen()
        shown.answer([], ("label",), [("gr\u00fc\u00dfe",)])
        shown.line("")
        sys.stdout.flush()
        assert raw.getvalue() == b"label\ngr\\xfc\\xdfe\n\n"
