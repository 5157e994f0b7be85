"""The verbs of those who operate the system, against a real server and worker."""

from dumont.client.jobs import ENDED
from tests.build.accounts import PASSWORD
from tests.cli.conftest import ADA, BOB
from tests.cli.terminal import Terminal

UNKNOWN = "00000000-0000-7000-8000-000000000000"


def finished_job(ada: Terminal) -> str:
    job = ada.does("schedules", "run", "accounts.prune", "-q").out.strip()
    ada.does("jobs", "watch", job)
    return job


class TestJobs:
    def test_watches_a_job_to_its_end(self, ada: Terminal) -> None:
        job = ada.does("schedules", "run", "accounts.prune", "--json").json
        watched = ada.does("jobs", "watch", job["id"], "--json")
        assert watched.json["state"] == "succeeded"
        assert watched.json["id"] == job["id"]

    def test_lists_by_state_and_name(self, ada: Terminal) -> None:
        job = finished_job(ada)
        found = ada.does("jobs", "ls", "--state", "succeeded", "--name", "accounts.prune", "--json").json
        assert job in [item["id"] for item in found["items"]]
        assert {item["name"] for item in found["items"]} == {"accounts.prune"}
        assert ada.does("jobs", "ls", "--state", "failed", "--name", "accounts.prune", "-q").out == ""

    def test_pages_on_until_it_has_what_was_asked_for(self, ada: Terminal) -> None:
        for _ in range(3):
            finished_job(ada)
        everything = ada.does("jobs", "ls", "--all", "-q").lines
        assert len(everything) >= 3
        assert len(set(everything)) == len(everything)
        first = ada.does("jobs", "ls", "-n", "1", "--json").json
        assert len(first["items"]) == 1
        assert first["next_cursor"] is not None
        assert "--all" in ada.does("jobs", "ls", "-n", "1").err

    def test_shows_one(self, ada: Terminal) -> None:
        job = finished_job(ada)
        assert ada.does("jobs", "show", job, "--json").json["state"] in ENDED
        assert "succeeded" in ada.does("jobs", "show", job).out

    def test_refuses_to_retry_what_succeeded(self, ada: Terminal) -> None:
        answer = ada.run("jobs", "retry", finished_job(ada))
        assert answer.code == 6
        assert len(answer.err.splitlines()) == 2

    def test_refuses_to_cancel_what_has_ended(self, ada: Terminal) -> None:
        assert ada.run("jobs", "cancel", finished_job(ada), "--yes").code == 6

    def test_does_not_find_what_is_not_there(self, ada: Terminal) -> None:
        for words in (("show", UNKNOWN), ("watch", UNKNOWN), ("retry", UNKNOWN), ("cancel", UNKNOWN, "-y")):
            assert ada.run("jobs", *words).code == 5

    def test_is_not_for_everybody(self, bob: Terminal) -> None:
        answer = bob.run("jobs", "ls")
        assert answer.code == 4
        assert "jobs:read" in answer.err


class TestSchedulesAndWorkers:
    def test_lists_schedules_by_name(self, ada: Terminal) -> None:
        names = ada.does("schedules", "ls", "-q").lines
        assert names == sorted(names)
        assert "accounts.prune" in names
        assert {"name", "cron", "next_at"} <= set(ada.does("schedules", "ls", "--json").json["items"][0])
        assert "accounts.prune" in ada.does("schedules", "ls").out

    def test_does_not_find_an_unknown_schedule(self, ada: Terminal) -> None:
        assert ada.run("schedules", "run", "no.such").code == 5

    def test_lists_the_worker_that_runs(self, ada: Terminal) -> None:
        found = ada.does("workers", "--json").json["items"]
        assert len(found) == 1
        assert str(found[0]["pid"]) in ada.does("workers").out


class TestUsers:
    def test_finds_people(self, ada: Terminal) -> None:
        assert {user["email"] for user in ada.does("users", "ls", "--json").json["items"]} >= {ADA, BOB}
        assert [user["email"] for user in ada.does("users", "ls", "--role", "admin", "--json").json["items"]] == [ADA]
        assert ada.does("users", "show", BOB, "-q").out.strip() in ada.does("users", "ls", "-s", "bob", "-q").lines

    def test_says_who_is_unknown(self, ada: Terminal) -> None:
        answer = ada.run("users", "show", "nobody@example.com")
        assert answer.code == 5
        assert "nobody@example.com" in answer.err

    def test_changes_a_role_and_back(self, ada: Terminal, bob: Terminal) -> None:
        assert ada.does("users", "role", BOB, "operator", "--json").json["role"] == "operator"
        assert bob.does("whoami", "--json").json["role"] == "operator"
        ada.does("users", "role", BOB, "user")

    def test_shuts_out_and_lets_in(self, ada: Terminal, nobody: Terminal) -> None:
        email = "carol@example.com"
        nobody.does("signup", "--email", email, "--name", "Carol", "--password-stdin", given=PASSWORD)
        assert ada.run("users", "disable", email).code == 2  # not without a yes
        assert "disabled" in ada.does("users", "disable", email, "--yes").out
        assert nobody.run("whoami").code == 3
        assert ada.does("users", "enable", email, "--json").json["disabled"] is False
        nobody.does("login", "--email", email, "--password-stdin", given=PASSWORD)
        ada.does("users", "sign-out", email, "--yes")
        assert nobody.run("whoami").code == 3

    def test_hands_out_a_link_for_a_new_password(self, ada: Terminal) -> None:
        link = ada.does("users", "reset-link", BOB, "-q").out
        assert link.startswith("http")
        assert "/reset-password#token=" in link

    def test_is_for_administrators(self, bob: Terminal) -> None:
        assert bob.run("users", "ls").code == 4
