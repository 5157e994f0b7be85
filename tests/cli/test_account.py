"""The verbs of one's own account, against a real server."""

import json
import stat

import pytest

from tests.build.accounts import PASSWORD
from tests.cli.conftest import ADA, BOB
from tests.cli.terminal import Terminal

SECRET = "vst-very-secret-4711"


class TestLogin:
    def test_keeps_the_session_for_the_next_command(self, people: object, nobody: Terminal) -> None:
        nobody.does("login", "--email", BOB, "--password-stdin", given=PASSWORD)
        assert nobody.does("whoami", "--json").json["email"] == BOB

    def test_keeps_credentials_for_their_owner_alone(self, bob: Terminal) -> None:
        assert stat.S_IMODE(bob.credentials.stat().st_mode) == 0o600
        assert stat.S_IMODE(bob.credentials.parent.stat().st_mode) == 0o700
        assert PASSWORD not in bob.credentials.read_text()

    def test_refuses_a_wrong_password_in_a_sentence(self, people: object, nobody: Terminal) -> None:
        answer = nobody.run("login", "--email", BOB, "--password-stdin", given="not this one")
        assert answer.code == 3
        assert answer.err.startswith("dumont: ")
        assert "not this one" not in answer.err
        assert not nobody.credentials.exists()

    def test_needs_a_password_from_somewhere(self, nobody: Terminal) -> None:
        answer = nobody.run("login", "--email", BOB)
        assert answer.code == 2
        assert "--password-stdin" in answer.err

    def test_takes_an_api_key_and_tries_it_first(self, bob: Terminal, nobody: Terminal) -> None:
        key = bob.does("keys", "create", "for login", "-s", "account:read", "-q").out.strip()
        nobody.does("login", "--with-token", given=key + "\n")
        assert nobody.does("whoami", "-q").out == bob.does("whoami", "-q").out
        assert nobody.run("login", "--with-token", given="dmt_000000000000_wrong").code == 3
        assert nobody.does("whoami", "-q").code == 0

    def test_takes_a_key_that_may_not_read_the_account(self, bob: Terminal, nobody: Terminal) -> None:
        key = bob.does("keys", "create", "teams only", "-s", "teams:read", "-q").out.strip()
        nobody.does("login", "--with-token", given=key)
        assert nobody.does("teams", "ls", "--json").json["items"] == []

    def test_remembers_the_server_that_was_last_signed_in_to(self, bob: Terminal, server: str) -> None:
        kept = json.loads(bob.credentials.read_text())
        assert kept["current"] == server
        del bob.env["DUMONT_SERVER"]
        assert bob.does("whoami", "--json").json["email"] == BOB

    def test_leaves_the_word_to_a_token_in_the_environment(self, bob: Terminal, ada: Terminal) -> None:
        key = ada.does("keys", "create", "env", "-s", "account:read", "-q").out.strip()
        assert bob.does("whoami", "--json", DUMONT_TOKEN=key).json["email"] == ADA


class TestSignup:
    def test_says_what_to_do_when_the_address_is_taken(self, people: object, nobody: Terminal) -> None:
        words = ("signup", "--email", ADA, "--name", "Not Ada", "--password-stdin")
        answer = nobody.run(*words, given="another harbour ladder 7")
        assert answer.code == 6
        assert "dumont login" in answer.err

    def test_refuses_a_weak_password_and_does_not_repeat_it(self, nobody: Terminal) -> None:
        answer = nobody.run("signup", "--email", "c@example.com", "--name", "C", "--password-stdin", given="password1")
        assert answer.code == 2
        assert "password1" not in answer.out + answer.err


class TestLogout:
    def test_ends_the_session_on_the_server_too(self, people: object, nobody: Terminal) -> None:
        nobody.does("login", "--email", BOB, "--password-stdin", given=PASSWORD)
        token = next(iter(json.loads(nobody.credentials.read_text())["servers"].values()))["access_token"]
        nobody.does("logout")
        assert nobody.run("whoami").code == 3
        assert nobody.run("whoami", DUMONT_TOKEN=token).code == 3

    def test_forgets_the_session_even_if_the_server_is_away(self, bob: Terminal) -> None:
        away = "http://127.0.0.1:9"
        kept = json.loads(bob.credentials.read_text())
        kept["servers"] = {away: next(iter(kept["servers"].values()))}
        bob.credentials.write_text(json.dumps(kept))
        answer = bob.does("logout", "--server", away)
        assert "No server answers" in answer.err
        assert json.loads(bob.credentials.read_text())["servers"] == {}

    def test_is_content_when_nobody_is_signed_in(self, nobody: Terminal) -> None:
        assert "Nobody is signed in" in nobody.does("logout").err


class TestWhoami:
    def test_shows_role_and_permissions(self, ada: Terminal, bob: Terminal) -> None:
        assert "users:manage" in ada.does("whoami").out
        assert "users:manage" not in bob.does("whoami").out

    def test_says_how_to_sign_in(self, nobody: Terminal) -> None:
        answer = nobody.run("whoami")
        assert answer.code == 3
        assert "dumont login" in answer.err.splitlines()[1]


