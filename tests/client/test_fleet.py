"""The fleet's client: which instance a name means, and what is told of one that is watched."""

from typing import Any

import pytest

from dumont.basics.errors import Conflict
from dumont.client.fleet import Fleet
from dumont.client.http import Api
from tests.client.scripted import Answer, problem, scripted

MINE, THEIRS = "0197b8f2-7c11-7d2e-9a55-0242ac120002", "0197b8f2-7c11-7d2e-9a55-0242ac120003"


def called(instance_id: str, owner: str) -> dict[str, Any]:
    return {"id": instance_id, "name": "trainer", "owner": {"kind": owner, "id": MINE}}


class TestNamed:
    def test_guesses_at_none_of_several(self) -> None:
        both = {"items": [called(THEIRS, "team"), called(MINE, "user")], "next_cursor": None}
        with scripted(Answer(200, both)) as server, pytest.raises(Conflict) as refused:
            Fleet(Api(server.url)).named("trainer")
        assert f"{THEIRS} (a team's), {MINE} (yours)" in refused.value.message

    def test_takes_an_id_as_it_is(self) -> None:
        with scripted(Answer(200, called(MINE, "user"))) as server:
            assert Fleet(Api(server.url)).named(MINE)["id"] == MINE


def happened(*ids: int, more: bool = False) -> Answer:
    return Answer(200, {"items": [{"id": str(each)} for each in ids], "next_cursor": "c" if more else None})


class TestWatch:
    def test_begins_with_as_many_as_are_asked_for_and_loses_none_that_came_meanwhile(self) -> None:
        pages = (happened(2, 1, more=True), happened(6, 5, more=True), happened(4, 3, more=True), happened(2, 1))
        with scripted(*pages) as server:
            watched = Fleet(Api(server.url)).watch(MINE, limit=2, every_seconds=0)
            assert [next(watched)["id"] for _ in range(6)] == ["1", "2", "3", "4", "5", "6"]
        assert "limit=2" in server.asked[0].path


def written(text: str, cursor: str | None = "a.1", *, live: bool = True) -> Answer:
    return Answer(200, {"text": text, "cursor": cursor, "live": live, "anew": False, "note": None})


def stands(state: str, wish: str) -> Answer:
    return Answer(200, {"id": MINE, "name": "trainer", "state": state, "wish": wish})


NO_LOG = problem(409, "no_log", "trainer has no machine now.")
SILENT = problem(503, "agent_silent", "The agent of trainer has not called yet.")


class TestLogs:
    def test_are_followed_over_a_sleep_that_a_wake_ends(self) -> None:
        kept = written("one\n", None, live=False)
        wakes = stands("waking", "running")
        answers = (written("one\n"), NO_LOG, wakes, kept, wakes, SILENT, written("two\n", "b.2"))
        with scripted(*answers) as server:
            followed = Fleet(Api(server.url)).logs(MINE, follow=True, every_seconds=0)
            assert [next(followed)["text"] for _ in range(2)] == ["one\n", "two\n"]
        assert "since=a.1" in server.asked[-1].path

    def test_end_where_the_instance_sleeps(self) -> None:
        for said in (NO_LOG, written("one\n", None, live=False)):
            with scripted(written("one\n"), said, stands("hibernated", "hibernated")) as server:
                found = list(Fleet(Api(server.url)).logs(MINE, follow=True, every_seconds=0))
            assert [each["text"] for each in found] == ["one\n"]

    def test_that_nobody_follows_say_what_there_is(self) -> None:
        with scripted(NO_LOG) as server, pytest.raises(Conflict):
            list(Fleet(Api(server.url)).logs(MINE))
