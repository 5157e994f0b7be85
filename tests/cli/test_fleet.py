"""The fleet's verbs: an instance on a machine of this computer, from its launch to the proof that it costs nothing."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.fleet_house import ADA, BOB, MISSING, WORDS, Following, Person, keeping
from tests.conftest import DatabaseMaker
from tests.main.installation import until

needs_ssh = pytest.mark.skipif(bool(MISSING), reason=MISSING or "-")
BOX = "box"


@pytest.fixture(scope="module")
def house(make_database: DatabaseMaker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Person]]:
    with keeping(tmp_path_factory.mktemp("fleet"), make_database()) as opened:
        yield opened


@pytest.fixture(scope="module")
def ada(house: Callable[[str], Person]) -> Person:
    """Who is asked first is the administrator, and may rent machines of this computer."""
    person = house(ADA)
    until(lambda: person.does("offers", "--gpu", "gpu_count=0", "--provider", "local", "-q").lines)
    return person


@pytest.fixture(scope="module")
def bob(house: Callable[[str], Person], ada: Person) -> Person:
    return house(BOB)


@pytest.fixture(scope="module")
def box(ada: Person) -> str:
    """One instance that runs, of a task file that brings a folder; a test that changes its state leaves it running."""
    (ada.home / "work").mkdir()
    (ada.home / "work" / "brought.txt").write_text("brought\n")
    task = ada.home / "task.yaml"
    task.write_text("workdir: work\nsetup: tr a-z A-Z < brought.txt > loud.txt\nrun: echo begun\n")
    key = str(ada.key.with_suffix(".pub"))
    with ada.begins("launch", str(task), *WORDS[1:], "-c", BOX, "-y", "--ssh-key", key) as process:
        out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert out.splitlines()[-1].startswith("box  launch  done  in "), err
    assert "dumont ssh box" in err
    return BOX


@needs_ssh
class TestLaunch:
    def test_shows_the_plan_and_rents_nothing(self, ada: Person) -> None:
        shown = ada.does("launch", *WORDS, "-c", "plan", "--ttl", "6h", "-i", "3", "--down", "--dry-run")
        assert "local:" in shown.out
        assert "an hour" in shown.err
        plan = ada.does("launch", *WORDS, "--dry-run", "--json").json
        assert plan["can_launch"] is True
        assert plan["items"] == plan["candidates"]
        assert ada.state("plan") == "destroyed"

    def test_wants_a_key_where_nothing_else_is_to_run(self, ada: Person) -> None:
        ada.key.with_suffix(".pub").rename(ada.home / "kept")
        try:
            answer = ada.run("launch", *WORDS, "-c", "shut", "-y")
            assert (answer.code, "ssh-keygen -t ed25519" in answer.err) == (2, True)
            assert ada.state("shut") == "destroyed"
            assert ada.does("launch", *WORDS, "--dry-run", "--json").json["can_launch"] is True
        finally:
            (ada.home / "kept").rename(ada.key.with_suffix(".pub"))

    def test_wants_somebody_to_agree(self, ada: Person) -> None:
        answer = ada.run("launch", *WORDS, "-c", "unasked")
        assert answer.code == 2
        assert "--yes" in answer.err
        assert ada.state("unasked") == "destroyed"

    @pytest.mark.parametrize(
        ("words", "code", "field"),
        [
            (("--max-price", "cheap"), 2, "max_price_hour"),
            (("-c", "No Name"), 2, "name"),
            (("--ttl", "soon"), 2, "--ttl"),
            (("--env", "HF_HOME"), 2, "--env"),
            (("--ssh-key", "/no/such.pub"), 2, "--ssh-key"),
            (("--parallel", "50"), 2, "--parallel"),
            (("--port", "70000"), 2, "ports"),
        ],
    )
    def test_says_in_a_sentence_which_field_is_wrong(
        self, ada: Person, words: tuple[str, ...], code: int, field: str
    ) -> None:
        answer = ada.run("launch", *WORDS, *words, "--dry-run")
        assert answer.code == code
        assert field in answer.err
        assert "Traceback" not in answer.err

    def test_says_that_nothing_ends_without_a_time(self, ada: Person) -> None:
        answer = ada.run("launch", *WORDS, "-i", "3", "--down", "--dry-run")
        assert (answer.code, "--ttl" in answer.err) == (2, True)

    def test_sets_up_what_the_file_says_before_a_run_of_ones_own(self, ada: Person, tmp_path: Path) -> None:
        task = tmp_path / "task.yaml"
        task.write_text("setup: pip install x\nrun: python a.py\n")
        shown = ada.does("launch", str(task), "--curl", "--", "python", "b.py").out
        assert ("pip install x" in shown, "python b.py" in shown, "python a.py" in shown) == (True, True, False)

    def test_refuses_who_may_not_rent_here(self, bob: Person) -> None:
        answer = bob.run("launch", *WORDS, "-y")
        assert answer.code != 0
        assert answer.err.startswith("dumont: ")

    def test_is_a_call_that_can_be_pasted(self, ada: Person) -> None:
        shown = ada.does("launch", *WORDS, "-c", "x", "--env", "A=b", "--curl", "--", "python", "train.py", "-v", "a b")
        body = json.loads(shown.out.split("-d ")[1].strip("'\n").replace("'\"'\"'", "'"))
        assert (body["onstart"], body["run"]) == ("", "python train.py -v 'a b'")
        assert body["filters"] == {"q": "gpu_count=0", "provider": ["local"]}
        assert body["ssh_keys"] == [ada.key.with_suffix(".pub").read_text().strip()]
        assert "$DUMONT_TOKEN" in shown.out


@needs_ssh
class TestLooking:
    def test_lists_names_states_and_money(self, ada: Person, box: str) -> None:
        row = next(line for line in ada.does("ls").lines if line.startswith(f"{box} "))
        assert "running" in row
        assert "0.36" in row
        identity = ada.does("show", box, "--json").json["id"]
        assert identity in ada.does("ls", "-q").lines
        assert identity in ada.does("ls", "-q", "--state", "failed", "--state", ada.state(box)).lines
        assert identity not in ada.does("ls", "-q", "--state", "failed", "--state", "destroyed").lines
        assert "is none of launching, running" in ada.run("ls", "--state", "nope").err
        found = ada.does("ls", "--json").json
        assert set(found) == {"items", "next_cursor"}

    def test_shows_one_by_name_and_by_id(self, ada: Person, box: str) -> None:
        found = ada.does("show", box, "--json").json
        assert (found["name"], found["state"]) == (box, "running")
        shown = ada.does("show", found["id"]).out
        assert "ssh -o HostKeyAlias=" in shown
        assert found["id"] in shown

    def test_shows_what_was_written_on_the_machine(self, ada: Person, box: str) -> None:
        own = ada.does("logs", box, "--source", "agent", "--tail", "400").out
        assert "The agent" in own
        assert "dag_" not in own.replace("dag_***", "")
        with ada.begins("logs", box, "-f", "--source", "agent", "--json") as process:
            assert process.stdout is not None
            assert json.loads(process.stdout.readline())["live"] is True
            process.terminate()
        refused = ada.run("logs", box, "--source", "agent", "--tail", "0")
        assert refused.code == 2

    def test_finds_nothing_under_a_name_that_is_not_there(self, ada: Person, bob: Person, box: str) -> None:
        for person, name in ((ada, "nobody"), (ada, "n" * 60), (bob, box)):
            answer = person.run("show", name)
            assert answer.code == 5
            assert f"There is no instance {name}." in answer.err

    def test_calls_all_that_was_meant_with_curl(self, ada: Person, box: str) -> None:
        """And nothing is changed by that, nor any call shown that was only to look."""
        twice, other = ("--wake", "0 8 * * *", "--hibernate", "0 20 * * *"), ada.does("show", box, "--json").json["id"]
        assert "-X PUT" in ada.does("budget", "--day", "5", "--curl").out
        assert "-X PATCH" in ada.does("autostop", box, "-i", "3", "--curl").out
        assert ada.does("schedule", box, *twice, "--curl").out.count("-X POST") == 2
        assert ada.does("hibernate", box, other, "-y", "--curl").out.count("/hibernate") == 2
        assert ada.state(box) == "running"

    def test_tells_why_it_does_not_sleep(self, ada: Person, box: str) -> None:
        found = ada.does("why-awake", box, "--json").json
        assert found["items"] == found["signals"]
        shown = ada.does("why-awake", box)
        assert found["signals"][0]["signal"] in shown.out
        assert shown.err.strip()

    def test_tells_what_costs_now(self, ada: Person, box: str) -> None:
        found = ada.does("rentals", "--json").json
        assert box in {each["instance_name"] for each in found["items"]}
        assert found["totals"]["machines"] >= 1
        assert "an hour" in ada.does("rentals").err

    def test_answers_to_the_names_that_others_use(self, ada: Person, box: str) -> None:
        (identity,) = ada.does("status", box, "-q").lines
        assert identity in ada.does("ps", "-q").lines
        assert box in ada.does("status").out
        found = ada.does("cost-report", "--json").json
        assert {each["instance_name"] for each in found["rentals"]["items"]} >= {box}
        assert "Saved $" in ada.does("cost-report").err
        assert ada.does("check", "local", "-q").lines == ["local"]


@needs_ssh
class TestChanging:
    def test_says_when_it_sleeps(self, ada: Person, box: str) -> None:
        changed = ada.does("autostop", box, "-i", "30")
        assert "sleeps after 30 idle minutes" in changed.err
        assert ada.does("show", box, "--json").json["hibernation_own"]["idle_seconds"] == 1800
        assert ada.does("autostop", box, "--cancel", "--json").json["name"] == box
        assert ada.does("show", box, "--json").json["hibernation_own"]["enabled"] is False
        assert "never sleeps by itself" in ada.does("autostop", box).err, "to ask changes nothing"
        assert "sleeps after 30 idle minutes" in ada.does("autostop", box, "--on").err, "its own time stays"
        assert ada.run("autostop", box, "--cancel", "--on").code == 2
        assert ada.does("autostop", box, "--cancel", "-q").lines == ada.does("show", box, "-q").lines

    def test_is_kept_awake_and_let_go(self, ada: Person, box: str) -> None:
        assert "is kept awake until 20" in ada.does("keep-awake", box, "4h").err
        assert ada.does("show", box, "--json").json["keep_awake_until"]
        assert "may sleep again" in ada.does("keep-awake", box, "0s").err
        assert ada.run("keep-awake", box, "4 hours").code == 2

    def test_has_a_deadline_and_tells_how_far_it_is(self, ada: Person, box: str) -> None:
        found = ada.does("show", box, "--json").json
        by = (datetime.fromisoformat(found["created_at"]) + timedelta(hours=3)).isoformat()
        assert "0.0 of 2 h by 20" in ada.does("deadline", box, by, "--work-hours", "2").out
        assert "0.5 of 2 h" in ada.does("progress", box, "0.5").out
        assert "finished" in ada.does("progress", box, "--finished").out
        assert ada.does("show", box, "--json").json["wanted"]["spot"] is True
        assert ada.does("deadline", box, "--cancel", "--json").json["course"] is None
        assert ada.does("show", box, "--json").json["wanted"]["spot"] is False, "as it was before"
        assert ada.run("deadline", box).code == 2

    def test_wakes_and_sleeps_by_the_clock(self, ada: Person, box: str) -> None:
        ada.does("schedule", box, "--wake", "0 8 * * 1-5", "--timezone", "Europe/Berlin")
        both = ada.does("schedule", box, "--hibernate", "2099-01-01T20:00Z", "--json").json["items"]
        assert [(each["action"], each["cron"], bool(each["at"])) for each in both] == [
            ("wake", "0 8 * * 1-5", False),
            ("hibernate", None, True),
        ]
        ids = [each["id"] for each in both]
        refused = ada.run("schedule", box, "--clear", "--wake", "0 9 * * *", "--hibernate", "0 25 * * *")
        assert (refused.code, ada.does("schedule", box, "-q").lines) == (2, ids)
        one = ada.does("schedule", box, "--rm", both[0]["id"], "-q").lines
        assert one == [both[1]["id"]]
        assert ada.does("schedule", box, "--clear", "--json").json == {"items": []}
        wrong = ada.run("schedule", box, "--wake", "at eight")
        assert (wrong.code, "at" in wrong.err) == (2, True)

    def test_has_no_standby_that_nobody_asked_for(self, ada: Person, box: str) -> None:
        assert ada.does("standby", "off", box, "-q").lines == ada.does("show", box, "-q").lines
        assert "usual" in ada.does("standby", "ls", "--json").json
        answer = ada.run("standby", "test", box)
        assert (answer.code, answer.err.startswith("dumont: ")) == (6, True)

    def test_may_spend_what_is_said(self, ada: Person) -> None:
        assert "of $25.00" in ada.does("budget", "--day", "25").out
        assert ada.does("budget", "--month", "400", "--json").json["per_day"].startswith("25")
        assert "no limit" in ada.does("budget", "--day", "none", "--month", "none").out
        assert ada.run("budget", "--day", "much").code == 2

    def test_may_spend_and_launch_for_a_team(self, ada: Person) -> None:
        team = ada.does("teams", "create", "Research", "-q").out.strip()
        assert "of $7.00" in ada.does("budget", "--day", "7", "--team", "Research").out
        assert "of $7.00" in ada.does("budget", "--team", team).out
        assert "no limit" in ada.does("budget").out
        refused = ada.run("budget", "--team", "Sales")
        assert (refused.code, "no team Sales" in refused.err) == (5, True)
        assert f'"team_id": "{team}"' in ada.does("launch", *WORDS, "--team", "Research", "--curl").out


@needs_ssh
class TestSsh:
    def test_runs_a_command_there(self, ada: Person, box: str) -> None:
        quietly = ("-i", str(ada.key), "-o", "BatchMode=yes", "-o", "LogLevel=ERROR")
        told = "until [ -s loud.txt ]; do sleep 0.1; done; cat loud.txt"
        with ada.begins("ssh", box, *quietly, told) as process:
            out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        assert out == "BROUGHT\n"

    @pytest.mark.parametrize("words", [("--curl", BOX, "df", "-h"), (BOX, "--curl", "nvidia-smi", "-q", "--json")])
    def test_leaves_the_options_of_a_command_to_it(self, ada: Person, box: str, words: tuple[str, ...]) -> None:
        assert box == BOX
        assert "/connect" in ada.does("ssh", *words).out

    def test_tells_where_it_is(self, ada: Person, box: str) -> None:
        assert ada.does("ssh", box, "--json").json["name"] == box
        assert "works now" in ada.does("ssh", box, "--config").err
        assert (ada.ssh / "dumont.d" / "box.conf").exists()


@needs_ssh
class TestLife:
    def test_sleeps_wakes_and_is_watched(self, ada: Person, box: str) -> None:
        with Following(ada.begins("events", box, "-w")) as watch:
            watch.until("running")
            slept = ada.does("hibernate", "-", given=f"{box}\n")
            assert slept.lines[-1].startswith("box  hibernate  done  in ")
            assert "box: hibernate destroying" in slept.err  # others may be over between two looks
            assert ada.run("ssh", box).code == 6
            assert ada.does("start", box, "--json").json["state"] == "done"
            watch.until("hibernated")
            assert watch.interrupt() == 130
        assert ada.state(box) == "running"
        past = ada.does("events", box, "--json").json["items"]
        assert {"running", "hibernated"} <= {each["to_state"] for each in past}
        slept_once = ada.does("savings", "--explain", "--json").json
        assert [row["why"] for row in slept_once["explained"]]
        assert "Saved $" in ada.does("savings", "--explain").err

    def test_goes_with_proof(self, ada: Person) -> None:
        ada.launches("gone", "--no-wait", "-q")
        assert "--yes" in ada.run("down", "gone").err
        proof = ada.does("rm", "-", "--yes", "--purge", "--json", given="gone\ngone\n").json  # told of once
        assert (proof["name"], proof["keep_snapshot"]) == ("gone", False)
        until(lambda: "gone" not in {each["instance_name"] for each in ada.does("rentals", "--json").json["items"]})

    def test_of_several_is_one_document_a_line(self, ada: Person) -> None:
        ada.launches("other", "--no-wait", "-q")
        proofs = ada.run("rm", "other", "nix", "--yes", "--purge", "--json")
        assert [json.loads(line)["name"] for line in proofs.out.splitlines()] == ["other"]

    def test_names_each_that_is_not_there(self, ada: Person, box: str) -> None:
        refused = ada.run("hibernate", box, "--without-unread")
        assert (refused.code, "told before" in refused.err) == (6, True)
        answer = ada.run("pause", "nobody", "noone", "--no-wait")
        assert answer.code == 5
        assert answer.err.count("There is no instance") == 2
        told = [json.loads(line) for line in ada.run("pause", "nobody", "noone", "--json").err.splitlines()]
        assert [(one["of"], one["code"]) for one in told] == [("nobody", "not_found"), ("noone", "not_found")]
        assert ada.state(box) == "running"
