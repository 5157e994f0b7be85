"""Credentials in a file: whole, private, and renewed by one process at a time."""

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from dumont.basics.errors import Invalid, NotSignedIn, Unavailable
from dumont.client.credentials import CredentialFile, Entry, StoredTokens
from dumont.client.models import Grant
from tests.client.scripted import Answer, scripted

SERVER, OTHER = "http://one", "http://two"
GRANT: Grant = {"access_token": "a2", "refresh_token": "r2", "expires_in": 900}


@pytest.fixture
def file(tmp_path: Path) -> CredentialFile:
    return CredentialFile(tmp_path / "dumont" / "credentials.json")


def no_exchange(_token: str) -> Grant:
    raise AssertionError("nothing was to be renewed")


class TestCredentialFile:
    def test_keeps_one_entry_per_server(self, file: CredentialFile) -> None:
        file.keep(SERVER, Entry("a@x", api_key="k1"))
        file.keep(OTHER, Entry("b@x", access_token="a", refresh_token="r"))
        file.keep(SERVER, Entry("a@x", api_key="k2"))
        kept = file.read()
        assert kept.current == SERVER
        assert {server: entry.bearer for server, entry in kept.servers.items()} == {SERVER: "k2", OTHER: "a"}

    def test_is_for_its_owner_alone(self, file: CredentialFile) -> None:
        file.keep(SERVER, Entry("a@x", api_key="k"))
        assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.path.parent.stat().st_mode) == 0o700
        assert sorted(path.name for path in file.path.parent.iterdir()) == ["credentials.json", "credentials.lock"]

    def test_forgets_one_server(self, file: CredentialFile) -> None:
        file.keep(OTHER, Entry("b@x", api_key="k"))
        file.keep(SERVER, Entry("a@x", api_key="k"))
        file.forget(SERVER)
        assert file.read().current is None
        assert list(file.read().servers) == [OTHER]

    def test_does_not_show_secrets_when_it_is_printed(self, file: CredentialFile) -> None:
        file.keep(SERVER, Entry("a@x", "key-secret", "access-secret", "refresh-secret"))
        assert "secret" not in repr(file.read())

    @pytest.mark.parametrize("text", ["", "{", "[]", '{"current": null}', '{"current": null, "servers": {"x": 1}}'])
    def test_says_what_to_do_with_a_damaged_one(self, file: CredentialFile, text: str) -> None:
        file.path.parent.mkdir()
        file.path.write_text(text)
        with pytest.raises(Invalid, match="not a credentials file"):
            file.read()


class TestRenewing:
    def test_keeps_the_new_pair(self, file: CredentialFile) -> None:
        file.keep(SERVER, Entry("a@x", access_token="a1", refresh_token="r1"))
        file.keep(OTHER, Entry("a@x", api_key="k"))
        given = []
        fresh = StoredTokens(file, SERVER).renew("a1", lambda token: given.append(token) or GRANT)  # type: ignore[func-returns-value]
        assert fresh == "a2"
        assert given == ["r1"]
        assert file.read().servers[SERVER].refresh_token == "r2"
        assert file.read().current == OTHER

    def test_keeps_the_refresh_token_when_no_other_comes(self, file: CredentialFile) -> None:
        file.keep(SERVER, Entry("a@x", access_token="a1", refresh_token="r1"))
        none: Grant = {"access_token": "a2", "refresh_token": None, "expires_in": 900}
        assert StoredTokens(file, SERVER).renew("a1", lambda _token: none) == "a2"
        assert file.read().servers[SERVER] == Entry("a@x", access_token="a2", refresh_token="r1")

    def test_takes_what_another_process_got_meanwhile(self, file: CredentialFile) -> None:
        file.keep(SERVER, Entry("a@x", access_token="a9", refresh_token="r9"))
        assert StoredTokens(file, SERVER).renew("a1", no_exchange) == "a9"

    def test_has_no_other_for_an_api_key(self, file: CredentialFile) -> None:
        file.keep(SERVER, Entry("a@x", api_key="k"))
        assert StoredTokens(file, SERVER).renew("k", no_exchange) is None

    def test_forgets_a_session_that_is_over(self, file: CredentialFile) -> None:
        file.keep(SERVER, Entry("a@x", access_token="a1", refresh_token="r1"))

        def over(_token: str) -> Grant:
            raise NotSignedIn("It is over.", code="session_revoked")

        with pytest.raises(NotSignedIn):
            StoredTokens(file, SERVER).renew("a1", over)
        assert SERVER not in file.read().servers

    def test_keeps_the_session_when_the_server_is_away(self, file: CredentialFile) -> None:
        file.keep(SERVER, Entry("a@x", access_token="a1", refresh_token="r1"))

        def away(_token: str) -> Grant:
            raise Unavailable("Away.")

        with pytest.raises(Unavailable):
            StoredTokens(file, SERVER).renew("a1", away)
        assert file.read().servers[SERVER].refresh_token == "r1"

    def test_is_done_once_by_many_processes(self, file: CredentialFile) -> None:
        """Six commands find the same token refused at the same time; a second use of r1 would end the session."""
        code = (
            "import sys; from pathlib import Path\n"
            "from dumont.client.credentials import CredentialFile, StoredTokens\n"
            "from dumont.client.http import Api\n"
            "file, server = CredentialFile(Path(sys.argv[1])), sys.argv[2]\n"
            "api = Api(server)\n"
            "sys.stdin.readline()\n"
            "print(StoredTokens(file, server).renew('a1', api._exchange))"
        )
        with scripted(Answer(body=GRANT)) as server:
            file.keep(server.url, Entry("a@x", access_token="a1", refresh_token="r1"))
            words = [sys.executable, "-c", code, str(file.path), server.url]
            started = [
                subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(6)
            ]
            said = [process.communicate("go\n", timeout=60)[0].strip() for process in started]
            asked = list(server.asked)
        assert said == ["a2"] * 6
        assert [one.body for one in asked] == [{"refresh_token": "r1"}]
        assert json.loads(file.path.read_text())["servers"][server.url]["refresh_token"] == "r2"
