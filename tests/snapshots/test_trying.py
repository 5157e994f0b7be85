"""What the doctor says of the object store: by one on loopback that knows its conditions, or does not."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from dumont.platform.clock import SystemClock
from dumont.platform.settings import Settings
from dumont.simulators.s3.server import S3Server, serving
from dumont.snapshots.trying import try_store
from tests.ports import free_port

BUCKET = "snaps"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with serving(tmp_path_factory.mktemp("s3"), BUCKET) as server:
        yield server


@pytest.fixture
def given(settings: Settings, server: S3Server) -> Iterator[Settings]:
    keys = (SecretStr(server.key.access), SecretStr(server.key.secret))
    told = {"snapshots_store": f"s3://{BUCKET}/d", "snapshots_endpoint": server.url, "snapshots_region": "us-east-1"}
    yield settings.model_copy(update={**told, "snapshots_access_key": keys[0], "snapshots_secret_key": keys[1]})
    server.conditions.order([])


class TestTheStore:
    def test_is_good_where_nothing_is_written_over_and_nothing_is_left_there(
        self, given: Settings, server: S3Server
    ) -> None:
        trial = try_store(given, SystemClock())
        assert (trial.state, trial.mend) == ("ok", "")
        assert server.keys(BUCKET) == []

    @pytest.mark.parametrize(("status", "says"), [(501, "does not know If-None-Match"), (403, "403 AccessDenied")])
    def test_that_refuses_is_told_with_the_settings_to_look_at(
        self, given: Settings, server: S3Server, status: int, says: str
    ) -> None:
        server.order({"fault": "status", "status": status, "call": "PUT"})
        trial = try_store(given, SystemClock())
        assert (trial.state, says in trial.says, "snapshots_store" in trial.mend) == ("wrong", True, True)

    def test_that_writes_over_what_stands_is_found_out(
        self, given: Settings, server: S3Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("dumont.snapshots.lenders.ONCE", {})  # as good as a store that takes no notice
        trial = try_store(given, SystemClock())
        assert (trial.state, "takes no notice" in trial.says) == ("wrong", True)

    def test_that_is_away_is_told(self, given: Settings) -> None:
        away = given.model_copy(update={"snapshots_endpoint": f"http://127.0.0.1:{free_port()}"})
        assert "does not answer" in try_store(away, SystemClock()).says

    def test_in_a_folder_needs_no_trial(self, settings: Settings, tmp_path: Path) -> None:
        folder = settings.model_copy(update={"snapshots_store": tmp_path.as_uri()})
        assert try_store(folder, SystemClock()).state == "ok"
