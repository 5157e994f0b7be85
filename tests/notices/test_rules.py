"""Which addresses may be called, what is told of what, and how it is signed."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from dumont.basics.errors import Invalid
from dumont.notices import addresses
from dumont.notices.rules import signing, wording


def moved(before: str, after: str, why: str, **more: Any) -> SimpleNamespace:
    told = {"instance_id": UUID(int=1), "name": "box", "who": "provider", "retry_at": None, "again": False, **more}
    return SimpleNamespace(from_state=before, to_state=after, why=why, **told)


class TestAddresses:
    @pytest.mark.parametrize(
        "url",
        [
            "http://example.com/x",
            "ftp://example.com",
            "https://",
            "https://user:secret@example.com/",
            "https://127.0.0.1/x",
            "https://[::1]/x",
            "https://example.com:port/",
            "https://exa mple.com/",
            "https://[::1",
        ],
    )
    def test_refuses_what_is_no_public_address(self, url: str) -> None:
        with pytest.raises(Invalid, match="url"):
            addresses.checked(url, private=False)

    def test_allows_this_house_where_its_operator_does(self) -> None:
        assert addresses.checked("http://127.0.0.1:8080/hook", private=True) == "127.0.0.1"


class TestWording:
    @pytest.mark.parametrize("before", ["running", "hibernated", "interrupted"])
    def test_calls_nothing_a_loss_that_somebody_wished(self, before: str) -> None:
        assert wording.of_move(moved(before, "failing_over", "It is to be up on its standby.", who="user:1")) is None

    @pytest.mark.parametrize(("before", "said"), [("waking", "woken"), ("failing_over", "standby")])
    def test_tells_once_of_what_can_not_be_had_and_is_tried_again(self, before: str, said: str) -> None:
        at = datetime(2026, 1, 5, 12, 30, tzinfo=UTC)
        found = wording.of_move(moved(before, "hibernated", "Sold out.", retry_at=at))
        assert found is not None
        assert (found.topic, said in found.text, "again at 12:30:00 UTC" in found.text) == ("launch_failed", True, True)
        assert wording.of_move(moved(before, "hibernated", "Sold out.", retry_at=at, again=True)) is None

    @pytest.mark.parametrize(
        ("before", "after", "topic"),
        [
            ("running", "interrupted", "interrupted"),
            ("running", "failing_over", "failed_over"),
            ("hibernating", "hibernated", "hibernated"),
            ("waking", "running", "woken"),
            ("recovering", "running", "woken"),
            ("launching", "failed", "launch_failed"),
            ("launching", "running", None),
            ("running", "hibernating", None),
        ],
    )
    def test_tells_where_a_way_ends(self, before: str, after: str, topic: str | None) -> None:
        found = wording.of_move(moved(before, after, "Because."))
        assert (found and found.topic) == topic
        assert found is None or "box" in found.text

    @pytest.mark.parametrize(
        ("state", "code", "topic"),
        [
            ("done", 0, "run_done"),
            ("failed", 3, "run_failed"),
            ("unknown", None, "run_failed"),
            ("stopped", None, None),
        ],
    )
    def test_tells_how_what_was_run_has_ended(self, state: str, code: int | None, topic: str | None) -> None:
        found = wording.of_run(UUID(int=1), "box", state=state, code=code, why="So it was.")
        assert (found and found.topic) == topic
        assert found is None or ("box" in found.text and found.data["code"] == code)

    def test_tells_of_what_runs_and_nobody_uses(self) -> None:
        found = wording.of_unused(UUID(int=1), "box")
        assert (found.topic, "`dumont hibernate box`" in found.text) == ("unused", True)

    @pytest.mark.parametrize(("of_house", "way"), [(False, "Account > Provider keys"), (True, "operator")])
    def test_tells_whose_machines_a_cloud_lets_nobody_end(self, of_house: bool, way: str) -> None:
        found = wording.of_refused_key("Vast.ai", provider="vast", of_house=of_house, names=["box", "llama"])
        assert (found.topic, found.data) == ("key_refused", {"provider": "vast", "names": ["box", "llama"]})
        assert "Vast.ai refuses" in found.text
        assert "box, llama" in found.text
        assert way in found.text

    def test_tells_how_much_of_a_budget_is_used(self) -> None:
        near = wording.of_budget(UUID(int=1), limit="day", level="near", used="8.00", budget="10.00")
        assert (near.topic, "$8.00 of $10.00" in near.text) == ("budget_near", True)

    def test_tells_what_a_check_of_snapshots_has_found(self) -> None:
        page = "https://dumont.example/snapshots"
        found = wording.of_harm(UUID(int=1), "packs/3f is missing", problems=3, files=1, page=page)
        assert found.topic == "repository_harmed"
        for words in ("packs/3f is missing and 2 more.", "1 file is touched.", page):
            assert words in found.text


class TestSigning:
    def test_is_over_the_moment_and_the_bytes(self) -> None:
        content = signing.written("json", {"text": "ä", "id": "1"})
        said = signing.signature("whs_x", 1700000000, content)
        expected = hmac.new(b"whs_x", b"1700000000." + content, hashlib.sha256).hexdigest()
        assert said == f"t=1700000000,v1={expected}"

    def test_gives_a_chat_its_text_alone(self) -> None:
        assert json.loads(signing.written("slack", {"text": "hi", "id": "1"})) == {"text": "hi"}
