"""Looking into a snapshot: folders by page, files and folders to save, what differs from another."""

from pathlib import Path
from uuid import UUID

import pytest

from dumont.platform.parts import Parts
from dumont.snapshots import comparing
from dumont.snapstore.errors import StoreAway
from tests.build import snapshots as build
from tests.build.accounts import Person

SHOWN_ODD = "odd \\xff \\\\ name"


@pytest.fixture
async def files(ada: Person, snapshot: str) -> str:
    return f"/snapshots/{snapshot}/files"


class TestFolder:
    async def test_shows_what_is_directly_in_it(self, ada: Person, files: str) -> None:
        shown = (await ada.gets(files))["items"]
        assert [(one["name"], one["kind"], one["size"]) for one in shown] == [
            ("big.bin", "file", len(build.BIG)),
            ("link", "link", 0),
            (SHOWN_ODD, "file", 4),
            ("same.bin", "hardlink", len(build.BIG)),
            ("src", "folder", len("print('hello')\ndeep\n")),
            ("src.txt", "file", 32),
        ]
        assert [one["link"] for one in shown] == [None, "src/train.py", None, "big.bin", None, None]
        assert shown[4]["entries"] == 3

    async def test_goes_on_where_the_last_page_ended(self, ada: Person, files: str) -> None:
        names, query = [], {"limit": "1"}
        while True:
            page = await ada.gets(files, params=query)
            names += [one["name"] for one in page["items"]]
            if page["next_cursor"] is None:
                break
            query["cursor"] = page["next_cursor"]
        assert names == ["big.bin", "link", SHOWN_ODD, "same.bin", "src", "src.txt"]

    async def test_is_named_by_its_path(self, ada: Person, files: str) -> None:
        shown = (await ada.gets(files, params={"path": "src"}))["items"]
        assert [one["path"] for one in shown] == ["src/deep", "src/train.py"]

    @pytest.mark.parametrize(
        ("path", "code"),
        [("nowhere", "no_such_file"), ("../etc", "no_such_file"), ("src.txt", "not_a_folder"), ("a\\b", "invalid")],
    )
    async def test_says_why_there_is_none(self, ada: Person, files: str, path: str, code: str) -> None:
        assert (await ada.asks("GET", files, params={"path": path})).json()["code"] == code


class TestDifferences:
    async def test_are_counted_and_paged(self, ada: Person, snapshot: str, parts: Parts, folder: Path) -> None:
        (folder / "src.txt").unlink()
        (folder / "new.txt").write_text("new\n")
        (folder / "src" / "train.py").write_text("print('goodbye')\n")
        (folder / "big.bin").chmod(0o600)
        other = await build.complete(ada, parts, folder, label="box")
        found = await ada.gets(f"/snapshots/{snapshot}/diff/{other}")
        changes = {one["path"]: (one["change"], one["bytes_before"], one["bytes_after"]) for one in found["items"]}
        assert changes == {
            "big.bin": ("attributes", len(build.BIG), len(build.BIG)),
            "new.txt": ("added", None, 4),
            "src/train.py": ("changed", 15, 17),
            "src.txt": ("removed", 32, None),
        }
        assert (found["added"], found["removed"]) == ({"files": 1, "bytes": 4}, {"files": 1, "bytes": 32})
        first = await ada.gets(f"/snapshots/{snapshot}/diff/{other}", params={"limit": 3})
        rest = await ada.gets(
            f"/snapshots/{snapshot}/diff/{other}", params={"limit": 3, "cursor": first["next_cursor"]}
        )
        assert first["items"] + rest["items"] == found["items"]
        assert (await ada.gets(f"/snapshots/{other}"))["parent_id"] == snapshot
        wished = {"words": "SRC", "limit": 1}
        first = await ada.gets(f"/snapshots/{snapshot}/diff/{other}", params=wished)
        cursor = {"cursor": first["next_cursor"]}
        rest = await ada.gets(f"/snapshots/{snapshot}/diff/{other}", params={**wished, **cursor})
        assert [one["path"] for one in first["items"] + rest["items"]] == ["src/train.py", "src.txt"]
        assert rest["next_cursor"] is None
        changed = await ada.gets(f"/snapshots/{snapshot}/diff/{other}", params={"change": "changed"})
        assert ([one["path"] for one in changed["items"]], changed["added"]["files"]) == (["src/train.py"], 1)


class TestStoreAway:
    async def test_is_said_with_a_hint(self, ada: Person, snapshot: str, parts: Parts, files: str) -> None:
        build.lost(parts, UUID(await ada.id()))
        answer = await ada.asks("GET", files)
        assert (answer.status_code, answer.json()["code"]) == (503, "store_away")
        assert answer.json()["hint"]

    async def test_is_said_of_a_comparison_which_is_made_anew_then(
        self, ada: Person, snapshot: str, parts: Parts, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away(*_trees: object) -> None:
            raise StoreAway("It did not answer.")

        other = await build.complete(ada, parts, folder, label="box")
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(comparing, "diff", away)
            answer = await ada.asks("GET", f"/snapshots/{snapshot}/diff/{other}")
            assert (answer.status_code, answer.json()["code"]) == (503, "store_away")
        assert (await ada.gets(f"/snapshots/{snapshot}/diff/{other}"))["items"] == []