class TestKeys:
    def test_shows_a_key_once(self, bob: Terminal) -> None:
        made = bob.does(
            "keys", "create", "once", "-s", "teams:read", "--expires", "2031-01-31T00:00:00Z", "--json"
        ).json
        listed = bob.does("keys", "ls", "--json")
        assert made["key"].startswith("dmt_")
        assert made["key"] not in listed.out
        expires = {key["id"]: key["expires_at"] for key in listed.json["items"]}[made["id"]]
        assert expires.startswith("2031-01-31T00:00:00")

    def test_refuses_a_scope_that_does_not_exist_and_names_the_field(self, bob: Terminal) -> None:
        answer = bob.run("keys", "create", "bad", "-s", "nonsense")
        assert answer.code == 2
        assert "scopes.0" in answer.err

    def test_deletes_the_ids_that_it_reads(self, bob: Terminal) -> None:
        ids = [bob.does("keys", "create", f"k{i}", "-s", "teams:read", "--json").json["id"] for i in range(2)]
        bob.does("keys", "rm", "--yes", "-", given="\n".join(ids))
        assert not set(ids) & set(bob.does("keys", "ls", "-q").lines)

    def test_goes_on_with_the_others_when_one_is_gone(self, bob: Terminal) -> None:
        known = bob.does("keys", "create", "last", "-s", "teams:read", "--json").json["id"]
        unknown = "00000000-0000-7000-8000-000000000000"
        answer = bob.run("keys", "rm", unknown, known, "--yes")
        assert answer.code == 5
        assert answer.err.startswith(f"{unknown}: ")
        assert known not in bob.does("keys", "ls", "-q").lines

    def test_does_not_delete_without_a_yes(self, bob: Terminal) -> None:
        known = bob.does("keys", "create", "stays", "-s", "teams:read", "--json").json["id"]
        answer = bob.run("keys", "rm", known)
        assert answer.code == 2
        assert "--yes" in answer.err
        assert known in bob.does("keys", "ls", "-q").lines


class TestTeams:
    def test_lives_from_made_to_removed(self, bob: Terminal) -> None:
        team = bob.does("teams", "create", "Research", "-q").out.strip()
        invited = bob.does("teams", "invite", team, "grace@example.com", "--role", "admin", "--json").json
        assert invited["role"] == "admin"
        shown = bob.does("teams", "show", team).out
        assert BOB in shown
        assert "grace@example.com" in shown
        assert bob.does("teams", "show", team, "--json").json["members"][0]["role"] == "owner"
        bob.does("teams", "rm", team, "--yes")
        assert bob.run("teams", "show", team).code == 5

    def test_is_not_for_strangers(self, ada: Terminal, bob: Terminal) -> None:
        team = bob.does("teams", "create", "Private", "-q").out.strip()
        assert ada.run("teams", "show", team).code == 5


class TestProviderKeys:
    def test_takes_the_value_from_standard_input_and_never_shows_it(self, bob: Terminal) -> None:
        stored = bob.does("provider-keys", "set", "vast", "--stdin", given=SECRET + "\n")
        listed = bob.does("provider-keys", "ls", "--json")
        assert SECRET not in stored.out + stored.err + listed.out
        assert listed.json["items"][0]["fields"] == {"api_key": "…4711"}
        bob.does("provider-keys", "rm", "vast", "--yes")
        assert bob.does("provider-keys", "ls", "-q").out == ""

    def test_takes_several_fields(self, bob: Terminal) -> None:
        values = json.dumps({"access_key_id": "AKIA00000000EXAMPLE1", "secret_access_key": "x" * 40})
        bob.does("provider-keys", "set", "aws", "--json-stdin", given=values)
        bob.does("provider-keys", "set", "gcp", "one", "two", "--stdin", given="first\nsecond\n")
        listed = bob.does("provider-keys", "ls", "--json").json["items"]
        assert {key["provider"]: sorted(key["fields"]) for key in listed} == {
            "aws": ["access_key_id", "secret_access_key"],
            "gcp": ["one", "two"],
        }

    @pytest.mark.parametrize("given", ["[1]", "{", '{"api_key": 1}'])
    def test_refuses_what_is_no_object_of_texts(self, bob: Terminal, given: str) -> None:
        assert bob.run("provider-keys", "set", "aws", "--json-stdin", given=given).code == 2

    def test_refuses_a_value_on_the_command_line(self, bob: Terminal) -> None:
        answer = bob.run("provider-keys", "set", "vast", f"api_key={SECRET}")
        assert answer.code == 2
        assert SECRET not in answer.err


class TestAudit:
    def test_lists_ones_own_doings(self, bob: Terminal) -> None:
        bob.does("teams", "create", "Audited")
        found = bob.does("audit", "ls", "--action", "team.created", "--json").json["items"]
        assert {entry["action"] for entry in found} == {"team.created"}
        assert {entry["actor_email"] for entry in found} == {BOB}

    def test_lists_everybodys_for_those_who_may(self, ada: Terminal, bob: Terminal) -> None:
        entries = ada.does("audit", "ls", "--everyone", "--actor", BOB, "--json").json["items"]
        assert {entry["actor_email"] for entry in entries} == {BOB}
        assert bob.run("audit", "ls", "--everyone").code == 4


class TestWebhooks:
    def test_are_made_tried_paused_and_removed(self, bob: Terminal) -> None:
        url = "https://hooks.example.invalid/abcd"
        made = bob.does("webhooks", "add", "chat", "--on", "interrupted", "--url-stdin", "--json", given=url).json
        assert (made["topics"], made["secret"][:4], made["ending"]) == (["interrupted"], "whs_", "abcd")
        sent = bob.does("webhooks", "test", "chat", "--json").json
        assert [each["id"] for each in bob.does("webhooks", "log", made["id"], "--json").json["items"]] == [sent["id"]]
        assert bob.does("webhooks", "pause", "chat", "--json").json["enabled"] is False
        shown = bob.does("webhooks", "ls")
        assert "hooks.example.invalid/…abcd" in shown.out
        bob.does("webhooks", "rm", "chat", "--yes")
        assert bob.does("webhooks", "ls", "--json").json["items"] == []

    def test_refuse_an_address_by_its_field(self, bob: Terminal) -> None:
        answer = bob.run("webhooks", "add", "chat", "--url-stdin", given="http://127.0.0.1/x")
        assert answer.code == 2
        assert "url" in answer.err
