"""The fleet's client: which instance a name means, and what is told of one that is watched."""

from typing import Any

import pytest

from dumont.basics.errors import Conflict
from dumont.client.fleet import Fleet
from dumont.client.http import Api
from tests.client.scripted import Answer, scripted

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
