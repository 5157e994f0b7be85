"""Secrets at rest: they open where they belong, under a key of the ring, unchanged, and nowhere else."""

import base64
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dumont.basics.errors import Invalid, Unavailable
from dumont.platform.secrets import Key, Vault, key_file, new_key, new_text, read_keys

OLD, NEW = new_key(), new_key()
PLACE = "provider_keys:1:vast"
TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]))


class TestVault:
    @given(text=TEXT, place=TEXT)
    def test_opens_what_it_sealed(self, text: str, place: str) -> None:
        vault = Vault([OLD])
        assert vault.open(vault.seal(text, place), place) == text

    @given(text=TEXT, place=TEXT, other=TEXT)
    def test_opens_nothing_that_was_moved(self, text: str, place: str, other: str) -> None:
        if place == other:
            return
        sealed = Vault([OLD]).seal(text, place)
        assert self._fails(Vault([OLD]), sealed, other) == "secret_damaged"

    @given(data=st.data())
    def test_opens_nothing_that_was_changed(self, data: st.DataObject) -> None:
        head, _, body = Vault([OLD]).seal("s3cret", PLACE).rpartition(".")
        raw = bytearray(base64.urlsafe_b64decode(body))
        raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
        changed = f"{head}.{base64.urlsafe_b64encode(raw).decode()}"
        assert self._fails(Vault([OLD]), changed, PLACE) == "secret_damaged"

    @given(text=TEXT)
    def test_takes_nothing_for_a_sealed_text_that_is_none(self, text: str) -> None:
        assert self._fails(Vault([OLD]), text, PLACE) in ("secret_damaged", "unknown_encryption_key")
        assert self._fails(Vault([OLD]), f"v1.{OLD.id}.{text}", PLACE) == "secret_damaged"

    def test_takes_no_letters_between(self) -> None:
        head, _, body = Vault([OLD]).seal("s3cret", PLACE).rpartition(".")
        assert self._fails(Vault([OLD]), f"{head}.{body[:8]}\n!{body[8:]}", PLACE) == "secret_damaged"

    def test_seals_the_same_text_differently_each_time(self) -> None:
        vault = Vault([OLD])
        assert vault.seal("s3cret", PLACE) != vault.seal("s3cret", PLACE)
        assert "s3cret" not in vault.seal("s3cret", PLACE)

    def test_seals_with_the_newest_key_and_opens_with_all(self) -> None:
        before = Vault([OLD]).seal("s3cret", PLACE)
        ring = Vault([NEW, OLD])
        after = ring.seal(ring.open(before, PLACE), PLACE)
        assert (ring.is_newest(before), ring.is_newest(after)) == (False, True)
        assert Vault([NEW]).open(after, PLACE) == "s3cret"

    def test_names_the_key_that_is_missing(self) -> None:
        with pytest.raises(Unavailable) as failure:
            Vault([NEW]).open(Vault([OLD]).seal("s3cret", PLACE), PLACE)
        assert failure.value.code == "unknown_encryption_key"
        assert OLD.id in failure.value.message
        assert "DUMONT_ENCRYPTION_KEYS" in str(failure.value.hint)

    def test_needs_a_key(self) -> None:
        with pytest.raises(Invalid):
            Vault([])

    def _fails(self, vault: Vault, sealed: str, place: str) -> str:
        with pytest.raises(Unavailable) as failure:
            vault.open(sealed, place)
        return failure.value.code


class TestKeys:
    def test_are_read_as_they_were_written(self) -> None:
        assert read_keys(f" {NEW.written()},\n{OLD.written()}\n") == [NEW, OLD]

    def test_never_show_themselves(self) -> None:
        assert NEW.written().split(":")[1] not in f"{NEW} {NEW!r} {[NEW]}"

    @pytest.mark.parametrize(
        "text",
        [
            "no-colon",
            "a:",
            ":" + base64.b64encode(b"k" * 32).decode(),
            "a:" + base64.b64encode(b"k" * 31).decode(),
            "a:" + base64.b64encode(b"k" * 32).decode()[:-4] + "!!!!",
            "a.b:" + base64.b64encode(b"k" * 32).decode(),
        ],
    )
    def test_that_are_wrong_are_not_repeated(self, text: str) -> None:
        with pytest.raises(Invalid) as failure:
            read_keys(text)
        assert text not in f"{failure.value.message} {failure.value.hint}"
        assert failure.value.message.startswith("DUMONT_ENCRYPTION_KEYS must be ")

    def test_have_ids_of_their_own(self) -> None:
        with pytest.raises(Invalid, match="same id"):
            read_keys(f"{Key('a', b'1' * 32).written()},{Key('a', b'2' * 32).written()}")


class TestKeyFile:
    def test_is_made_once_and_closed_to_others(self, tmp_path: Path) -> None:
        path = tmp_path / "home" / "secret.key"
        first = new_text()
        assert key_file(path, first) == first
        assert key_file(path, new_text()) == first
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_is_one_for_all_who_make_it_at_once(self, tmp_path: Path) -> None:
        path, ready = tmp_path / "secret.key", Barrier(20)

        def make(_: int) -> str:
            ready.wait()
            return key_file(path, new_text())

        with ThreadPoolExecutor(20) as pool:
            found = set(pool.map(make, range(20)))
        assert found == {path.read_text().strip()}
        assert [left.name for left in tmp_path.iterdir()] == ["secret.key"]

    def test_is_one_for_all_processes(self, tmp_path: Path) -> None:
        path = tmp_path / "secret.key"
        program = (
            "import sys; from pathlib import Path; from dumont.platform.secrets import key_file, new_text\n"
            "print(end='.', flush=True); sys.stdin.read(); print(key_file(Path(sys.argv[1]), new_text()))"
        )
        command = [sys.executable, "-c", program, str(path)]
        makers = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(6)]
        for maker in makers:
            assert maker.stdout is not None
            assert maker.stdout.read(1) == "."
        said = {maker.communicate()[0].strip() for maker in makers}
        assert said == {path.read_text().strip()}

    @pytest.mark.parametrize("content", [b"", b"\n", b"short", b"\xff" * 40])
    def test_that_is_empty_or_damaged_is_not_signed_with(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "secret.key"
        path.write_bytes(content)
        with pytest.raises(Unavailable) as failure:
            key_file(path, new_text())
        assert str(path) in failure.value.message
        assert path.read_bytes() == content

    def test_that_can_not_be_made_is_one_sentence(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(Unavailable) as failure:
            key_file(tmp_path / "file" / "secret.key", new_text())
        assert failure.value.hint or os.sep in failure.value.message
