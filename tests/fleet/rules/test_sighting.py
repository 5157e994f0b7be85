"""What a list changes of what is known, whose machines it holds, and what its silence is worth."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from dumont.fleet.rules import proof
from dumont.fleet.rules.labels import label_of, rental_in
from dumont.fleet.rules.matching import match, unlabelled
from dumont.fleet.rules.sighting import Facts, Known, Turned, missing, seen, stage_of
from dumont.providers.port import Address, Machine

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
HERE = "0a1b2c3d"
DOOR = Address("203.0.113.7", 40022)
KEPT_DOOR = {"host": "203.0.113.7", "port": 40022, "user": "root", "direct": True}


def known(**given: Any) -> Known:
    """Ready for an hour."""
    long_ago = NOW - timedelta(hours=1)
    values: dict[str, Any] = dict.fromkeys(Known._fields)
    values |= {"id": uuid4(), "instance_id": uuid4(), "account_id": UUID(int=1), "stage": "ready", "wanted": "held"}
    values |= {"provider_machine_id": "m1", "absences": 0, "addresses": [KEPT_DOOR], "seen_state": "running"}
    values |= {"raw_state": "up", "attempted_at": long_ago, "accepted_at": long_ago, "running_at": long_ago}
    values |= {"ssh_at": long_ago, "seen_at": NOW - timedelta(seconds=60), "price_hour": Decimal("0.4")}
    return Known(**(values | given))


def machine(**given: Any) -> Machine:
    return Machine(**({"id": "m1", "state": "running", "raw_state": "up", "addresses": (DOOR,)} | given))


class TestSeen:
    def test_says_nothing_twice(self) -> None:
        assert seen(known(), machine(), NOW) is None
        assert seen(known(), machine(compute_hour=Decimal("0.4000000004")), NOW) is None

    @pytest.mark.parametrize(
        ("rental", "there"),
        [
            (known(provider_machine_id=None, stage="creating", seen_state=None), machine()),
            (known(), machine(state="failed")),
            (known(), machine(state="unknown")),
            (known(stage="running", ssh_at=None, agent_at=NOW), machine()),
            (known(), machine(compute_hour=Decimal("0.5"))),
        ],
        ids=["adopted", "failed", "unknown", "heard meanwhile", "dearer"],
    )
    def test_tells_of_another_state(self, rental: Known, there: Machine) -> None:
        assert isinstance(seen(rental, there, NOW), Turned)

    def test_knocks_where_there_is_a_new_door(self) -> None:
        found = seen(known(stage="running", ssh_at=None, addresses=[]), machine(), NOW)
        assert isinstance(found, Facts)
        assert found.reachable

    def test_is_written_once_when_the_agent_is_silent(self) -> None:
        """Who asks the cloud what has become of the machine waits for that."""
        silent = known(beat_at=NOW - timedelta(seconds=35), seen_at=NOW - timedelta(seconds=6))
        found = seen(silent, machine(), NOW, 30)
        assert isinstance(found, Facts)
        assert found.seen_at == NOW
        assert seen(silent._replace(seen_at=NOW), machine(), NOW + timedelta(seconds=60), 30) is None
        assert seen(silent._replace(beat_at=NOW), machine(), NOW, 30) is None

    def test_keeps_the_doors_that_a_cloud_no_longer_tells(self) -> None:
        found = seen(known(raw_state="other"), machine(addresses=()), NOW)
        assert isinstance(found, Facts)
        assert found.addresses == [KEPT_DOOR]

    def test_forgets_that_it_was_missing(self) -> None:
        found = seen(known(absences=1, absent_since=NOW), machine(), NOW)
        assert isinstance(found, Facts)
        assert (found.absences, found.absent_since) == (0, None)

    def test_is_always_written_of_what_ends(self) -> None:
        """Until when it costs depends on it."""
        assert isinstance(seen(known(stage="ending"), machine(), NOW), Facts)

    def test_believes_no_sleep_of_what_was_just_started(self) -> None:
        assert seen(known(stage="booting", ssh_at=None, seen_state="booting"), machine(state="stopped"), NOW) is None


class TestStage:
    @pytest.mark.parametrize(
        ("rental", "state", "expected"),
        [
            (known(stage="intended"), "booting", "booting"),
            (known(stage="creating"), "booting", "booting"),
            (known(stage="booting", ssh_at=None), "running", "running"),
            (known(stage="booting"), "running", "ready"),
            (known(stage="ready"), "stopped", "stopped"),
            (known(stage="stopped"), "running", "ready"),
            (known(stage="stopped", wanted="stopped"), "running", "stopped"),
            (known(stage="booting", running_at=None), "stopped", "booting"),
            (known(stage="ending"), "running", "ending"),
        ],
    )
    def test_follows_what_is_seen(self, rental: Known, state: str, expected: str) -> None:
        assert stage_of(rental, state) == expected


class TestMissing:
    @pytest.mark.parametrize(
        ("rental", "seconds"),
        [
            (known(), -60),
            (known(end_asked_at=NOW), 0),
            (known(beat_at=NOW), 0),
            (known(seen_at=None, accepted_at=NOW), proof.LIST_LAG_SECONDS),
            (known(accepted_at=None, provider_machine_id=None, settle_at=NOW), 0),
        ],
        ids=["seen", "end asked for", "heartbeat", "just made", "in doubt"],
    )
    def test_counts_only_in_lists_begun_after_the_last_sign_of_life(self, rental: Known, seconds: float) -> None:
        sign = NOW + timedelta(seconds=seconds)
        assert missing(rental, sign) is None
        found = missing(rental, sign + timedelta(seconds=1))
        assert found is not None
        assert found.absences == 1

    def test_counts_on_from_the_first_time(self) -> None:
        found = missing(known(absences=1, absent_since=NOW - timedelta(seconds=2)), NOW)
        assert found is not None
        assert (found.absences, found.absent_since) == (2, NOW - timedelta(seconds=2))

    def test_heeds_no_heartbeat_of_what_is_to_be_gone(self) -> None:
        """It would say who has the token, and no more."""
        assert missing(known(wanted="gone", beat_at=NOW + timedelta(hours=1)), NOW) is not None

    def test_says_nothing_of_what_was_never_tried(self) -> None:
        assert missing(known(attempted_at=None, accepted_at=None, provider_machine_id=None), NOW) is None

    def test_wants_a_witness_where_a_list_may_lie(self) -> None:
        asked = known(end_asked_at=NOW)
        assert proof.needs_witness(known(), listed=5)
        assert proof.needs_witness(asked, listed=0)
        assert not proof.needs_witness(asked, listed=5)


@dataclass(frozen=True)
class Labelled:
    rental: Known

    def machine(self, identity: str) -> Machine:
        return machine(id=identity, label=label_of(HERE, self.rental.id))


class TestMatch:
    def test_knows_a_machine_by_its_id_or_its_label(self) -> None:
        by_id, by_label = known(), known(provider_machine_id=None)
        there = [machine(), Labelled(by_label).machine("m2")]
        found = match(there, {each.id: each for each in (by_id, by_label)}, HERE)
        assert [(rental.id, each.id) for rental, each in found.held] == [(by_id.id, "m1"), (by_label.id, "m2")]

    def test_takes_a_second_machine_of_one_label_for_an_orphan(self) -> None:
        twice = Labelled(known(provider_machine_id=None))
        found = match([twice.machine("m2"), twice.machine("m3")], {twice.rental.id: twice.rental}, HERE)
        assert [each.machine.id for each in found.orphans] == ["m3"]

    def test_takes_what_has_ended_for_an_orphan(self) -> None:
        over = Labelled(known(stage="ended"))
        found = match([over.machine("m1")], {over.rental.id: over.rental}, HERE)
        assert [each.rental for each in found.orphans] == [over.rental]

    @pytest.mark.parametrize("label", [None, "", "box", f"dumont/other/{UUID(int=1)}", f"dumont/{HERE}/x"])
    def test_leaves_strangers_alone(self, label: str | None) -> None:
        found = match([machine(label=label)], {}, HERE)
        assert (found.orphans, len(found.strangers)) == ([], 1)

    def test_reads_its_own_labels_to_the_letter(self) -> None:
        identity = uuid4()
        assert rental_in(label_of(HERE, identity), HERE) == identity
        assert rental_in(label_of(HERE, identity)[:-1], HERE) is None
        assert rental_in(label_of(HERE, identity), None) is None
        assert len(label_of(HERE, identity)) <= 64


class TestUnlabelled:
    """For clouds that keep no label."""

    def lost(self) -> Known:
        return known(provider_machine_id=None, accepted_at=None, stage="creating", attempted_at=NOW, settle_at=NOW)

    def test_is_who_was_made_while_an_answer_was_lost(self) -> None:
        rental, there = self.lost(), machine(created_at=NOW + timedelta(seconds=3))
        older = machine(id="m0", created_at=NOW - timedelta(hours=1))
        assert unlabelled([older, there], [rental], NOW + timedelta(seconds=30)) == [(rental, there)]

    def test_is_nobody_while_the_call_may_still_answer(self) -> None:
        assert unlabelled([machine(created_at=NOW)], [self.lost()], NOW - timedelta(seconds=1)) == []

    def test_is_nobody_where_a_stranger_may_be_among_them(self) -> None:
        there = [machine(created_at=NOW), machine(id="m2", created_at=NOW)]
        assert unlabelled(there, [self.lost()], NOW + timedelta(seconds=30)) == []
