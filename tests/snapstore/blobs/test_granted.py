"""The client of a grant: how few questions it asks, and what it does when an address or the grant is over."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from dumont.snapstore.blobs import checksum
from dumont.snapstore.errors import BadRequest, Exists, Missing, StoreRefused
from dumont.snapstore.repository import create
from tests.snapstore.blobs.doors import TOKEN, GrantedPlace
from tests.snapstore.places import BucketPlace

NAMES = [f"packs/{number:02x}/{number:03}" for number in range(100)]


@pytest.fixture
def filled(granted_place: GrantedPlace) -> GrantedPlace:
    writer = BucketPlace.open(granted_place)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: writer.put(name, [name.encode()]), NAMES))
    return granted_place


def got(place: GrantedPlace) -> list[list[str]]:
    return [wish["get"] for wish in place.wishes]


class TestAddresses:
    def test_come_by_the_hundred_for_what_is_expected(self, filled: GrantedPlace) -> None:
        blobs = filled.open()
        blobs.expect(NAMES)
        with ThreadPoolExecutor(16) as pool:
            assert list(pool.map(blobs.get, NAMES)) == [name.encode() for name in NAMES]
        assert len(filled.wishes) == 1
        assert sorted(got(filled)[0]) == NAMES

    def test_are_used_again_until_their_time_is_nearly_over(self, filled: GrantedPlace) -> None:
        moment = [0.0]
        blobs = filled.open(ticks=lambda: moment[0])
        for moment[0] in (0, 300, 560):
            blobs.get(NAMES[0])
        assert len(filled.wishes) == 1
        moment[0] = 580
        blobs.get(NAMES[0])
        assert len(filled.wishes) == 2

    def test_are_counted_by_the_servers_clock(self, filled: GrantedPlace) -> None:
        blobs = filled.open(now=(datetime.now(UTC) + timedelta(days=1)).timestamp)
        blobs.get(NAMES[0])
        blobs.get(NAMES[0])
        assert len(filled.wishes) == 1

    def test_that_are_refused_are_renewed_once(self, filled: GrantedPlace) -> None:
        blobs = filled.open()
        blobs.get(NAMES[0])
        filled.server.order({"fault": "status", "status": 403, "code": "AccessDenied", "times": 1})
        assert blobs.get(NAMES[0]) == NAMES[0].encode()
        assert len(filled.wishes) == 2
        filled.server.order({"fault": "status", "status": 403, "code": "AccessDenied"})
        with pytest.raises(StoreRefused):
            blobs.get(NAMES[0])
        assert len(filled.wishes) == 3

    def test_of_others_don_t_fail_with_one_that_is_refused(self, filled: GrantedPlace) -> None:
        filled.refused = {NAMES[1]}
        blobs = filled.open()
        blobs.expect(NAMES[:3])
        assert blobs.get(NAMES[0]) == NAMES[0].encode()
        with pytest.raises(StoreRefused, match="no name"):
            blobs.get(NAMES[1])

    def test_are_for_the_size_that_was_said(self, filled: GrantedPlace) -> None:
        filled.open().put("index/a", [b"12", b"345"])
        [wish] = filled.wishes
        assert wish["put"] == [["index/a", 5]]
        assert filled.file("index/a").read_bytes() == b"12345"

    def test_are_for_the_checksum_that_was_said_where_the_store_counts_it(self, filled: GrantedPlace) -> None:
        blobs = filled.open()
        blobs.put("index/a", [b"12345"])
        assert filled.wishes[-1]["checksums"]["index/a"] == "=".join(checksum.of([b"12345"]))
        filled.server.order({"fault": "status", "status": 501, "code": "NotImplemented", "times": 1})
        blobs.put("index/b", [b"12345"])
        blobs.put("index/c", [b"12345"])
        assert ["checksums" in wish for wish in filled.wishes] == [True, True, False, False]
        assert filled.file("index/b").read_bytes() == b"12345"

    def test_are_of_no_use_where_the_store_can_not_keep_what_stands(self, filled: GrantedPlace) -> None:
        filled.server.order({"fault": "status", "status": 501, "code": "NotImplemented", "call": "PUT"})
        with pytest.raises(StoreRefused, match="If-None-Match") as refused:
            filled.open().put("config", [b"{}"])
        assert "snapshots_store" in refused.value.hint


class TestAGrant:
    def test_that_is_over_says_so_without_its_token(self, filled: GrantedPlace) -> None:
        blobs = filled.open(token="dsg_another")
        for act in (lambda: blobs.get(NAMES[0]), lambda: list(blobs.list("")), lambda: blobs.put("a", [b""])):
            with pytest.raises(StoreRefused, match="over") as error:
                act()
            assert error.value.hint == "Start another."
            assert "dsg_another" not in repr(error.value) + blobs.address

    @pytest.mark.parametrize("token", ["", "a\r\nb", "ä"])
    def test_that_is_none_is_refused_at_once(self, token: str) -> None:
        from dumont.snapstore.blobs.granted import GrantedBlobs

        with pytest.raises(BadRequest):
            GrantedBlobs("https://server.test", token)

    def test_never_puts_its_token_into_an_address(self, filled: GrantedPlace) -> None:
        seen = filled.lend({"get": [NAMES[0]]})
        assert seen
        assert TOKEN not in str(seen)


class TestObjects:
    def test_that_stand_are_not_written_over(self, filled: GrantedPlace) -> None:
        filled.server.order({"fault": "status", "status": 412, "code": "PreconditionFailed", "call": "PUT"})
        with pytest.raises(Exists):
            filled.open().put("config", [b"{}"])

    def test_that_arrived_are_there_though_the_answer_was_lost(self, filled: GrantedPlace) -> None:
        filled.server.order({"fault": "drop_after", "call": "PUT", "times": 1})
        blobs, parts = filled.open(), [b"first ", bytes(5 << 20)]
        blobs.put("packs/new", parts)
        assert blobs.get("packs/new") == b"".join(parts)
        assert len([wish for wish in filled.wishes if "put" in wish]) == 2

    def test_that_differ_are_not_taken_for_ours(self, filled: GrantedPlace) -> None:
        blobs = filled.open()
        blobs.put("packs/new", [b"as it was"])
        for other in (b"as it is!", b"longer than before"):
            with pytest.raises(Exists):
                blobs.put("packs/new", [other])
        assert blobs.get("packs/new") == b"as it was"

    def test_wait_for_another_writer_of_the_same(self, filled: GrantedPlace) -> None:
        busy = {"fault": "status", "status": 409, "code": "ConditionalRequestConflict", "call": "PUT", "times": 2}
        filled.server.order(busy)
        blobs = filled.open()
        blobs.put("packs/new", [b"x"])
        assert blobs.get("packs/new") == b"x"

    def test_that_are_gone_are_missing(self, filled: GrantedPlace) -> None:
        blobs = filled.open()
        assert blobs.find("packs/none") is None
        with pytest.raises(Missing):
            blobs.get("packs/none")

    def test_survive_failures_of_the_store(self, filled: GrantedPlace) -> None:
        blobs = filled.open()
        for fault in ({"fault": "reset"}, {"fault": "status", "status": 503}, {"fault": "truncate"}):
            filled.server.order({**fault, "times": 2})
            assert blobs.get(NAMES[0]) == NAMES[0].encode()


class TestConfig:
    @pytest.mark.parametrize("passphrase", [None, "correct horse"])
    def test_is_told_to_be_that_of_an_encrypted_repository(
        self, granted_place: GrantedPlace, passphrase: str | None
    ) -> None:
        """So that a server whose machines have no passphrase can refuse it."""
        create(granted_place.open(), passphrase)
        (wish,) = (each for each in granted_place.wishes if each.get("put"))
        assert wish.get("sealed", False) == (passphrase is not None)
