"""Words of clouds that take machines away, told by servers that speak as theirs do."""

import json
import threading
from collections.abc import Callable

import pytest

from dumont.agent.notices import Aws, Gcp, GivenUp, Notices, Said, Vast
from tests.agent.cloud import Cloud
from tests.agent.conftest import Agent
from tests.agent.fleet import Fleet


class TestAws:
    def test_tells_of_an_interruption_and_of_advice(self, cloud: Cloud) -> None:
        cloud.needs = ("X-aws-ec2-metadata-token", "one")
        cloud.answers["/latest/api/token"] = (200, "one")
        aws = Aws(cloud.url)
        assert list(aws.look()) == []
        ends = "2026-11-21T10:22:00Z"
        action, advice = {"action": "terminate", "time": ends}, {"noticeTime": "2026-11-21T10:00:00Z"}
        cloud.answers["/latest/meta-data/spot/instance-action"] = (200, json.dumps(action))
        cloud.answers["/latest/meta-data/events/recommendations/rebalance"] = (200, json.dumps(advice))
        assert list(aws.look()) == [
            Said(f"terminate-{ends}", ends),
            Said("rebalance-2026-11-21T10:00:00Z", None),
        ]
        assert cloud.asked.count("PUT /latest/api/token") == 1

    def test_takes_a_new_token_when_the_old_one_is_over(self, cloud: Cloud) -> None:
        cloud.needs = ("X-aws-ec2-metadata-token", "one")
        cloud.answers["/latest/api/token"] = (200, "one")
        aws = Aws(cloud.url)
        list(aws.look())
        cloud.needs = ("X-aws-ec2-metadata-token", "two")
        cloud.answers["/latest/api/token"] = (200, "two")
        cloud.answers["/latest/meta-data/spot/instance-action"] = (200, '{"action": "stop", "time": "soon"}')
        assert list(aws.look()) == [Said("stop-soon", "soon")]


class TestGcp:
    def test_tells_of_preemption_and_of_an_end_by_maintenance(self, cloud: Cloud) -> None:
        cloud.needs = ("Metadata-Flavor", "Google")
        path = "/computeMetadata/v1/instance/"
        cloud.answers |= {f"{path}preempted": (200, "FALSE"), f"{path}maintenance-event": (200, "NONE")}
        assert list(Gcp(cloud.url).look()) == []
        cloud.answers |= {f"{path}preempted": (200, "TRUE\n")}
        cloud.answers |= {f"{path}maintenance-event": (200, "TERMINATE_ON_HOST_MAINTENANCE")}
        assert [said.what for said in Gcp(cloud.url).look()] == ["preempted", "terminate-on-host-maintenance"]


class TestVast:
    PATH = "/api/v0/instances/7/?owner=me"

    def test_tells_of_a_planned_stop_and_of_the_contracts_end(self, cloud: Cloud) -> None:
        cloud.needs = ("authorization", "Bearer narrow")
        vast = Vast("7", "narrow", lambda: 1_000_000.0, cloud.url)
        cloud.answers[self.PATH] = (200, json.dumps({"instances": {"intended_status": "running", "end_date": 2e6}}))
        assert list(vast.look()) == []
        cloud.answers[self.PATH] = (
            200,
            json.dumps({"instances": {"intended_status": "stopped", "end_date": 1000600.0}}),
        )
        assert list(vast.look()) == [
            Said("stopping", None),
            Said("contract-ends-1000600", "1970-01-12T13:56:40.000000Z"),
        ]

    @pytest.mark.parametrize("clock", [0.0, 4e9])
    def test_tells_of_the_contracts_end_by_the_clouds_clock(self, cloud: Cloud, clock: float) -> None:
        cloud.date = "Mon, 12 Jan 1970 13:46:40 GMT"  # a million
        vast = Vast("7", "narrow", lambda: clock, cloud.url)
        cloud.answers[self.PATH] = (200, json.dumps({"instances": {"end_date": 2e6}}))
        assert list(vast.look()) == []
        cloud.answers[self.PATH] = (200, json.dumps({"instances": {"end_date": 1000600}}))
        assert [said.what for said in vast.look()] == ["contract-ends-1000600"]

    def test_is_not_asked_again_when_the_key_may_not_ask(self, cloud: Cloud) -> None:
        cloud.needs = ("authorization", "Bearer another")
        with pytest.raises(GivenUp):
            list(Vast("7", "narrow", lambda: 0.0, cloud.url).look())


class TestNotices:
    def test_tell_each_thing_once_and_at_once(self) -> None:
        told: list[int] = []
        notices = Notices(lambda: told.append(1))
        assert [notices.take("aws", Said("stop-soon", "soon")) for _ in range(3)] == [True, False, False]
        assert len(told) == 1
        heard = notices.heard()
        assert [(notice["id"], notice["source"], notice["ends_at"]) for notice in heard] == [
            ("aws-stop-soon", "aws", "soon")
        ]

    def test_are_looked_for_until_they_come(self, cloud: Cloud) -> None:
        over, heard = threading.Event(), threading.Event()
        notices = Notices(heard.set)
        thread = notices.watch("gcp", Gcp(cloud.url).look, 0.01, over)
        cloud.answers["/computeMetadata/v1/instance/preempted"] = (200, "TRUE")
        assert heard.wait(60)
        over.set()
        thread.join()

    def test_are_no_longer_looked_for_where_there_are_none(self, cloud: Cloud) -> None:
        cloud.needs = ("authorization", "nobody")
        thread = Notices(lambda: None).watch(
            "vast", Vast("7", "k", lambda: 0.0, cloud.url).look, 0.01, threading.Event()
        )
        thread.join(60)
        assert not thread.is_alive()


class TestAgent:
    def test_saves_what_changed_when_the_cloud_says_that_it_takes_the_machine(
        self, fleet: Fleet, cloud: Cloud, make_agent: Callable[..., Agent]
    ) -> None:
        agent = make_agent()
        (agent.workspace / "work").write_text("done")
        granted = fleet.grant("dsg_a", "snapshot")
        fleet.deadman = {"snapshot": {**granted, "path": str(agent.workspace)}, "stop": None}
        cloud.answers["/api/v0/instances/7/?owner=me"] = (200, '{"instances": {"next_state": "stopped"}}')
        agent.start({"CONTAINER_ID": "7", "CONTAINER_API_KEY": "narrow", "DUMONT_AGENT_CLOUDS": f"vast={cloud.url}"})
        fleet.until(lambda: ("dsg_a", "complete") in fleet.reports)
        assert [notice["id"] for notice in fleet.calls[-1]["notices"]] == ["vast-stopping"]
